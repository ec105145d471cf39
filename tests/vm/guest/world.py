"""The guest as the lab's scenarios know a world: see tests/e2e/lab/world.py.

The lab starts its own servers; here they are the system's, and what stands in
this file is how to reach them.
"""

import base64
import glob
import itertools
import mailbox
import os
import re
import shutil
import time

from lab import child, keys, message, sink
from lab.message import Message

DOMAIN = "home.example"
CONFIG = "/etc/mailvet/mailvet.conf.d/vm.conf"
ZONE = "/etc/nsd/world.zone"
MILTERS = {"chain": ("spf", "dkim", "dmarc", "sign"),
           "inbound": ("inbound", "sign")}


def systemctl(*words):
    return child.run(["systemctl"] + list(words)).decode().strip()


def installed_key(path):
    """One that `mailvet setup` made, as the lab knows keys."""
    key = keys.Key.__new__(keys.Key)
    name = os.path.basename(path)[:-len(".pem")]
    key.path, key.domain = path, DOMAIN
    key.selector = name[len(DOMAIN) + 1:] if name.startswith(DOMAIN) else name
    key.name = "%s._domainkey.%s" % (key.selector, DOMAIN)
    public = child.run(["openssl", "pkey", "-in", path, "-pubout",
                        "-outform", "DER"])
    kind = b"ed25519" if len(public) < 100 else b"rsa"
    public = public[-32:] if kind == b"ed25519" else public
    key.text = b"v=DKIM1; k=%s; p=%s" % (kind, base64.b64encode(public))
    return key


class Spool:
    """Our reader's mailbox."""

    path = "/var/mail/reader"

    def messages(self):
        if not os.path.exists(self.path):
            return
        box = mailbox.mbox(self.path, create=False)
        for key in box.keys():
            data = box.get_bytes(key)
            yield Message(data.replace(b"\r\n", b"\n")
                          .replace(b"\n", b"\r\n"))
        box.close()

    def wait(self, token):
        def found():
            return next((m for m in self.messages() if m.token() == token),
                        None)
        return child.wait_for(found, "delivery of " + token, 60, 0.5)


class System:
    """The milters, as systemd runs them."""

    def configure(self, enforce, more=""):
        with open(CONFIG, "w") as file:
            file.write("[dmarc]\nenforce = %s\n%s" % (enforce, more))

    def reload(self, name):
        systemctl("reload", "mailvet-%s.service" % name)

    def pid(self, name):
        return int(systemctl("show", "-P", "MainPID",
                             "mailvet-%s.service" % name))


class Mta:
    def submit(self, sender, recipient, message):
        child.run(["sendmail", "-i", "-f", sender, recipient],
                  data=message.data.replace(b"\r\n", b"\n"))


class World:
    def __init__(self, mta, mode, state):
        # A token of the first boot must not come again in the second.
        message.numbers = itertools.count(int(time.time()))
        self.mta_name = mta
        self.is_postfix = mta == "postfix"
        self.mode = mode
        self.sink = sink.Sink()
        self.inbox = Spool()
        self.milters = System()
        self.mta = Mta()
        self.friend_key = self.stored_key(state)
        self.home_keys = []

    def find_keys(self):
        self.home_keys = [installed_key(path) for path in sorted(
            glob.glob("/etc/mailvet/keys/**/*.pem", recursive=True))]

    def stored_key(self, state):
        """The correspondent's key, which has to survive the reboot."""
        directory = os.path.join(state, "friend")
        if os.path.isdir(directory):
            key = keys.Key.__new__(keys.Key)
            key.domain, key.selector = "friend.example", "k1"
            key.path = os.path.join(directory, "k1.friend.example.pem")
            return key
        os.makedirs(directory)
        shutil.copy("/mnt/payload/demo.zone", ZONE)
        key = keys.Key(directory, "friend.example", "k1")
        publish(key.record())
        return key


def publish(text):
    """Add lines to the zone of the whole world.

    The first DMARC record in it is that of our own domain, which here asks for
    reports: to itself, so that they are delivered where we can read them.
    """
    with open(ZONE) as zone:
        fresh = re.sub(r'^_dmarc(\s+)TXT.*', r'_dmarc\1TXT "v=DMARC1; p=reject;'
                       ' rua=mailto:reader@%s"' % DOMAIN, zone.read(),
                       count=1, flags=re.M)
    with open(ZONE, "w") as zone:
        zone.write(fresh + text)
    systemctl("restart", "nsd")
