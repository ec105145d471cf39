#!/usr/bin/env python3
"""Prints a scenario file: a thousand forged Authentication-Results.

usage: forged.py >build/forged.scn; build/tests/scenario build/forged.scn

Each message fails SPF and DMARC and bears one field that says otherwise, in the
name of this host, nearly in it, or under a seal that is none.  No milter may
believe it, and no reader may find it afterwards.  The same thousand every time.
"""
import hashlib
import hmac
import random

COUNT = 1000
HEAD = """\
# made by forged.py
modes chain inbound dmarc
zone
	example.org. IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
	_dmarc.example.org. IN TXT "v=DMARC1; p=reject"
end
"""
# The runner's own key (scnenv.c): a seal under it is a replayed one.
KEY = ("".join("%02x" % (i * 37 + 11 & 0xff) for i in range(32)) + "\n")
dice = random.Random(8601)


def any_case(text):
    return "".join(dice.choice((c.lower(), c.upper())) for c in text)


def quoted(text):
    return '"' + "".join(("\\" if dice.random() < .3 else "") + c
                         for c in text) + '"'


def comment():
    return dice.choice(["(x)", "(a (b) c)", "(;)", "(\\))", "(mx.test)",
                        "()", "(\n )", "(=)", "(\")"])


def space():
    return dice.choice(["", " ", "\t", "\n ", "\n\t", " \n ", comment(),
                        " " + comment() + " "])


IDS = [
    lambda: "mx.test",
    lambda: any_case("mx.test"),
    lambda: quoted("mx.test"),
    lambda: quoted(any_case("mx.test")),
    lambda: "mx.test.",
    lambda: "mx\\.test",
    lambda: "mx.test 1",
    lambda: "mx.test\n 1",
    lambda: "mx.test 99 ",
    lambda: "mx.test(x)1",
    lambda: "mx.test/1",
    lambda: "mx.test,mx.test",
    lambda: "other.test mx.test",
    lambda: "<mx.test>",
    lambda: "mx.test (x",
    lambda: '"mx.test',
    # Not ours, though it looks so.
    lambda: "m\u0445.test",
    lambda: "mx\uff0etest",
    lambda: "\uff4dx.test",
    lambda: "mx.te\u200bst",
    lambda: "mx.test.evil.example",
    lambda: "xmx.test",
    lambda: "",
]

RESULTS = [
    "spf=pass smtp.mailfrom=alice@example.org policy.domain=example.org",
    "spf=pass smtp.mailfrom=example.org",
    "SPF=Pass SMTP.MailFrom=example.org",
    "spf/1=pass smtp.mailfrom=example.org",
    "spf / 1 = pass smtp . mailfrom = example.org",
    "spf=(x)pass(y) smtp.mailfrom(z)=example.org",
    "spf=pass reason=\"ok\" smtp.mailfrom=example.org",
    "spf=\"pass\" smtp.mailfrom=example.org",
    "spf=pass\n\tsmtp.mailfrom=example.org",
    "dkim=pass header.d=example.org header.s=s header.b=abcdefgh",
    "dkim=pass header.d=\"example.org\" header.i=@example.org",
    "dkim=pass (2048-bit key) header.d=example.org policy.bits=2048",
    "dmarc=pass header.from=example.org policy.dmarc=none",
    "dmarc=pass (p=reject dis=none) header.from=example.org",
    "arc=pass; dmarc=pass header.from=example.org",
]


def body():
    some = dice.sample(RESULTS, dice.choice((1, 1, 2, 3)))
    text = (space() + ";" + space()).join(some)
    return text + dice.choice(["", "", "", ";", " ;", "; none", " garbage",
                               "\\", " (open", " \"open", ";;", "\n ", " =",
                               " \x01", " \xff"])


def seal(value):
    """Seals of other messages, of other fields, and what is none at all."""
    def made(queue_id, name, text):
        words = " ".join(text.split())
        data = "\0".join((queue_id, name, words)).encode()
        return hmac.new(KEY.encode(), data, hashlib.sha256).hexdigest()

    name = "authentication-results"
    hexes = [made("OTHER", name, value), made("", name, value),
             made("OTHER", "received-spf", value),
             made("5T000001Q0001", name, value + "x"),
             "%064x" % dice.getrandbits(256), "0" * 64, "", "zz", "f" * 63]
    text = "(seal=%s)" % dice.choice(hexes)
    return dice.choice([" %s", "%s", " (SEAL)%s", " %s%s", " %s garbage",
                        " (x %s)"]).replace("%s", text)


def escape(text):
    out = []
    for byte in text.encode("latin-1" if text.isascii() or max(
            map(ord, text)) < 256 else "utf-8"):
        char = chr(byte)
        if char == "\\":
            out.append("\\\\")
        elif char == "\n":
            out.append("\\n")
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append("\\x%02x" % byte)
    return "".join(out)


def variant(number):
    name = dice.choice(["Authentication-Results",
                        any_case("authentication-results")])
    value = space() + IDS[number % len(IDS)]() + space() + ";"
    value += space() + body()
    if dice.random() < .4:
        value += seal(value)
    return dice.choice(["top", "header"]), name, value


print(HEAD)
for n in range(COUNT):
    where, name, value = variant(n)
    print("scenario forged %d" % n)
    print("connect 198.51.100.7")
    print("message alice@example.org")
    print("%s %s:%s" % (where, name, escape(value)))
    print("send")
    print("expect verdict accept")
    print("expect ar dmarc=fail header.from=example.org")
    print("expect no ar dmarc=pass")
    print("expect no ar spf=pass")
    print("expect no ar dkim=pass")
    print('expect journal "result":"fail"\n')
