"""A reporter's desk: configuration, journals, database, all in one directory."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("MAILVET_BUILD", os.path.join(TOP, "build"))
REPORTER = os.path.join(BUILD, "bin", "mailvet-report")
ADMIN = os.path.join(BUILD, "bin", "mailvet")
SCHEMA = os.path.join(TOP, "src/report/aggregate-report.rng")

CONFIG = """\
[common]
zone = %(directory)s/zone
deadline = 500ms
[dmarc]
journal-directory = %(directory)s/dmarc
failure-directory = %(directory)s/failure
failure-reports = %(failure)s
[report]
from = dmarc-reports@home.example
organization = Home & <Garden>
database = %(database)s
host = %(host)s
submit = 127.0.0.1:%(port)d
schema = %(schema)s
"""

# All test domains take their own reports; other.example agreed to some.
ZONE = """\
*.example. TXT "nothing"
d0.example._report._dmarc.other.example. TXT "v=DMARC1"
"""


def peak(pid):
    """The largest resident size of a running process so far, in KB."""
    try:
        with open("/proc/%d/status" % pid) as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


class Watch(threading.Thread):
    """Looks at a process's memory until it ends.

    (What the kernel tells at the end counts us, before the exec, too.)"""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process = process
        self.memory = 0
        self.start()

    def run(self):
        while self.process.returncode is None:
            self.memory = max(self.memory, peak(self.process.pid))
            time.sleep(0.02)


class Done:
    """How a run ended."""

    def __init__(self, status, output, errors, memory):
        self.status = status
        self.output = output
        self.errors = errors
        self.memory = memory        # largest resident size, in KB


class Desk:
    def __init__(self, port=1, database=None, host="mx1.home.example",
                 failure="no"):
        self.directory = tempfile.mkdtemp(prefix="mailvet-report-")
        self.database = database or self.path("report.db")
        for name in ("dmarc", "failure"):
            os.mkdir(self.path(name))
        self.write("zone", ZONE)
        self.write("conf", CONFIG % {
            "directory": self.directory, "database": self.database,
            "host": host, "port": port, "schema": SCHEMA,
            "failure": failure})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, data, mode="w"):
        if isinstance(data, bytes):
            mode += "b"
        with open(self.path(name), mode) as file:
            file.write(data)

    def journal(self, hour, texts, kind="dmarc"):
        """Append lines to the file of the hour (seconds since 1970)."""
        name = "%s/%s.jsonl" % (kind, time.strftime(
            "%Y%m%d%H", time.gmtime(hour)))
        self.write(name, "".join(t + "\n" for t in texts), "a")
        return name

    def command(self, now, *words, program=REPORTER):
        argv = [program] + (["report"] if program == ADMIN else [])
        return argv + ["-c", self.path("conf"), "--now", str(now)] + \
            list(words)

    def start(self, now, *words, program=REPORTER):
        return subprocess.Popen(
            self.command(now, *words, program=program),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def run(self, now, *words, program=REPORTER):
        """Run it to its end."""
        process = self.start(now, *words, program=program)
        watch = Watch(process)
        output, errors = process.communicate()
        watch.join()
        return Done(process.returncode, output.decode(),
                    errors.decode(errors="replace"), watch.memory)

    def admin(self, now, *words):
        return self.run(now, *words, program=ADMIN)

    def query(self, sql):
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def number(self, sql):
        return self.query(sql)[0][0]
