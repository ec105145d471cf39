"""The milters, each started by systemd-socket-activate on its UNIX socket.

As with systemd's socket units, the socket is there before the milter is: the
first connection starts it.
"""

import os

from . import child, paths

RUN = "/run/mailvet"
CONFIG = "/etc/mailvet/mailvet.conf"
SEAL = RUN + "/seal.key"
JOURNAL = "/var/spool/mailvet/dmarc"
MODES = {"chain": ("spf", "dkim", "dmarc", "sign"),
         "inbound": ("inbound", "sign"),
         "sign": ("sign",)}

TEXT = """\
[common]
authserv-id = mail.home.example
nameservers = 127.0.0.1
seal-key = %(seal)s

[sign]
domain = home.example
selector = %(selectors)s
key = %(keys)s

[dmarc]
enforce = %(enforce)s
journal-directory = %(journal)s
failure-reports = yes
failure-directory = %(failures)s

[report]
from = dmarc-reports@home.example
organization = Home Example
submit = 127.0.0.1:25
database = %(database)s
schema = %(schema)s
"""

# What a sanitizer build takes from the environment.
PASSED = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")


def make_seal_key():
    os.makedirs(RUN, 0o755, exist_ok=True)
    with open(SEAL, "w") as file:
        os.fchmod(file.fileno(), 0o640)
        file.write(os.urandom(32).hex() + "\n")


def socket_path(name):
    return os.path.join(RUN, name + ".sock")


class Milters:
    def __init__(self, mode, keys, logs, socket_mode):
        self.logs = logs
        self.socket_mode = socket_mode
        self.keys = keys
        self.running = {}
        self.journal = os.path.join(logs, "journal")
        self.failures = os.path.join(logs, "failures")
        for directory in (self.journal, self.failures):
            os.makedirs(directory)
        make_seal_key()
        os.makedirs(JOURNAL, 0o750, exist_ok=True)
        self.configure("monitor")
        for name in MODES[mode]:
            self.start(name)

    def configure(self, enforce, more=""):
        os.makedirs(os.path.dirname(CONFIG), exist_ok=True)
        with open(CONFIG, "w") as file:
            file.write(TEXT % {
                "seal": SEAL, "enforce": enforce, "journal": self.journal,
                "failures": self.failures,
                "database": os.path.join(self.logs, "report.db"),
                "schema": os.path.join(
                    paths.TOP, "src/report/aggregate-report.rng"),
                "selectors": ", ".join(key.selector for key in self.keys),
                "keys": ",\n\t".join(key.path for key in self.keys)})
            file.write("\n" + more)

    def start(self, name):
        path = socket_path(name)
        if os.path.exists(path):
            os.unlink(path)
        activate = [paths.on_path("systemd-socket-activate"),
                    "--listen=" + path]
        activate += ["--setenv=" + v for v in PASSED if v in os.environ]
        self.running[name] = child.Child(
            activate + [paths.built("mailvet-" + name), "-c", CONFIG],
            os.path.join(self.logs, name + ".log"), dict(os.environ))
        child.wait_for(lambda: self.running[name].check()
                       and os.path.exists(path), path)
        os.chmod(path, self.socket_mode)

    def reload(self, name):
        self.running[name].reload()

    def kill(self, name):
        """As a crash would: no warning, and nobody listens any more."""
        self.running[name].kill()

    def stop(self):
        """Stop all; return {name: exit status}."""
        for milter in self.running.values():
            milter.terminate()
        return {name: milter.wait() for name, milter in self.running.items()}
