"""Failure reports."""

import email
import email.policy

from bench import lines, tap
from bench.desk import Desk
from bench.sink import Sink

NOW = lines.DAY_ZERO + 12 * 3600 + 600
HEADERS = ("Received: from x by y for <bob@home.example>\n"
           "From: Alice <alice@friend.example>\n"
           "To: bob@home.example\nSubject: hello\n"
           "Message-ID: <1@friend.example>\n")


def failure(time, **more):
    members = lines.line(time, **dict(lines.FAIL, **more))
    members["record"]["ruf"] = ["mailto:ruf@friend.example"]
    members.update({"envelope-from": "alice@forger.example",
                    "authres": "mx.home.example; dmarc=fail",
                    "headers": HEADERS})
    return lines.text(members)


def sent(desk, sink, texts):
    desk.journal(lines.DAY_ZERO + 11 * 3600, texts, "failure")
    done = desk.run(NOW)
    tap.equal(done.status, 0, done.errors)
    return [email.message_from_bytes(m, policy=email.policy.default)
            for m in sink.messages]


def parts():
    """What RFC 6591 and RFC 9991 want, read by Python's parser."""
    with Sink() as sink, Desk(sink.port, failure="yes") as desk:
        mails = sent(desk, sink, [failure(lines.DAY_ZERO + 11 * 3600)] * 3)
        tap.equal(len(mails), 1)
        tap.equal(mails[0].get_content_type(), "multipart/report")
        tap.equal(mails[0].get_param("report-type"), "feedback-report")
        text, fields, header = mails[0].get_payload()
        tap.equal(text.get_content_type(), "text/plain")
        tap.equal(fields.get_content_type(), "message/feedback-report")
        tap.equal(header.get_content_type(), "text/rfc822-headers")
        said = email.message_from_string(
            fields.as_string().partition("\n\n")[2])
        for name, value in (
                ("Feedback-Type", "auth-failure"), ("Version", "1"),
                ("Auth-Failure", "dmarc"),
                ("Identity-Alignment", "dkim, spf"),
                ("Source-IP", "192.0.2.1"), ("Incidents", "3"),
                ("Reported-Domain", "friend.example"),
                ("Delivery-Result", "delivered"),
                ("Authentication-Results", "mx.home.example; dmarc=fail")):
            tap.equal(said[name], value, name)
        whole = mails[0].as_string()
        tap.true("alice" not in whole and "bob" not in whole, "redaction")
        tap.has(whole, "<1@friend.example>")
        tap.equal(sink.recipients, [["ruf@friend.example"]])


def off():
    """Off by default, whatever lies in the directory."""
    with Sink() as sink, Desk(sink.port) as desk:
        tap.equal(sent(desk, sink, [failure(lines.DAY_ZERO)]), [])


def limit():
    """Many clients at once: not a flood."""
    time = lines.DAY_ZERO + 11 * 3600
    with Sink() as sink, Desk(sink.port, failure="yes") as desk:
        mails = sent(desk, sink, [failure(time, ip="192.0.2.%d" % i)
                                  for i in range(50)])
        tap.equal(len(mails), 10)
        tap.equal(desk.number("SELECT COUNT(*) FROM incidents "
                              "WHERE report = '-'"), 40)


def registry():
    """ruf of a public suffix is not used."""
    members = failure(lines.DAY_ZERO + 11 * 3600).replace(
        '"psd":"u"', '"psd":"y"')
    with Sink() as sink, Desk(sink.port, failure="yes") as desk:
        tap.equal(sent(desk, sink, [members]), [])


TESTS = (
    ("the parts and fields of a failure report", parts),
    ("failure reports are off by default", off),
    ("failure reports have a limit", limit),
    ("failure reports and public suffixes", registry),
)
