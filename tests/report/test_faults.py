"""What breaks, and what must not break with it."""

import os
import shutil
import sqlite3
import subprocess
import time

from bench import lines, tap
from bench.desk import Desk
from bench.sink import Sink

NOW = lines.DAY_ZERO + lines.DAY + 6 * 3600
LINE = lines.text(lines.line(lines.DAY_ZERO))


def corrupt_last_line():
    with Desk() as desk:
        name = desk.journal(lines.DAY_ZERO, [LINE, LINE])
        desk.write(name, LINE[:200], "a")
        done = desk.run(NOW)
        tap.equal(done.status, 0, done.errors)
        tap.has(done.errors, "kept aside")
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), 2)
        tap.equal(desk.query("SELECT CAST(line AS TEXT) FROM aside"),
                  [(LINE[:200],)])
        # The writer came back and begins on a line of its own.
        desk.write(name, "\n" + LINE + "\n", "a")
        tap.equal(desk.run(NOW).status, 0)
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), 3)
        tap.equal(desk.number("SELECT COUNT(*) FROM aside"), 1)


def damage(desk):
    """Overwrite the middle of the database, as a bad disk would."""
    path = desk.path("report.db")
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.seek(size // 8)
        file.write(os.urandom(size - size // 4))


def corrupt_database():
    """A clear error, the journal kept; a fresh database has it all again."""
    with Desk() as desk:
        for i in range(3000):
            desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
                lines.DAY_ZERO, ip="10.0.%d.%d" % (i // 250, i % 250)))])
        tap.equal(desk.run(NOW, "import").status, 0)
        before = os.listdir(desk.path("dmarc"))
        damage(desk)
        done = desk.run(NOW + 30 * lines.DAY)
        tap.equal(done.status, 69, done.errors)
        tap.has(done.errors, desk.path("report.db"))
        tap.has(done.errors, "malformed")
        tap.has(done.errors, "the journal is kept")
        tap.equal(os.listdir(desk.path("dmarc")), before)
        os.unlink(desk.path("report.db"))
        tap.equal(desk.run(NOW, "import").status, 0)
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), 3000)


def not_a_database():
    with Desk() as desk:
        desk.write("report.db", "This is a text, and not a short one.\n" * 99)
        desk.journal(lines.DAY_ZERO, [LINE])
        done = desk.run(NOW)
        tap.equal(done.status, 69)
        tap.has(done.errors, "not a database")
        tap.equal(len(os.listdir(desk.path("dmarc"))), 1)


def later_version():
    with Desk() as desk:
        desk.journal(lines.DAY_ZERO, [LINE])
        tap.equal(desk.run(NOW, "import").status, 0)
        connection = sqlite3.connect(desk.database)
        connection.execute("UPDATE about SET value = 9")
        connection.commit()
        connection.close()
        done = desk.run(NOW)
        tap.equal(done.status, 69)
        tap.has(done.errors, "later mailvet")


def no_journal():
    with Desk() as desk:
        shutil.rmtree(desk.path("dmarc"))
        done = desk.run(NOW)
        tap.equal(done.status, 66)
        tap.has(done.errors, "No such file")


def no_schema():
    """Nothing goes out that was not checked."""
    with Sink() as sink, Desk(sink.port) as desk:
        with open(desk.path("conf")) as file:
            conf = file.read()
        desk.write("conf", conf.replace("aggregate-report.rng", "none.rng"))
        desk.journal(lines.DAY_ZERO, [LINE])
        done = desk.run(NOW)
        tap.equal(done.status, 69)
        tap.has(done.errors, "none.rng")
        tap.equal(sink.messages, [])
        tap.equal(desk.number("SELECT COUNT(*) FROM reports"), 0)


def one_at_a_time():
    """A second process gives way."""
    with Sink() as sink, Desk(sink.port) as desk:
        sink.go_on.clear()
        desk.journal(lines.DAY_ZERO, [LINE])
        first = desk.start(NOW)
        deadline = time.monotonic() + 60
        while not sink.messages and time.monotonic() < deadline:
            time.sleep(0.02)
        second = desk.run(NOW)
        tap.equal(second.status, 75, second.errors)
        tap.has(second.errors, "another mailvet-report")
        # Looking is always allowed.
        tap.equal(desk.admin(NOW, "status").status, 0)
        sink.go_on.set()
        _, errors = first.communicate()
        tap.equal(first.returncode, 0, errors)
        tap.equal(len(sink.messages), 1)


def foreign_files():
    """What is no file of the journal is passed over and left alone."""
    with Desk() as desk:
        os.symlink("/etc/passwd", desk.path("dmarc/2026112501.jsonl"))
        os.mkdir(desk.path("dmarc/2026112502.jsonl"))
        os.mkfifo(desk.path("dmarc/2026112503.jsonl"))
        desk.write("dmarc/notes", "x\n")
        desk.journal(lines.DAY_ZERO, [LINE])
        done = desk.run(NOW)
        tap.equal(done.status, 66, done.errors)
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), 1)
        desk.run(NOW + 20 * lines.DAY)
        tap.equal(sorted(os.listdir(desk.path("dmarc"))),
                  ["2026112501.jsonl", "2026112502.jsonl",
                   "2026112503.jsonl", "notes"])


def expired():
    """Old files go once they are imported, old rows after keep-days."""
    with Desk() as desk:
        desk.journal(lines.DAY_ZERO, [LINE])
        tap.equal(desk.run(NOW).status, 0)
        tap.equal(desk.run(NOW + 8 * lines.DAY).status, 0)
        tap.equal(os.listdir(desk.path("dmarc")), [])
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), 1)
        tap.equal(desk.run(NOW + 40 * lines.DAY).status, 0)
        for table in ("tuples", "policies", "reports", "deliveries", "files"):
            tap.equal(desk.number("SELECT COUNT(*) FROM " + table), 0, table)


def mounted(desk, script, now):
    """Run it behind mounts of our own, which go with the process."""
    words = ["unshare", "-m"] + (["-r"] if os.getuid() else [])
    if subprocess.run(words + ["true"], check=False,
                      capture_output=True).returncode:
        raise tap.Skip("no mounts of our own here")
    return subprocess.run(
        words + ["sh", "-e", "-c", script + '\nexec "$@"', "sh"]
        + desk.command(now), capture_output=True, check=False)


def read_only_spool():
    """What cannot be removed is complained about, and not counted twice."""
    with Desk() as desk:
        desk.journal(lines.DAY_ZERO, [LINE])
        now = NOW
        for _ in range(3):
            done = mounted(desk, "mount --bind %(d)s %(d)s\n"
                           "mount -o remount,ro,bind %(d)s"
                           % {"d": desk.path("dmarc")}, now)
            tap.equal(done.returncode, 0, done.stderr)
            now += 20 * lines.DAY
        tap.has(done.stderr.decode(), "Read-only file system")
        tap.equal(os.listdir(desk.path("dmarc")), ["2026112500.jsonl"])
        tap.equal(desk.number("SELECT COUNT(*) FROM tuples"), 0)
        tap.equal(desk.run(now).status, 0)
        tap.equal(os.listdir(desk.path("dmarc")), [])


def full_disk():
    """No room for the database: an error, and with room all is there, once."""
    with Desk() as desk:
        for i in range(4000):
            desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
                lines.DAY_ZERO, ip="10.0.%d.%d" % (i // 250, i % 250)))])
        os.mkdir(desk.path("small"))
        with open(desk.path("conf")) as file:
            conf = file.read()
        desk.write("conf", conf.replace("/report.db", "/small/report.db"))
        done = mounted(desk, "mount -t tmpfs -o size=1m none %s"
                       % desk.path("small"), NOW)
        tap.equal(done.returncode, 69, done.stderr)
        tap.has(done.stderr.decode(), "disk is full")
        tap.equal(len(os.listdir(desk.path("dmarc"))), 1)
        desk.database = desk.path("small/report.db")
        tap.equal(desk.run(NOW, "import").status, 0)
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), 4000)


def made_by_root():
    """Root looks first; the reporter's user can still write."""
    if os.getuid():
        raise tap.Skip("not root")
    with Desk() as desk:
        os.chown(desk.directory, 65534, 65534)
        tap.equal(desk.admin(NOW, "status").status, 0)
        for name in ("report.db", "report.db-wal"):
            if os.path.exists(desk.path(name)):
                tap.equal(os.stat(desk.path(name)).st_uid, 65534, name)


TESTS = (
    ("corrupt last line", corrupt_last_line),
    ("corrupt database", corrupt_database),
    ("a file that is no database", not_a_database),
    ("a database of a later version", later_version),
    ("no journal", no_journal),
    ("no schema", no_schema),
    ("two processes", one_at_a_time),
    ("foreign files in the journal", foreign_files),
    ("expiry", expired),
    ("a read-only spool", read_only_spool),
    ("a full disk", full_disk),
    ("a database that root made", made_by_root),
)
