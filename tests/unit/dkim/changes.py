"""A signed message changed byte by byte, judged by dkimpy.

changes.py KEYFILE SELECTOR DOMAIN CANON ALGORITHM RECORD < message
    signs the message and prints, for it and for each change that leaves a
    message, a line "LENGTH VERDICT" and the message; VERDICT is 1 when the
    signature still verifies.

Changes that dkimpy and we may see differently are left out: those after which
a header line has no name (an MTA makes of it what it likes), a line end of the
header that is not CRLF, a b= without its padding, which RFC 6376 allows
(base64string) and dkimpy does not, and white space at the end of a last line
that does not end, which dkimpy does not take for the end of a line.
"""
import logging
import re
import sys

import dkim

BARE = re.compile(br"(?<!\r)\n|\r(?!\n)")
FIELD = re.compile(br"[!-9;-~]+:")
SIGNATURE = re.compile(br";\s*b=([A-Za-z0-9+/\s]*=?\s*)\r\n[!-~]")


def changes(message):
    """Each byte flipped, taken out, doubled, made a space, and with a space,
    a fold and a line end before it."""
    for i, byte in enumerate(message):
        before, this, after = message[:i], message[i:i + 1], message[i + 1:]
        yield before + bytes([byte ^ 1]) + after
        yield before + after
        yield before + this + this + after
        for text in (b" ", b"\r\n\t", b"\r\n"):
            yield before + text + this + after
        yield before + b" " + after
        yield before + this.swapcase() + after


def is_message(text):
    head, separator, _ = text.partition(b"\r\n\r\n")
    if not separator or text[-1:] in b" \t":
        return False
    lines = head.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line for line in lines):
        return False
    b = SIGNATURE.search(text)
    if b and len(b"".join(b[1].split())) % 4:
        return False
    return all(FIELD.match(line) or (i > 0 and line[:1] in b" \t" and line)
               for i, line in enumerate(lines))


def verdict(text, record):
    if BARE.search(text):
        return False
    try:
        return dkim.DKIM(text).verify(dnsfunc=lambda name, timeout=5: record)
    except (dkim.DKIMException, ValueError, KeyError, IndexError):
        return False


def main(keyfile, selector, domain, canon, algorithm, record):
    message = sys.stdin.buffer.read()
    with open(keyfile, "rb") as file:
        key = file.read()
    signer = dkim.DKIM(message)
    field = signer.sign(
        selector.encode(), domain.encode(), key,
        canonicalize=tuple(canon.encode().split(b"/")),
        include_headers=[b"from", b"subject", b"subject"],
        signature_algorithm=algorithm.encode())
    signed = field + message
    seen = set()
    for text in [signed, *changes(signed)]:
        if text in seen or not is_message(text):
            continue
        seen.add(text)
        good = verdict(text, record.encode())
        sys.stdout.buffer.write(b"%d %d\n" % (len(text), good) + text)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main(*sys.argv[1:])
