"""DKIM keys: a private key in a PEM file, and the record for its public half."""

import base64
import os

from . import child, paths


class Key:
    """kind: rsa or ed25519."""

    def __init__(self, directory, domain, selector, kind="rsa"):
        self.domain = domain
        self.selector = selector
        self.path = os.path.join(directory, "%s.%s.pem" % (selector, domain))
        openssl = paths.on_path("openssl")
        child.run([openssl, "genpkey", "-algorithm", kind, "-out", self.path])
        os.chmod(self.path, 0o600)
        public = child.run([openssl, "pkey", "-in", self.path, "-pubout",
                            "-outform", "DER"])
        if kind == "ed25519":
            public = public[-32:]   # RFC 8463: without the DER around it
        self.name = "%s._domainkey.%s" % (selector, domain)
        self.text = b"v=DKIM1; k=%s; p=%s" % (
            kind.encode(), base64.b64encode(public))

    def pem(self):
        with open(self.path, "rb") as file:
            return file.read()

    def record(self):
        """The key record as a line of a master file."""
        text = self.text.decode()
        strings = ['"%s"' % text[i:i + 200] for i in range(0, len(text), 200)]
        return "%s. TXT %s\n" % (self.name, " ".join(strings))
