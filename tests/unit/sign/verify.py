"""verify.py [NAME=RECORD]... < message: all signatures, by dkimpy.

Prints how many there are; exits 1 if one of them does not verify.
"""
import sys

import dkim


def main(*records):
    zone = dict(record.split('=', 1) for record in records)
    message = sys.stdin.buffer.read()
    verifier = dkim.DKIM(message)
    count = sum(name.lower() == b'dkim-signature'
                for name, _ in verifier.headers)

    def lookup(name, timeout=5):
        return zone.get(name.decode().rstrip('.'), '').encode()

    print(count)
    good = [dkim.DKIM(message).verify(idx=i, dnsfunc=lookup)
            for i in range(count)]
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
