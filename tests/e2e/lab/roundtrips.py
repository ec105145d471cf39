"""Messages whose signatures have to survive an MTA, and some that cannot."""

from collections import namedtuple

from .message import Message, compose

# risk: what the signer logs; broken: the MTAs that break it all the same, if
# nothing is done against it; mended: those that leave nothing to be rewritten,
# as they did it before; legacy: for a peer without 8BITMIME; folded: lists that
# only a relaxed signature survives.
Case = namedtuple("Case", "name make risk broken mended legacy folded",
                  defaults=("", (), (), False, False))

USER = "Our User <user@home.example>"
MIME = ("MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit")
LIST = ", ".join("Recipient Number %d <r%d@friend.example>" % (i, i)
                 for i in range(60))


def fields(*lines, **how):
    return lambda: compose(USER, "Round trip", fields=lines, **how)


def to(value):
    """With that To in place of ours."""
    def make():
        message = compose(USER, "Round trip")
        old = b"To: Reader <reader@home.example>"
        return Message(message.data.replace(old, b"To: " + value.encode()))
    return make


def author(value):
    return lambda: compose(value, "Round trip")


def body(text, mime=False):
    return fields(*(MIME if mime else ()), body=text)


LONG = "a line over 990 bytes"
EIGHT = "8-bit text"

CASES = (
    Case("plain", fields()),
    Case("no Date, no Message-Id", fields(stamped=False)),
    Case("folded Subject", fields("Comments: x\r\n\ty",
                                  "Keywords: a,\r\n b,\r\n\t c")),
    Case("long References", fields(
        "References: " + "\r\n ".join("<%060d@test>" % i
                                      for i in range(60)))),
    Case("a field of 900 bytes", fields("List-Post: " + "x" * 889)),
    Case("60 recipients on one line", to(LIST), LONG, ("postfix",),
         folded=True),
    Case("60 recipients, folded", to(LIST.replace(", ", ",\r\n\t")),
         folded=True),
    Case("a folded list with odd spaces", to(
        "A  B   <a@friend.example>,\r\n  \t \"C, D\" <c@friend.example>"),
         folded=True),
    Case("encoded words", to("=?utf-8?q?F=C3=BCr=2C?= <a@friend.example>")),
    Case("no recipients told", to("undisclosed-recipients:;")),
    Case("no space behind a comma", to("a@friend.example,b@friend.example"),
         "addresses in To"),
    Case("unqualified address", to("anna"), "addresses in To",
         mended=("postfix",)),
    Case("empty addresses", to(",,a@friend.example ,"), "addresses in To"),
    Case("name that wants quotes", to("A. B. <a@friend.example>"),
         "addresses in To"),
    Case("Reply-To with two", fields("Reply-To: a@home.example,b@x.example"),
         "addresses in Reply-To"),
    Case("Cc and Bcc", fields("Cc: a@friend.example",
                              "Bcc: b@friend.example")),
    Case("another signature", fields(
        "DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=x; h=From;\r\n"
        "\tbh=AAAA; b=AAAA")),
    Case("From without quotes", author("A. User <user@home.example>"),
         "addresses in From", ("sendmail",)),
    Case("VT and FF in fields", fields("List-Id: a\vb <x>",
                                       "List-Post: \f <y>"),
         "control characters in List-Id, List-Post"),
    Case("dots", body(".\r\n..\r\n.x\r\n\r\n.\r\n")),
    Case("empty lines at the end", body("x\r\n\r\n\r\n\r\n")),
    Case("blanks at the ends", body("a  b \t\r\n \r\n\t\r\nx  \r\n")),
    Case("empty body", body("")),
    Case("lines of 990 bytes", body(("y" * 990 + "\r\n") * 3)),
    Case("lines of 998 bytes", body(("y" * 998 + "\r\n") * 3), LONG,
         ("sendmail",)),
    Case("a line of 1500 bytes", body("y" * 1500 + "\r\n"), LONG,
         ("sendmail", "postfix")),
    Case("8-bit body, MIME", body("f\u00fcr\r\n", True), EIGHT),
    Case("8-bit body, no MIME", body("f\u00fcr\r\n"), EIGHT),
    Case("8-bit Subject", fields("Comments: f\u00fcr",
                                 "List-Id: f\u00fcr <x>"), EIGHT),
    Case("8-bit body, MIME, to a 7-bit peer", body("f\u00fcr\r\n", True),
         EIGHT, ("sendmail", "postfix"), legacy=True),
    Case("7-bit body, to a 7-bit peer", body("fur\r\n"), legacy=True),
    Case("1 MB", body(("z" * 70 + "\r\n") * 15000)),
)
