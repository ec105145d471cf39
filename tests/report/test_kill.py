"""Killed at any moment, a hundred times: each message once in the database,
each once in one report, no report with two contents."""

import os
from collections import Counter

from bench import lines, mail, tap
from bench.death import Death
from bench.desk import Desk
from bench.sink import Sink

KILLS = int(os.environ.get("MAILVET_KILLS", "100"))
HOUR = 3600


class Life:
    """Days that go by; on each, mail comes in and the reporter runs."""

    def __init__(self, sink, desk):
        self.rng = lines.seeded(20261126)
        self.death = Death(self.rng)
        self.sink = sink
        self.desk = desk
        self.now = lines.DAY_ZERO + 6 * HOUR
        self.sent = []
        self.again = 0

    def mail_comes(self):
        made = [lines.random_line(
            self.rng, self.now - 2 * HOUR - self.rng.randrange(10000),
            domains=4, clients=10) for _ in range(self.rng.randrange(600))]
        by_hour = {}
        for one in made:
            by_hour.setdefault(one["time"] // HOUR * HOUR, []).append(
                lines.text(one))
        for hour, texts in by_hour.items():
            self.desk.journal(hour, texts)
        self.sent += made

    def note(self, errors):
        self.again += errors.count(b"perhaps sent before")

    def killed_run(self):
        """A run with a death in it, unless it is faster."""
        process = self.desk.start(self.now)
        errors, killed = self.death.come(process)
        self.note(errors)
        tap.true(killed or process.returncode == 0, errors)

    def whole_run(self):
        process = self.desk.start(self.now)
        _, errors = process.communicate()
        self.note(errors)
        tap.equal(process.returncode, 0, errors)

    def go_on(self, hours):
        self.now += hours * HOUR


def live(life):
    while life.death.kills < KILLS:
        life.mail_comes()
        for _ in range(5):
            life.killed_run()
        # The last of a day's mail now and then finds a whole run.
        if life.rng.random() < 0.3:
            life.whole_run()
        life.go_on(12)
    life.go_on(48)
    life.whole_run()
    life.go_on(24)
    life.whole_run()


def copies(messages):
    """The reports, each once, and how many mails were second copies.

    A copy is the same to the byte."""
    seen = {}
    for message in messages:
        name = mail.Report(message).id
        tap.equal(seen.setdefault(name, message), message, "copy")
    return [mail.Report(m) for m in seen.values()], \
        len(messages) - len(seen)


def hundred():
    with Sink() as sink, Desk(sink.port) as desk:
        sink.pause = 0.002
        # The database is compared with all that ever came.
        desk.write("conf", "keep-days = 365\n", "a")
        life = Life(sink, desk)
        live(life)
        wanted = lines.count(life.sent)
        rows = desk.query("SELECT day, domain, "
                          "json_extract(data, '$.ip'), disposition, "
                          "json_extract(data, '$.\"header-from\"'), "
                          "json_extract(data, '$.\"mail-from\"'), "
                          "messages FROM tuples")
        stored = Counter()
        for row in rows:
            stored[tuple(row[:6])] += row[6]
        tap.same(stored, wanted, "database")
        tap.equal(desk.number("SELECT COUNT(*) FROM aside"), 0)
        tap.equal(desk.number("SELECT COUNT(*) FROM deliveries "
                              "WHERE state <> 'sent'"), 0, "not sent")
        reports, second = copies(sink.messages)
        tap.equal(len(reports), desk.number("SELECT COUNT(*) FROM reports"))
        tap.same(mail.total(reports), wanted, "reports")
        tap.true(second <= life.again, "%d second copies, %d were logged"
                 % (second, life.again))
        print("# %d kills, %d messages, %d reports, %d second copies, "
              "%d warnings" % (life.death.kills, len(life.sent), len(reports),
                               second, life.again))


TESTS = (("killed %d times" % KILLS, hundred),)
