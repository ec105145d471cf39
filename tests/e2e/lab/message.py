"""Messages: those that a scenario sends, and the same as they come out.

A message carries a token, unique in a run, in a field that no mail host
touches: by it the delivered message is found again.
"""

import email.parser
import email.utils
import itertools

import dkim

TOKEN = "X-Token"
numbers = itertools.count(1)


class Message:
    def __init__(self, data, path=None):
        self.data = data
        self.path = path
        self.parsed = email.parser.BytesHeaderParser().parsebytes(data)

    def token(self):
        return self.parsed.get(TOKEN, "").strip()

    def all(self, name):
        return self.parsed.get_all(name, [])

    def head(self):
        """The header as text."""
        head = self.data.partition(b"\r\n\r\n")[0]
        return head.decode(errors="replace").replace("\r\n", "\n")


def compose(author, subject, fields=(), stamped=True,
            body="The quick brown fox jumps over the lazy dog.\r\n"):
    """A message from author; fields are whole lines that go on top.

    Without stamped, there is no Date and no Message-Id: the mail host has
    to add them.
    """
    number = next(numbers)
    lines = list(fields)
    lines += ["From: " + author, "To: Reader <reader@home.example>",
              "Subject: " + subject, "%s: %d" % (TOKEN, number)]
    if stamped:
        lines += ["Date: " + email.utils.formatdate(),
                  "Message-Id: " + email.utils.make_msgid(domain="test")]
    return Message(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def sign(message, key):
    """The message with the signature of its author's domain on top."""
    field = dkim.sign(message.data, key.selector.encode(),
                      key.domain.encode(), key.pem(),
                      canonicalize=(b"relaxed", b"relaxed"),
                      include_headers=[b"From", b"To", b"Subject", b"Date"])
    return Message(field + message.data)
