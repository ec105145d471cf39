#!/usr/bin/python3
"""The milters come and go under a sendmail at work, and no mail is harmed.

To be started inside tests/env/ns.
Usage: restarts.py [MESSAGES [ROUNDS [MODE]...]]

In each round every daemon is reloaded, and then ended, by SIGTERM and by
SIGKILL in turn, and started again.  What the mail host defers meanwhile its
senders send again.  In the end each message was delivered once: what came in
with its results, what went out with good signatures.  TAP on standard output.
"""

import collections
import os
import signal
import smtplib
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

from lab import child, milters, scenarios, smtp, verdict, world  # noqa: E402
from lab.message import compose, sign  # noqa: E402

SENDERS = 4
PAUSE = 0.05    # seconds before a message is sent again
PATIENCE = 120  # seconds for one message, and for the last to arrive
INBOUND = ["dkim=pass", "dmarc=pass", "from=friend.example", "spf=pass"]
OUTBOUND = ["dkimpy=pass", "results=none",
            "signed-by=home.example/s1,home.example/e1"]


class Traffic:
    """The senders: every other message goes out."""

    def __init__(self, lab, total):
        self.lab = lab
        self.total = total
        self.lock = threading.Lock()
        self.begun = 0
        self.incoming, self.outgoing, self.lost = [], [], []
        self.deferrals = collections.Counter()
        self.threads = [threading.Thread(target=self.work, daemon=True)
                        for _ in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def next(self):
        with self.lock:
            self.begun += 1
            return self.begun if self.begun <= self.total else None

    def work(self):
        number = self.next()
        while number is not None:
            if number % 2:
                self.send_in()
            else:
                self.send_out()
            number = self.next()

    def send_in(self):
        message = sign(compose(scenarios.FRIEND, "in"), self.lab.friend_key)
        if self.insist(message, lambda: smtp.FRIEND.deliver(
                scenarios.PLEASANT, scenarios.READER, message)):
            self.incoming.append(message.token())

    def send_out(self):
        message = compose(scenarios.USER, "out")
        if self.insist(message, lambda: smtp.HOME.deliver(
                "user@home.example", scenarios.PLEASANT, message)):
            self.outgoing.append(message.token())

    def insist(self, message, deliver):
        """Send until it is taken, as an MTA does."""
        end = time.monotonic() + PATIENCE
        code = None
        while time.monotonic() < end:
            try:
                code = deliver()
            except (OSError, smtplib.SMTPException) as failure:
                code = getattr(failure, "smtp_code", str(failure))
            if code == 250:
                return True
            if isinstance(code, int) and code >= 500:
                break
            self.deferrals[code] += 1
            time.sleep(PAUSE)
        self.lost.append((message.token(), code))
        return False

    def wait(self):
        for thread in self.threads:
            thread.join()


def restart(lab, traffic, name, brutal):
    """It is away until somebody noticed, unless all mail is sent."""
    running = lab.milters.running[name]
    running.kill() if brutal else running.terminate()
    running.wait(60)
    before = sum(traffic.deferrals.values())
    child.wait_for(lambda: sum(traffic.deferrals.values()) > before
                   or traffic.begun > traffic.total, "a deferral", PATIENCE)
    lab.milters.start(name)


def unsettle(lab, traffic, rounds):
    """The rounds, spread over the traffic."""
    for number in range(rounds):
        due = (number + 1) * traffic.total // (rounds + 1)
        child.wait_for(lambda: traffic.begun >= due, "the next round", 900)
        for name in milters.MODES[lab.mode]:
            lab.milters.reload(name)
        time.sleep(0.2)
        for name in milters.MODES[lab.mode]:
            restart(lab, traffic, name, number % 2)


def arrived(tokens, messages):
    """{token: messages}, once all are there or patience is over."""
    end = time.monotonic() + PATIENCE
    while True:
        found = collections.defaultdict(list)
        for message in messages():
            found[message.token()].append(message)
        if set(tokens) <= set(found) or time.monotonic() > end:
            return found
        time.sleep(0.5)


def tell(good, text, details=()):
    print("%s - %s" % ("ok" if good else "not ok", text))
    for detail in [] if good else list(details)[:10]:
        print("# %s" % (detail,))
    sys.stdout.flush()
    return good


def judge(what, tokens, found, said, expected):
    lost = [t for t in tokens if t not in found]
    doubled = [t for t in tokens if len(found[t]) > 1]
    wrong = [(t, said(m)) for t in tokens for m in found.get(t, ())
             if sorted(said(m)) != sorted(expected)]
    return tell(not (lost or doubled or wrong),
                "%s: %d taken, %d lost, %d doubled, %d without results" % (
                    what, len(tokens), len(lost), len(doubled), len(wrong)),
                lost + doubled + wrong)


def run(mode, total, rounds):
    with world.World(mode) as lab:
        traffic = Traffic(lab, total)
        unsettle(lab, traffic, rounds)
        traffic.wait()
        good = tell(not traffic.lost and bool(traffic.deferrals),
                    "%s: %d messages, %d rounds of reload and restart, "
                    "%d deferred and sent again" % (
                        mode, total, rounds,
                        sum(traffic.deferrals.values())),
                    traffic.lost or ["nobody noticed"])
        good &= judge("%s, what comes in" % mode, traffic.incoming,
                      arrived(traffic.incoming, lab.inbox.messages),
                      verdict.results, INBOUND)
        good &= judge("%s, what goes out" % mode, traffic.outgoing,
                      arrived(traffic.outgoing, lambda: lab.sink.messages),
                      lambda m: verdict.outgoing(m, lab.home_keys), OUTBOUND)
    return tell(not any(lab.statuses.values()),
                "%s: the milters end well" % mode,
                lab.statuses.items()) and good


def main(total="300", rounds="3", *modes):
    if not os.path.ismount("/run/real/etc"):
        sys.exit("restarts.py writes to /etc and /run: start it by restarts")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    results = [run(mode, int(total), int(rounds))
               for mode in modes or ("chain", "inbound")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
