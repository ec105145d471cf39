"""Messages of a given size, and the zone of their senders.

40 domains: half with a simple SPF record, half with mx and three includes; RSA
keys of 2048 bits and ed25519 keys in turn.  One message in five comes from a
host that SPF does not list, one in ten was changed after it was signed.
Everything comes from a seed, but for the keys.
"""

import base64
import os
import random
import textwrap

import dkim
from nacl.signing import SigningKey

from lab import keys

LISTED, STRANGER = "192.0.2.10", "198.51.100.7"
SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version",
          b"content-type"]
POLICIES = ("none", "quarantine", "reject")
WORDS = ("mail server list forward key record policy report queue header body "
         "domain sender reader signature result check answer").split()


class Ed25519:
    def __init__(self, domain, selector):
        self.selector = selector
        self.secret = SigningKey.generate()
        public = base64.b64encode(bytes(self.secret.verify_key)).decode()
        self.text = "v=DKIM1; k=ed25519; p=" + public

    def sign(self, data, domain):
        return dkim.sign(data, self.selector.encode(), domain.encode(),
                         base64.b64encode(bytes(self.secret)),
                         signature_algorithm=b"ed25519-sha256",
                         canonicalize=(b"relaxed", b"relaxed"),
                         include_headers=SIGNED)


class Rsa:
    def __init__(self, directory, domain, selector):
        key = keys.Key(directory, domain, selector)
        self.selector = selector
        self.pem = key.pem()
        self.path = key.path
        self.text = key.text.decode()

    def sign(self, data, domain):
        return dkim.sign(data, self.selector.encode(), domain.encode(),
                         self.pem, canonicalize=(b"relaxed", b"relaxed"),
                         include_headers=SIGNED)


class Domain:
    def __init__(self, number, key):
        self.name = "d%03d.example" % number
        self.includes = number % 2 == 1
        self.policy = POLICIES[number % len(POLICIES)]
        self.key = key

    def zone(self):
        name, text = self.name, self.key.text
        strings = " ".join('"%s"' % text[i:i + 200]
                           for i in range(0, len(text), 200))
        yield '%s._domainkey.%s. TXT %s' % (self.key.selector, name, strings)
        yield '_dmarc.%s. TXT "v=DMARC1; p=%s"' % (name, self.policy)
        yield '%s. MX 10 mx.%s.' % (name, name)
        yield 'mx.%s. A 203.0.113.25' % name
        if not self.includes:
            yield '%s. TXT "v=spf1 ip4:192.0.2.0/24 -all"' % name
            return
        yield ('%s. TXT "v=spf1 mx include:a.%s include:b.%s include:c.%s '
               '-all"' % (name, name, name, name))
        yield 'a.%s. TXT "v=spf1 ip4:203.0.113.0/26 -all"' % name
        yield 'b.%s. TXT "v=spf1 ip4:203.0.113.64/26 -all"' % name
        yield 'c.%s. TXT "v=spf1 ip4:192.0.2.0/24 -all"' % name


def fields(rng, domain, number):
    yield "From: A. Sender <sender@%s>" % domain.name
    yield "To: Reader <reader@bench.example>"
    yield "Subject: %s" % " ".join(rng.choices(WORDS, k=6))
    yield "Date: Tue, 03 Feb 2026 10:%02d:%02d +0000" % (
        number // 60 % 60, number % 60)
    yield "Message-ID: <%d.%08x@%s>" % (number, rng.getrandbits(32),
                                        domain.name)
    yield "MIME-Version: 1.0"
    yield "Content-Type: text/plain; charset=utf-8"
    for i in range(rng.randint(7, 11)):
        yield "X-Trace-%d: %s;\r\n\t%s" % (
            i, " ".join(rng.choices(WORDS, k=5)), rng.getrandbits(64))


def body(rng, size):
    if size > 100000:	# the same lines again and again will do
        return body(rng, 50000) * (size // 50000)
    words = rng.choices(WORDS, k=size // 6)
    lines = textwrap.wrap(" ".join(words), 72)
    return "\r\n".join(lines)[:size] + "\r\n"


class Corpus:
    """SIZE bytes a message, COUNT messages, in DIRECTORY."""

    def __init__(self, directory, size, count, domains):
        self.directory = directory
        self.count = count
        os.makedirs(directory)
        rng = random.Random(size * 1000 + count)
        with open(os.path.join(directory, "list"), "w") as listing:
            for number in range(count):
                domain = domains[number % len(domains)]
                listing.write(self.write(rng, number, domain, size))

    def write(self, rng, number, domain, size):
        """Write one message and return its line of the list."""
        listed = rng.random() < 0.8
        intact = rng.random() < 0.9
        head = "\r\n".join(fields(rng, domain, number)) + "\r\n"
        text = body(rng, max(200, size - len(head) - 700))
        data = (head + "\r\n" + text).encode()
        data = domain.key.sign(data, domain.name) + data
        if not intact:
            data += b"-- \r\na list\r\n"
        name = "%04d.eml" % number
        with open(os.path.join(self.directory, name), "wb") as file:
            file.write(data)
        results = ("spf=" + ("pass" if listed else "fail"),
                   "dkim=" + ("pass" if intact else "fail"),
                   "dmarc=" + ("pass" if listed or intact else "fail"))
        return "%s\t%s\tmx.%s\tsender@%s\t%s\n" % (
            name, LISTED if listed else STRANGER, domain.name, domain.name,
            ";".join(results))


class World:
    """The senders' domains and their corpora, below DIRECTORY."""

    def __init__(self, directory, domains=40):
        self.directory = directory
        rsa = [Rsa(directory, "r%d.example" % i, "r%d" % i) for i in range(4)]
        ed25519 = [Ed25519("e%d.example" % i, "e%d" % i) for i in range(4)]
        self.signer = rsa[0]
        self.domains = [
            Domain(i, (rsa if i // 2 % 2 == 0 else ed25519)[i // 4 % 4])
            for i in range(domains)]

    def zone(self):
        yield "$TTL 3600"
        yield ". SOA ns.example. admin.example. 1 3600 900 86400 300"
        yield ". NS ns.example."
        yield "ns.example. A 127.0.0.1"
        for domain in self.domains:
            yield from domain.zone()

    def corpus(self, name, size, count):
        return Corpus(os.path.join(self.directory, name), size, count,
                      self.domains)
