"""A PostgreSQL of our own: a private directory, a UNIX socket, no port."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

from .tap import Skip

USER = "nobody"                 # the server refuses to be root


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) + ["/usr/bin"]
    for folder in found:
        if os.path.exists(os.path.join(folder, "initdb")):
            return folder
    raise Skip("no PostgreSQL server is installed")


class Postgres:
    def __init__(self):
        self.bin = programs()
        self.directory = tempfile.mkdtemp(prefix="mailvet-pg-")
        self.data = os.path.join(self.directory, "data")
        self.url = "postgresql:///postgres?host=%s&user=mailvet" \
            % self.directory
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def argv(self, program, *words):
        argv = [os.path.join(self.bin, program)] + list(words)
        if os.getuid() == 0:
            argv = ["setpriv", "--reuid", USER, "--regid", "nogroup"
                    if shutil.which("apt-get") else USER,
                    "--clear-groups"] + argv
        return argv

    def start(self):
        if os.getuid() == 0:
            shutil.chown(self.directory, USER)
        subprocess.run(self.argv(
            "initdb", "-D", self.data, "-U", "mailvet", "-A", "trust",
            "-E", "UTF8", "--locale=C", "--no-sync"),
            check=True, stdout=subprocess.DEVNULL, cwd="/")
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen(self.argv(
                "postgres", "-D", self.data, "-k", self.directory,
                "-c", "listen_addresses=", "-c", "fsync=off"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError("the server ended")
            if self.ask("SELECT 1", check=False) == "1":
                return
            time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def ask(self, sql, check=True):
        done = subprocess.run(
            [os.path.join(self.bin, "psql"), "-X", "-A", "-t", "-q",
             "-c", sql, self.url], capture_output=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.decode().strip()

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
