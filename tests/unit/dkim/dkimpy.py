"""The independent DKIM implementation, for the unit tests.

dkimpy.py sign KEYFILE SELECTOR DOMAIN CANON ALGORITHM [l] [h=NAMES]
        [i=IDENTITY] < message
    prints the signed message; NAMES are parted by colons
dkimpy.py verify RECORD < message
    exits 0 if the first signature verifies with that key record
"""
import sys

import dkim
from dkim import crypto


def rsa_sign(message, key, size):
    """As dkimpy's own, also for a key of more than two primes."""
    number = pow(crypto.str2int(message), key['privateExponent'],
                 key['modulus'])
    return crypto.int2str(number, size)


crypto.rsa_decrypt = rsa_sign


def sign(keyfile, selector, domain, canon, algorithm, *flags):
    key = open(keyfile, 'rb').read()
    if algorithm.startswith('ed25519'):
        key = key.strip()
    options = dict(flag.split('=', 1) for flag in flags if '=' in flag)
    names = options.get('h', 'from:to:subject')
    identity = options.get('i')
    message = sys.stdin.buffer.read()
    signer = dkim.DKIM(message, minkey=0)
    signer.should_not_sign = set()
    head, body = canon.encode().split(b'/')
    field = signer.sign(selector.encode(), domain.encode(), key,
                        canonicalize=(head, body),
                        include_headers=names.encode().split(b':'),
                        identity=identity.encode() if identity else None,
                        signature_algorithm=algorithm.encode(),
                        length='l' in flags)
    sys.stdout.buffer.write(field + message)
    return 0


def verify(record):
    message = sys.stdin.buffer.read()
    verifier = dkim.DKIM(message)
    good = verifier.verify(dnsfunc=lambda name, timeout=5: record.encode())
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit({'sign': sign, 'verify': verify}[sys.argv[1]](*sys.argv[2:]))
