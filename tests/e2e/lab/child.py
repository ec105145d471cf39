"""A child process that writes to a log and ends by its pid."""

import os
import signal
import subprocess
import time


class Failure(Exception):
    """The lab itself does not work: no verdict on mailvet is possible."""


def wait_for(condition, what, seconds=30, pause=0.02):
    """Poll until condition() is true, and return what it returned."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failure("waited %d s in vain for %s" % (seconds, what))
        time.sleep(pause)


class Child:
    def __init__(self, argv, log, env, umask=0o022):
        self.name = os.path.basename(log)
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=env, umask=umask)

    def check(self):
        """Raise Failure, with the log, if the process has ended."""
        if self.process.poll() is not None:
            with open(self.log, errors="replace") as log:
                raise Failure("%s ended with status %d:\n%s" % (
                    self.name, self.process.returncode, log.read()[-2000:]))
        return True

    def terminate(self):
        if self.process.poll() is None:
            self.process.terminate()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self, seconds=15):
        """The exit status; a process that does not end is killed."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode


def run(argv, env=None, data=None):
    """Run to the end and return standard output; Failure if it failed."""
    done = subprocess.run(argv, input=data, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise Failure("%s failed with status %d:\n%s" % (
            argv[0], done.returncode, done.stderr.decode(errors="replace")))
    return done.stdout
