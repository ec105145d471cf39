"""Texts of strangers in every field: never another element, never another
mail header, never another file."""

from bench import lines, mail, tap
from bench.desk import Desk
from bench.sink import Sink

NOW = lines.DAY_ZERO + lines.DAY + 6 * 3600

TEXTS = (
    "</record><record>", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>"
    "]>&y;", "]]>", "<![CDATA[", "&amp;&#0;", "-->", "a\r\nBcc: x@y.example",
    "\u0001\u0008\u001b[2J\u007f", "\ufffe\uffff", "\u202e\ufeff\u0085",
    "\U0001f600" * 300, "x" * 60000, "", " ", "'; DROP TABLE tuples; --",
    "../../../../etc/passwd", "%s%n%x", "\\u0000", "=?utf-8?q?x?=")

# Where a stranger's text can be, as a path into the line.
PLACES = (
    ("mail-from",), ("spf", "domain"), ("dkim", 0, "domain"),
    ("dkim", 0, "selector"), ("reasons", 0, "comment"), ("id",),
    ("record", "rua", 0), ("record", "rua", 1),
    ("header-from",), ("policy-domain",), ("ip",), ("discovery",),
    ("result",), ("disposition",), ("would",), ("reasons", 0, "type"),
    ("record", "p"), ("record", "sp"), ("record", "fo"),
    ("spf", "result"), ("dkim", 0, "result"), ("dkim", 0, "aligned"))


def put(members, place, text):
    node = members
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = text
    return members


def fresh(place, text, number):
    members = lines.line(lines.DAY_ZERO + number, "d%d.example" % number)
    members["record"]["rua"].append("mailto:two@d%d.example" % number)
    members["reasons"] = [{"type": "other", "comment": "x"}]
    return put(members, place, text)


def everywhere():
    made = [fresh(place, text, i * len(TEXTS) + j)
            for i, place in enumerate(PLACES)
            for j, text in enumerate(TEXTS)]
    with Sink() as sink, Desk(sink.port) as desk:
        for members in made:
            desk.journal(lines.DAY_ZERO, [lines.text(members)])
        done = desk.run(NOW)
        tap.equal(done.status, 0, done.errors)
        counted = desk.number("SELECT SUM(messages) FROM tuples")
        aside = desk.number("SELECT COUNT(*) FROM aside")
        tap.equal(counted + aside, len(made), "lines")
        tap.equal(desk.number("SELECT COUNT(*) FROM reports "
                              "WHERE state <> 'ready'"), 0)
        tap.true(len(sink.messages) > 100, "reports")
        for message in sink.messages:
            report = mail.Report(message)
            tap.true(report.names_agree(), "names of " + report.id)
            tap.equal(mail.schema_errors(report.xml), "", "schema")
            tap.true(b"<!" not in report.xml, "markup")
            tap.equal(report.mail["Bcc"], None)
            tap.equal(len(list(report.root.iter(mail.NS + "record"))), 1)
        for to in sum(sink.recipients, []):
            tap.true(to.endswith(".example") and " " not in to, to)


def not_json():
    """Bytes of all kinds: nothing is lost, nothing is believed."""
    bad = [b"", b"\0" * 100, b"\xff\xfe", b"{" * 5000, b"[" * 60000,
           b'{"v":1' + b" " * 70000 + b"}", b"null", b'{"v":1}',
           b"x" * 300000, b'{"v":1e400}', b'{"v":1,"v":1}', b"\r"]
    good = lines.text(lines.line(lines.DAY_ZERO)).encode()
    with Desk() as desk:
        name = desk.journal(lines.DAY_ZERO, [])
        desk.write(name, b"".join(b + b"\n" + good + b"\n" for b in bad), "a")
        done = desk.run(NOW, "import")
        tap.equal(done.status, 0, done.errors)
        tap.equal(desk.number("SELECT SUM(messages) FROM tuples"), len(bad))
        tap.equal(desk.number("SELECT COUNT(*) FROM aside"), len(bad) - 1)


TESTS = (
    ("hostile text in every field", everywhere),
    ("what is no JSON, or no line", not_json),
)
