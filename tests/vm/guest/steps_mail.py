"""Mail in both directions, and what happens to it when daemons restart."""

import os
import re
import signal
import threading
import time

from lab import child, scenarios, smtp
from lab.message import compose, sign

import steps_confine
import tap
import world

# Where the lab kills a daemon there is nobody who starts it again; here
# systemd does, and what it does then has tests of its own.  So has the reporter.
NOT_HERE = {"verifier killed and back", "signer killed and back",
            "DMARC reports about all this"}
SHORT = {"authentic and aligned", "forged From and envelope",
         "submission with AUTH", "forged Authentication-Results"}


def expected_of(guest, scenario):
    """The lab's words, for this host's mail server and keys."""
    words = scenario.expected
    if guest.is_postfix:
        words = scenarios.BY_POSTFIX.get(scenario.name, words)
    ours = ",".join("%s/%s" % (key.domain, key.selector)
                    for key in guest.home_keys)
    passes = ",".join("pass" for _ in guest.home_keys)
    return re.sub(r"\bdkim=pass,pass\b", "dkim=" + passes,
                  re.sub(r"\bsigned-by=home\.example\S*",
                         "signed-by=" + ours, words))


def one(guest, scenario):
    try:
        got = " ".join(scenario.action(guest))
    except scenarios.Skip:
        return
    expected = expected_of(guest, scenario)
    tap.ok(sorted(got.split()) == sorted(expected.split()),
           "mail: " + scenario.name, "expected: " + expected, "got:      " + got)


def all_of(guest, wanted):
    for scenario in scenarios.SCENARIOS:
        if wanted(scenario.name):
            try:
                one(guest, scenario)
            except Exception as failure:  # the next one has its turn
                tap.ok(False, "mail: " + scenario.name, failure)


def demo(guest):
    """The mail of the demo, in both directions"""
    guest.milters.configure("monitor")
    for name in world.MILTERS[guest.mode]:
        guest.milters.reload(name)
    all_of(guest, lambda name: name not in NOT_HERE)
    guest.milters.configure("monitor")
    guest.milters.reload("dmarc")


def demo_short(guest):
    """Mail again"""
    all_of(guest, lambda name: name in SHORT)


class Traffic:
    """Messages, one after the other, until the end of the with block."""

    def __init__(self, guest):
        self.guest = guest
        self.sent = {}      # token -> SMTP code
        self.running = True
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while self.running:
            message = sign(compose(scenarios.FRIEND, "Traffic"),
                           self.guest.friend_key)
            try:
                code = smtp.FRIEND.deliver(scenarios.PLEASANT,
                                           scenarios.READER, message)
            except OSError as failure:
                code = failure
            self.sent[message.token()] = code
            time.sleep(0.2)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        time.sleep(2)
        self.running = False
        self.thread.join()

    def lost(self):
        """What was promised by 250 and did not arrive."""
        def missing():
            there = {m.token() for m in self.guest.inbox.messages()}
            return [t for t, code in self.sent.items()
                    if code == 250 and t not in there]
        try:
            child.wait_for(lambda: not missing(), "traffic", 60, 1)
        except child.Failure:
            pass
        return missing()

    def check(self, text):
        codes = sorted(set(map(str, self.sent.values())))
        tap.ok(self.sent and all(c == "250" or c.startswith("4")
                                 for c in codes)
               and list(self.sent.values())[-1] == 250,
               "%s: each message gets 250 or 4xx, the last 250" % text,
               "codes: %s" % codes)
        tap.equal(self.lost(), [], "%s: none of %d messages is lost"
                  % (text, len(self.sent)))


def restarts(guest):
    """Reload and restart of each daemon under traffic"""
    for verb in ("reload", "restart"):
        with Traffic(guest) as traffic:
            for name in world.MILTERS[guest.mode]:
                world.systemctl(verb, "mailvet-%s.service" % name)
                time.sleep(0.5)
        traffic.check(verb)


def crash(guest):
    """A daemon that is killed: mail waits in the socket"""
    pid = guest.milters.pid("dkim")
    os.kill(pid, signal.SIGKILL)
    message = sign(compose(scenarios.FRIEND, "Wait"), guest.friend_key)
    began = time.monotonic()
    code = smtp.FRIEND.deliver(scenarios.PLEASANT, scenarios.READER, message)
    tap.equal(code, 250, "mail waits for a killed daemon")
    tap.tell("%.1f s" % (time.monotonic() - began))
    tap.ok(guest.milters.pid("dkim") not in (0, pid), "it is a new process")


def stopped(guest):
    """Without socket and daemon, mail is put off and not let through"""
    world.systemctl("stop", "mailvet-dkim.socket", "mailvet-dkim.service")
    message = sign(compose(scenarios.FRIEND, "Later"), guest.friend_key)
    code = smtp.FRIEND.deliver(scenarios.PLEASANT, scenarios.READER, message)
    tap.equal(code // 100, 4, "without its milter a message gets a 4xx")
    world.systemctl("start", "mailvet-dkim.socket")
    code = smtp.FRIEND.deliver(scenarios.PLEASANT, scenarios.READER, message)
    tap.equal(code, 250, "with it, 250; the connection started it")


def bad_config(guest):
    """A daemon with a wrong configuration never kills its socket"""
    def show(what, unit):
        return world.systemctl("show", "-P", what, unit)

    good = open(world.CONFIG).read()
    with open(world.CONFIG, "w") as file:
        file.write("[dmarc]\nenforce = perhaps\n")
    tap.run("systemctl", "restart", "mailvet-dmarc.service", seconds=60)
    time.sleep(20)
    said = tap.run("journalctl", "-u", "mailvet-dmarc", "-n", "30",
                   "--no-pager").text
    tap.ok("status=78" in said and "perhaps" in said,
           "a wrong configuration is named, and ends the daemon with 78", said)
    tap.equal(show("ActiveState", "mailvet-dmarc.socket"), "active",
              "its socket stays")
    restarts = int(show("NRestarts", "mailvet-dmarc.service"))
    tap.ok(1 <= restarts <= 20, "it is tried again, without haste",
           "%d restarts" % restarts)
    with open(world.CONFIG, "w") as file:
        file.write(good)
    message = sign(compose(scenarios.FRIEND, "At last"), guest.friend_key)
    code = smtp.FRIEND.deliver(scenarios.PLEASANT, scenarios.READER, message)
    tap.equal(code, 250, "with a good one it comes back by itself")


STEPS = [demo, steps_confine.attacks, restarts, crash, stopped, bad_config]
AFTER_BOOT = [demo_short]
