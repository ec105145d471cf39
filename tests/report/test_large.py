"""Many lines in bounded memory."""

import os
import time

from bench import lines, tap
from bench.desk import Desk

LINES = int(os.environ.get("MAILVET_LINES", "100000"))
NOW = lines.DAY_ZERO + lines.DAY + 6 * 3600
MEMORY_MAX = 48 * 1024          # KB; of a program without a sanitizer


def fill(desk, number):
    """Lines of a busy day: many clients, many domains."""
    rng = lines.seeded(3)
    for begin in range(0, number, 10000):
        desk.journal(lines.DAY_ZERO + begin % 86400 // 3600 * 3600, [
            lines.text(lines.line(
                lines.DAY_ZERO + i % lines.DAY,
                "d%d.example" % rng.randrange(2000),
                "10.%d.%d.%d" % (i % 7, rng.randrange(250),
                                 rng.randrange(250))))
            for i in range(begin, min(begin + 10000, number))])


def measure(number):
    with Desk() as desk:
        fill(desk, number)
        started = time.monotonic()
        done = desk.run(NOW, "import")
        seconds = time.monotonic() - started
        tap.equal(done.status, 0, done.errors)
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), number)
        print("# %d lines: %.1f s, %d KB" % (number, seconds, done.memory))
        return done.memory


def bounded():
    memory = measure(LINES)
    if "asan" not in os.environ.get("MAILVET_BUILD", ""):
        tap.true(memory < MEMORY_MAX, "%d KB for %d lines" % (memory, LINES))


TESTS = (("%d lines in bounded memory" % LINES, bounded),)
