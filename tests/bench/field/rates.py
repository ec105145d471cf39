"""How many messages a second sendmail takes: bare, and with filters.

Messages are queued, not delivered, so that only the way in is measured.
"""

import os
import shutil
import time

from lab import child, dns, mta, paths, syslog

from . import contenders, corpus, peers, scenes

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SETTLE = 0.5	# seconds


class Sendmail:
    """A sendmail with these filters, in their order."""

    def __init__(self, directory, filters):
        self.program = paths.in_host("/usr/libexec/sendmail/sendmail",
                                     "/usr/*bin/sendmail.sendmail")
        tree = mta.cf_tree("/run/cf-%d" % time.monotonic_ns())
        lines = "".join("INPUT_MAIL_FILTER(`f%d', `S=unix:%s, F=T, "
                        "T=S:30s;R:30s;E:60s')dnl\n" % item
                        for item in enumerate(filters))
        source = os.path.join(directory, "bench.mc")
        with open(os.path.join(HERE, "bench.mc")) as file:
            text = file.read().replace("FILTERS\n", lines)
        with open(source, "w") as file:
            file.write(text)
        mta.make_cf(tree, source, "/etc/mail/sendmail.cf")
        shutil.rmtree("/var/spool/mqueue", ignore_errors=True)
        os.makedirs("/var/spool/mqueue", 0o700)
        self.child = child.Child(
            [self.program, "-bD"], os.path.join(directory, "sendmail.log"),
            dict(paths.host_environment(), **mta.preload(directory)))
        child.wait_for(lambda: self.child.check()
                       and mta.listening(("192.0.2.1", 25)), "sendmail")

    def stop(self):
        self.child.terminate()
        self.child.wait()


def send(messages):
    """Seconds for so many messages over 16 connections."""
    source = paths.in_host("/usr/*bin/smtp-source")
    start = time.monotonic()
    child.run([source, "-s", "16", "-m", str(messages), "-l", "2048",
               "-M", "mx.d001.example", "-f", "sender@d001.example",
               "-t", "reader@bench.example", "192.0.2.1:25"],
              paths.host_environment())
    return time.monotonic() - start


def once(directory, filters, messages):
    sendmail = Sendmail(directory, filters)
    try:
        send(max(16, messages // 10))
        time.sleep(SETTLE)
        return messages / send(messages)
    finally:
        sendmail.stop()


def sendmail(messages, rounds):
    """{filters: {"rate": messages a second}}, medians."""
    directory = scenes.fresh("sendmail")
    world = corpus.World(directory)
    server = dns.NameServer(directory, scenes.text(world))
    log = syslog.Syslog(os.path.join(directory, "maillog"))
    key = world.signer.path
    try:
        with contenders.Field(contenders.ours(key, ("inbound",)),
                              contenders.chain(key)) as field:
            taking_part = {"none": []}
            taking_part.update(
                (c.name, c.sockets()) for c in field
                if c.name in ("mailvet-inbound", "chain"))
            rates = {name: [] for name in taking_part}
            for _ in range(rounds):
                for name, sockets in taking_part.items():
                    rates[name].append(once(directory, sockets, messages))
            return {name: {"rate": sorted(r)[len(r) // 2]}
                    for name, r in rates.items()}
    finally:
        log.stop()
        server.stop()
