"""What SELinux denied, out of the audit log."""

import re

LOG = "/var/log/audit/audit.log"


class Denial:
    def __init__(self, line):
        self.line = line.strip()
        self.source = self.field("scontext")
        self.target = self.field("tcontext")
        self.permissions = re.search(r"\{ ([^}]*) \}", line).group(1).split()

    def field(self, name):
        """The type in a context."""
        found = re.search(name + r"=[^:]*:[^:]*:(\w+)", self.line)
        return found.group(1) if found else ""

    def is_ours(self):
        return "mailvet" in self.source or "mailvet" in self.target


def denials(since=0):
    """Those about mailvet's domains and files, from byte since of the log."""
    with open(LOG, errors="replace") as log:
        log.seek(since)
        found = [Denial(line) for line in log
                 if line.startswith("type=AVC") and "denied" in line]
    return [d for d in found if d.is_ours()]


def here():
    """Where the log ends now."""
    with open(LOG, errors="replace") as log:
        return log.seek(0, 2)
