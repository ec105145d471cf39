"""Mail of all sorts, signed and judged by dkimpy.

generated.py SEED COUNT KEYFILE SELECTOR DOMAIN RECORD
    prints COUNT messages as changes.py does.  Half of them are changed
    somewhere after they were signed.
"""
import logging
import random
import sys

import dkim

from changes import is_message, verdict

WORDS = [b"a", b"Hello", b"\xc3\xa4\xc3\xb6", b"\xff\x80", b";", b"b=", b":",
         b"=?utf-8?q?x?=", b"x" * 70, b"y" * 900, b"."]
GAPS = [b" ", b"  ", b"\t", b" \t ", b"\r\n ", b"\r\n\t\t", b" \r\n  "]
NAMES = [b"To", b"Subject", b"Date", b"X-Test", b"x-test", b"List-Id",
         b"Received", b"RECEIVED", b"MIME-Version", b"Reply-To"]
ONCE = {b"to", b"subject", b"date", b"reply-to"}
LINES = [b"", b"", b" ", b"\t", b"text", b"two  words", b" leading",
         b"trailing \t", b".", b"..", b"\xe4\x00\xff", b"z" * 5000]
CANONS = [b"simple", b"relaxed"]


def value(rng):
    parts = [rng.choice((b"", b" ", b"  "))]
    for _ in range(rng.randrange(6)):
        parts += [rng.choice(WORDS), rng.choice(GAPS)]
    return b"".join(parts[:-1] if rng.random() < .7 else parts + [b"end"])


def header(rng):
    fields = [b"From: Ann <ann@example.com>"]
    used = set()
    for _ in range(rng.randrange(12)):
        name = rng.choice(NAMES)
        if name.lower() not in used & ONCE:
            fields.append(name + b":" + value(rng))
        used.add(name.lower())
    rng.shuffle(fields)
    return b"\r\n".join(fields) + b"\r\n\r\n"


def body(rng):
    lines = [rng.choice(LINES) for _ in range(rng.randrange(10))]
    return b"\r\n".join(lines) + rng.choice((b"", b"\r\n", b"\r\n\r\n\r\n"))


def sign(rng, message, keyfile, selector, domain):
    with open(keyfile, "rb") as file:
        key = file.read()
    names = [b"from"] + [rng.choice(NAMES).lower()
                         for _ in range(rng.randrange(6))]
    signer = dkim.DKIM(message)
    signer.should_not_sign = set()
    return signer.sign(
        selector.encode(), domain.encode(), key,
        canonicalize=(rng.choice(CANONS), rng.choice(CANONS)),
        include_headers=names, length=rng.random() < .2) + message


def change(rng, message):
    at = rng.randrange(len(message))
    text = rng.choice((b"", b" ", b"\r\n ", b"\r\n", b"x"))
    return message[:at] + text + message[at + rng.randrange(2):]


def main(seed, count, keyfile, selector, domain, record):
    rng = random.Random(int(seed))
    for _ in range(int(count)):
        text = sign(rng, header(rng) + body(rng), keyfile, selector, domain)
        if rng.random() < .5:
            text = change(rng, text)
        if is_message(text):
            good = verdict(text, record.encode())
            sys.stdout.buffer.write(b"%d %d\n" % (len(text), good) + text)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main(*sys.argv[1:])
