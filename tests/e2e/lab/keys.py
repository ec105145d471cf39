"""DKIM keys: a private key in a PEM file, and the record for its public half."""

import base64
import os

from . import child, paths


class Key:
    def __init__(self, directory, domain, selector):
        self.domain = domain
        self.selector = selector
        self.path = os.path.join(directory, "%s.%s.pem" % (selector, domain))
        openssl = paths.on_path("openssl")
        child.run([openssl, "genrsa", "-out", self.path, "2048"])
        os.chmod(self.path, 0o600)
        public = child.run([openssl, "rsa", "-in", self.path, "-pubout",
                            "-outform", "DER"])
        self.name = "%s._domainkey.%s" % (selector, domain)
        self.text = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def pem(self):
        with open(self.path, "rb") as file:
            return file.read()

    def record(self):
        """The key record as a line of a master file."""
        text = self.text.decode()
        strings = ['"%s"' % text[i:i + 200] for i in range(0, len(text), 200)]
        return "%s. TXT %s\n" % (self.name, " ".join(strings))
