"""The commands for people."""

from bench import lines, mail, tap
from bench.desk import Desk
from bench.sink import Sink

NOW = lines.DAY_ZERO + 12 * 3600
NEXT_DAY = lines.DAY_ZERO + lines.DAY + 6 * 3600


def preview():
    """A valid report, and nothing is sent or changed by looking."""
    with Sink() as sink, Desk(sink.port) as desk:
        desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
            lines.DAY_ZERO))] * 7)
        tap.equal(desk.admin(NOW, "import").status, 0)
        seen = desk.admin(NOW, "preview", "Friend.Example")
        tap.equal(seen.status, 0, seen.errors)
        tap.equal(mail.schema_errors(seen.output.encode()), "")
        tap.has(seen.output, "<count>7</count>")
        tap.equal(desk.admin(NOW, "preview", "friend.example").output,
                  seen.output)
        tap.equal(desk.admin(NOW, "preview", "no.example").status, 65)
        tap.equal(desk.number("SELECT COUNT(*) FROM reports"), 0)
        tap.equal(desk.run(NEXT_DAY).status, 0)
        tap.equal(mail.Report(sink.messages[0]).xml.decode(), seen.output)
        tap.equal(desk.admin(NEXT_DAY, "preview", "friend.example").output,
                  seen.output)


def would():
    with Desk() as desk:
        desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
            lines.DAY_ZERO + i, **(lines.FAIL if i < 3 else {})))
            for i in range(5)])
        tap.equal(desk.run(NOW, "import").status, 0)
        row = desk.admin(NOW, "would").output.splitlines()[1].split()
        tap.equal(row, ["friend.example", "5", "3", "0", "0", "0", "3"])
        tap.equal(len(desk.admin(NOW + 5 * lines.DAY, "would", "2")
                      .output.splitlines()), 1)
        tap.equal(desk.admin(NOW, "would", "many").status, 64)


def exclusions():
    with Sink() as sink, Desk(sink.port) as desk:
        for i in range(3):
            desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
                lines.DAY_ZERO, "d%d.example" % i))])
        tap.equal(desk.admin(NOW, "add", "D0.example").status, 0)
        tap.equal(desk.admin(NOW, "add", "dmarc@d1.example").status, 0)
        tap.equal(desk.admin(NOW, "add", "not a name").status, 64)
        tap.equal(desk.admin(NOW, "list").output,
                  "d0.example\ndmarc@d1.example\n")
        tap.equal(desk.run(NEXT_DAY).status, 0)
        tap.equal(sink.recipients, [["dmarc@d2.example"]])
        tap.equal(desk.admin(NOW, "remove", "d0.example").status, 0)
        tap.has(desk.admin(NOW, "remove", "d0.example").errors, "not there")
        tap.equal(desk.admin(NOW, "list").output, "dmarc@d1.example\n")


def status():
    with Desk() as desk:
        desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
            lines.DAY_ZERO)), "broken"])
        tap.equal(desk.run(NEXT_DAY).status, 0)
        said = desk.admin(NEXT_DAY, "status")
        tap.equal(said.status, 0, said.errors)
        for part in ("mx1.home.example", "Thu, 26 Nov 2026 05:00:00 +0000",
                     "in a report", "not a journal line",
                     "aggregate, waiting", "dmarc@friend.example"):
            tap.has(said.output, part)


def usage():
    with Desk() as desk:
        for words in (["nonsense"], ["preview"], ["list", "x"],
                      ["preview", "a", "b"], []):
            tap.equal(desk.admin(NOW, *words).status, 64, words)
        tap.equal(desk.run(NOW, "--help").status, 0)
        tap.equal(desk.run(NOW, "-t").output,
                  "mailvet-report: configuration ok\n")
        desk.write("conf", "[report]\nfrom = nobody\n")
        done = desk.run(NOW, "-t")
        tap.equal(done.status, 78)
        tap.has(done.errors, "conf:2: ")


def silent_without_from():
    """No sender: all is kept and shown, nothing is sent."""
    with Sink() as sink, Desk(sink.port) as desk:
        with open(desk.path("conf")) as file:
            conf = file.read()
        desk.write("conf", "".join(
            line for line in conf.splitlines(True)
            if not line.startswith("from")))
        desk.journal(lines.DAY_ZERO, [lines.text(lines.line(
            lines.DAY_ZERO))])
        done = desk.run(NEXT_DAY)
        tap.equal(done.status, 0, done.errors)
        tap.has(done.errors, "from is not set")
        tap.equal(sink.messages, [])
        seen = desk.admin(NEXT_DAY, "preview", "friend.example")
        tap.equal(mail.schema_errors(seen.output.encode()), "")


TESTS = (
    ("preview", preview),
    ("would", would),
    ("exclusions", exclusions),
    ("status", status),
    ("wrong command lines and configurations", usage),
    ("no sender, no mail", silent_without_from),
)
