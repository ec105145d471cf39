#!/usr/bin/python3
"""The name server goes, fails in every way, and comes back, under load.

To be started inside tests/env/ns.
Usage: nameserver.py [MESSAGES [CONNECTIONS]]

Each fault meets mail of domains that nobody has asked about yet.  All of it
has to be temperror within two deadlines, on no more threads than there are
connections; and when the name server is back, mail of the same domains has to
have its results within RECOVERY.  TAP on standard output.
"""

import contextlib
import io
import os
import random
import shutil
import signal
import socket
import sys
import threading
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "e2e"), os.path.join(TESTS, "bench")]

from lab import dns, milters, paths  # noqa: E402
from field import corpus, measure, peers, slowdns  # noqa: E402

DEADLINE = 2    # seconds
# A libmilter with a pool of workers may hand two connections to one idle
# worker: the second then waits for the first one's deadline, too.
# A busy machine takes its time; without deadlines it would be much longer, as
# would the resolver's own patience with a server that was away.
SLOWEST = 2 * DEADLINE + 6
RECOVERY = 60
PAUSE = 0.3
SPARE_THREADS = 16

CONFIG = """\
[common]
authserv-id = %(id)s
nameservers = 127.0.0.1
seal-key = %(seal)s
deadline = %(deadline)ds
log-level = warning
[dmarc]
enforce = monitor
journal = no
"""


def garbage():
    """Answer each question with bytes, half of them with its id."""
    chance = random.Random(1)
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind(slowdns.ADDRESS)
    while True:
        question, client = front.recvfrom(4096)
        answer = chance.randbytes(chance.randrange(1, 600))
        if chance.random() < 0.5:
            answer = question[:2] + answer
        front.sendto(answer, client)


class Garbage(slowdns.SlowNameServer):
    def __init__(self):
        self.process = slowdns.multiprocessing.Process(target=garbage,
                                                       daemon=True)
        self.process.start()


class Killed:
    """Nobody listens at the port."""

    def stop(self):
        pass


FAULTS = (("killed", Killed),
          ("silent", lambda: slowdns.SlowNameServer(None)),
          ("slow", lambda: slowdns.SlowNameServer(3 * DEADLINE)),
          ("garbage", Garbage))


class Threads:
    """The most threads that a process has meanwhile."""

    def __init__(self, contender):
        self.contender = contender
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.over.wait(0.1):
            self.most = max(self.most, self.contender.threads())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def tell(good, text):
    print("%s - %s" % ("ok" if good else "not ok", text), flush=True)
    return good


def unsure(path):
    """Lines of load's output with other results than temperror."""
    with open(path) as file:
        return [line for line in file
                if any("=" in word and not word.endswith("=temperror")
                       for word in line.split()[1:]) or "=" not in line]


def recovered(inbound, mail):
    """Seconds until all results are right again."""
    start = time.monotonic()
    while time.monotonic() < start + RECOVERY:
        with contextlib.redirect_stderr(io.StringIO()):
            result = measure.load(inbound, mail, mail.count)
        if result["wrong"] == 0:
            break
        time.sleep(PAUSE)
    return time.monotonic() - start


def meet(name, fault, inbound, mail, connections):
    server = fault()
    output = os.path.join(mail.directory, "results")
    inbound.methods = ""        # nothing is right now
    try:
        with Threads(inbound) as threads:
            took = measure.load(inbound, mail, mail.count, connections,
                                per_connection=1, output=output)
    finally:
        server.stop()
    slowest = took["p99_us"] / 1e6
    good = tell(not unsure(output) and slowest < SLOWEST
                and threads.most < connections + SPARE_THREADS,
                "name server %s: %d messages, %d not temperror, slowest "
                "%.1f s, %d threads for %d connections" % (
                    name, mail.count, len(unsure(output)), slowest,
                    threads.most, connections))
    server = slowdns.SlowNameServer(0)
    inbound.methods = "spf,dkim,dmarc"
    try:
        seconds = recovered(inbound, mail)
    finally:
        server.stop()
    return tell(seconds < RECOVERY, "name server %s: results are back after "
                "%.1f s" % (name, seconds)) and good


def start():
    os.makedirs(peers.RUN, exist_ok=True)
    milters.make_seal_key()
    config = peers.write("mailvet.conf", CONFIG % {
        "id": peers.ID, "seal": milters.SEAL, "deadline": DEADLINE})
    return peers.Contender("mailvet-inbound", [peers.Filter("inbound", [
        paths.built("mailvet-inbound"), "-c", config, "--socket",
        "unix:" + peers.socket_path("inbound")])], "")


def main(messages="48", connections="32"):
    if not os.path.ismount("/run/real/etc"):
        sys.exit("nameserver.py writes to /etc and /run: start it by "
                 "nameserver")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    count = int(messages)
    directory = os.path.join(paths.BUILD, "nameserver")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    world = corpus.World(directory, domains=count * len(FAULTS))
    server = dns.NameServer(directory, "\n".join(world.zone()) + "\n", 5353)
    inbound = start()
    good = True
    for i, (name, fault) in enumerate(FAULTS):
        mail = corpus.Corpus(os.path.join(directory, name), 2048, count,
                             world.domains[i * count:(i + 1) * count])
        good &= meet(name, fault, inbound, mail, int(connections))
    ended = inbound.filters[0].child
    good &= tell(ended.check(), "mailvet-inbound lived")
    inbound.filters[0].stop()
    server.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
