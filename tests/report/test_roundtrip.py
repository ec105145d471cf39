"""Journal lines in, reports out, read back by other people's code."""

from bench import lines, mail, tap
from bench.desk import Desk
from bench.sink import Sink

NOW = lines.DAY_ZERO + lines.DAY + 6 * 3600


def some_lines(rng, number, day=lines.DAY_ZERO):
    return [lines.random_line(rng, day + rng.randrange(lines.DAY))
            for _ in range(number)]


def write(desk, members):
    for one in members:
        desk.journal(one["time"], [lines.text(one)])


def the_day():
    """Each message is in exactly one report, and counted right."""
    sent = some_lines(lines.seeded(1), 500)
    with Sink() as sink, Desk(sink.port) as desk:
        write(desk, sent)
        done = desk.run(NOW)
        tap.equal(done.status, 0, done.errors)
        reports = [mail.Report(m) for m in sink.messages]
        tap.same(mail.total(reports), lines.count(sent), "count")
        tap.equal(len({r.id for r in reports}), len(reports), "ids")
        for report in reports:
            tap.true(report.names_agree(), "names of " + report.id)
            tap.equal(mail.schema_errors(report.xml), "", "schema")
            tap.equal(report.mail["From"], "dmarc-reports@home.example")
            tap.equal(report.packed[4:8], b"\0\0\0\0", "time in gzip")
        again = desk.run(NOW + 3600)
        tap.equal(again.status, 0, again.errors)
        tap.equal(len(sink.messages), len(reports), "sent again")


def rfc_schema():
    """Is the schema of the RFC at hand?  It was used above if so."""
    with open(mail.XSD, "rb"):
        pass


def rfc_schema_or_skip():
    try:
        rfc_schema()
    except OSError:
        raise tap.Skip("no " + mail.XSD) from None


def retried_later():
    """The MTA is down; later it gets the same bytes as it would have."""
    sent = some_lines(lines.seeded(2), 50)
    with Desk() as desk:
        write(desk, sent)
        tap.equal(desk.run(NOW).status, 0)
        first = desk.query("SELECT id, data FROM reports ORDER BY id")
        tap.equal(desk.number("SELECT COUNT(*) FROM deliveries "
                              "WHERE state = 'waiting'"), len(first))
        with Sink() as sink:
            with open(desk.path("conf")) as file:
                conf = file.read()
            desk.write("conf", conf.replace(
                "127.0.0.1:1\n", "127.0.0.1:%d\n" % sink.port))
            tap.equal(desk.run(NOW + 60).status, 0)
            # The one that was tried waits; for the others the MTA was not
            # even asked.
            tap.equal(len(sink.messages), len(first) - 1, "sent")
            tap.equal(desk.run(NOW + 3600).status, 0)
            reports = [mail.Report(m) for m in sink.messages]
        tap.equal(sorted((r.id, r.packed) for r in reports), first)


def external():
    """Who did not agree gets nothing."""
    record = dict(lines.line(0)["record"])
    record["rua"] = ["mailto:a@other.example", "mailto:b@nobody.example"]
    with Sink() as sink, Desk(sink.port) as desk:
        for domain in ("d0.example", "d1.example"):
            desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
                lines.DAY_ZERO, domain, record=record))])
        done = desk.run(NOW)
        tap.equal(done.status, 0, done.errors)
        tap.equal(sink.recipients, [["a@other.example"]])
        tap.equal(mail.Report(sink.messages[0]).domain, "d0.example")
        tap.equal(desk.number("SELECT COUNT(*) FROM deliveries "
                              "WHERE state = 'denied'"), 3)


def hundred_signatures():
    """At most a hundred, those that matter first."""
    signatures = [{"domain": "d%d.example" % i, "selector": "s",
                   "result": "fail", "aligned": "no"} for i in range(100)]
    signatures[70].update(result="pass", aligned="relaxed")
    signatures[80].update(result="pass", aligned="strict")
    signatures[90].update(result="pass")
    with Sink() as sink, Desk(sink.port) as desk:
        desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
            lines.DAY_ZERO, dkim=signatures))])
        tap.equal(desk.run(NOW).status, 0)
        report = mail.Report(sink.messages[0])
        tap.equal(mail.schema_errors(report.xml), "", "schema")
        domains = [node.find(mail.NS + "domain").text for node in
                   report.root.iter(mail.NS + "dkim")
                   if node.find(mail.NS + "domain") is not None]
        tap.equal(len(domains), 100)
        tap.equal(domains[:4], ["d80.example", "d70.example", "d90.example",
                                "d0.example"])


TESTS = (
    ("a day's messages, each once, in valid reports", the_day),
    ("the schema of RFC 9990", rfc_schema_or_skip),
    ("sent later, the same bytes", retried_later),
    ("destinations outside the organization", external),
    ("a hundred signatures in their order", hundred_signatures),
)
