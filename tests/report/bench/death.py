"""SIGKILL at a random moment of a process's life."""

import signal
import time


class Death:
    """Learns how long the processes live, on a machine of any speed.

    Four of five die before their end, anywhere between it and the start."""

    def __init__(self, rng):
        self.rng = rng
        self.span = 0.5         # seconds within which it comes
        self.kills = 0

    def come(self, process):
        """What the process had to say until then.  Was it killed?"""
        time.sleep(self.rng.random() * self.span)
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
        killed = process.returncode == -signal.SIGKILL
        self.kills += killed
        self.span *= 1.1 if killed else 0.7
        return errors, killed
