"""PostgreSQL: two hosts, one database, and the lease."""

import signal
import time

from bench import lines, mail, tap
from bench.death import Death
from bench.desk import Desk
from bench.postgres import Postgres
from bench.sink import Sink

HOUR = 3600
NOW = lines.DAY_ZERO + lines.DAY + 6 * HOUR


def fill(desk, rng, number, day=lines.DAY_ZERO):
    made = [lines.random_line(rng, day + rng.randrange(lines.DAY),
                              domains=5) for _ in range(number)]
    by_hour = {}
    for one in made:
        by_hour.setdefault(one["time"] // HOUR * HOUR, []).append(
            lines.text(one))
    for hour, texts in by_hour.items():
        desk.journal(hour, texts)
    return made


def finish(process):
    _, errors = process.communicate()
    tap.equal(process.returncode, 0, errors)
    return errors.decode()


def pairs(server, sink):
    return (Desk(sink.port, server.url, "mx1.home.example"),
            Desk(sink.port, server.url, "mx2.home.example"))


def two_at_once():
    """Several days, both hosts at the same moment: one report a domain and
    day, with the messages of both."""
    with Postgres() as server, Sink() as sink:
        first, second = pairs(server, sink)
        with first, second:
            rng, sent = lines.seeded(4), []
            for day in range(4):
                begin = lines.DAY_ZERO + day * lines.DAY
                sent += fill(first, rng, 300, begin)
                sent += fill(second, rng, 300, begin)
                for hour in (6, 7):
                    now = begin + lines.DAY + hour * HOUR
                    both = [first.start(now), second.start(now)]
                    said = "".join(finish(p) for p in both)
                    tap.true("perhaps sent before" not in said, said)
            reports = [mail.Report(m) for m in sink.messages]
            tap.equal(server.ask("SELECT SUM(messages) FROM tuples"),
                      str(len(sent)))
            tap.same(mail.total(reports), lines.count(sent), "reports")
            tap.equal(len({r.id for r in reports}), len(reports), "copies")
            for report in reports:
                tap.equal(mail.schema_errors(report.xml), "")


def waits_for_the_other():
    """No report before each host has told what it knows of the day."""
    with Postgres() as server, Sink() as sink:
        first, second = pairs(server, sink)
        with first, second:
            rng = lines.seeded(5)
            sent = fill(first, rng, 50) + fill(second, rng, 50)
            tap.equal(second.run(lines.DAY_ZERO + 12 * HOUR).status, 0)
            tap.equal(first.run(NOW).status, 0)
            tap.equal(sink.messages, [])
            tap.equal(second.run(NOW).status, 0)
            tap.equal(mail.total(mail.Report(m) for m in sink.messages),
                      lines.count(sent))


def lease():
    """The one that sends is killed; the other waits, then takes over."""
    with Postgres() as server, Sink() as sink:
        first, second = pairs(server, sink)
        with first, second:
            rng = lines.seeded(6)
            sent = fill(first, rng, 200) + fill(second, rng, 200)
            tap.equal(second.run(NOW, "import").status, 0)
            sink.go_on.clear()
            process = first.start(NOW)
            deadline = time.monotonic() + 60
            while not sink.messages and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            sink.go_on.set()
            done = second.run(NOW + 60)
            tap.equal(done.status, 0, done.errors)
            tap.has(done.errors, "another host sends")
            tap.equal(len(sink.messages), 1)
            server.ask("UPDATE leases SET expires = expires - 601")
            done = second.run(NOW + 660)
            tap.equal(done.status, 0, done.errors)
            tap.has(done.errors, "perhaps sent before")
            reports = {}
            for message in sink.messages:
                report = mail.Report(message)
                tap.equal(reports.setdefault(report.id, report).packed,
                          report.packed, "copy")
            tap.equal(len(sink.messages) - len(reports), 1)
            tap.equal(mail.total(reports.values()), lines.count(sent))


def killed():
    """Killed while it imports: each line once."""
    with Postgres() as server, Desk(1, server.url) as desk:
        rng = lines.seeded(7)
        death = Death(rng)
        sent = fill(desk, rng, 30000)
        for _ in range(40):
            death.come(desk.start(NOW, "import"))
        tap.equal(desk.run(NOW, "import").status, 0)
        tap.equal(server.ask("SELECT SUM(messages) FROM tuples"),
                  str(len(sent)))
        print("# %d kills" % death.kills)


def texts():
    """Strangers' texts and lines that are none, by way of libpq."""
    with Postgres() as server, Sink() as sink:
        with Desk(sink.port, server.url) as desk:
            name = desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
                lines.DAY_ZERO, **{"mail-from": "'\\\u00e4\u2028; --"}))])
            desk.write(name, b"\0\xff\\'\n", "a")
            done = desk.run(NOW)
            tap.equal(done.status, 0, done.errors)
            report = mail.Report(sink.messages[0])
            tap.equal(mail.schema_errors(report.xml), "")
            tap.has(report.xml.decode(), "'\\\u00e4\u2028; --")
            tap.equal(server.ask("SELECT encode(line, 'hex') FROM aside"),
                      "00ff5c27")
            for words, part in ((["status"], "in a report"),
                                (["would"], "friend.example"),
                                (["preview", "friend.example"], "<count>1")):
                done = desk.admin(NOW, *words)
                tap.equal(done.status, 0, done.errors)
                tap.has(done.output, part)
            tap.equal(desk.admin(NOW, "add", "x.example").status, 0)
            tap.equal(desk.admin(NOW, "list").output, "x.example\n")
            tap.equal(desk.run(NOW + 40 * lines.DAY).status, 0)
            tap.equal(server.ask("SELECT COUNT(*) FROM tuples"), "0")


def no_server():
    """A clear error, without the password."""
    url = "postgresql://u:secret@/x?host=/nowhere"
    with Desk(1, url) as desk:
        desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
            lines.DAY_ZERO))])
        done = desk.run(NOW)
        tap.equal(done.status, 69)
        tap.has(done.errors, "/nowhere")
        tap.true("secret" not in done.errors, "password in the log")


TESTS = (
    ("PostgreSQL: two hosts at once", two_at_once),
    ("PostgreSQL: a host that is late", waits_for_the_other),
    ("PostgreSQL: the lease", lease),
    ("PostgreSQL: killed while importing", killed),
    ("PostgreSQL: all texts, all commands", texts),
    ("PostgreSQL: no server", no_server),
)
