"""What is measured: each scene starts what it needs, and stops it."""

import os
import shutil

from lab import dns, paths

from . import contenders, corpus, measure, peers, verdicts
from .slowdns import SlowNameServer

# size, messages of the corpus, messages sent: the kernel counts CPU time in 10 ms
SIZES = {"2 KB": (2048, 80, 8000), "20 KB": (20480, 80, 6000),
         "1 MB": (1 << 20, 10, 60)}


def fresh(name):
    directory = os.path.join(paths.BUILD, "bench", name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    os.makedirs(peers.RUN, exist_ok=True)
    return directory


def text(world):
    return "\n".join(world.zone()) + "\n"


def speed(rounds, divisor):
    """All contenders in turn, at all sizes."""
    world = corpus.World(fresh("speed"))
    corpora = {name: (world.corpus(name.replace(" ", ""), size, count),
                      max(20, n // divisor))
               for name, (size, count, n) in SIZES.items()}
    server = dns.NameServer(world.directory, text(world))
    key = world.signer.path
    try:
        with contenders.Field(contenders.empty(), contenders.ours(key),
                              contenders.rivals(key)) as field:
            measured = measure.all_rounds(field, corpora, rounds)
    finally:
        server.stop()
    return measured, verdicts.compare(
        world.directory, SIZES, "mailvet-inbound",
        [c.name for c in field if c.name != "mailvet-inbound"])


def slow(delay, messages, connections):
    """Cold caches, a domain of its own for each message, and a server that
    needs delay seconds, or is dead (None): then nothing can be checked."""
    world = corpus.World(fresh("slow"), domains=messages)
    mail = world.corpus("2KB", 2048, messages)
    key = world.signer.path
    results = {}
    for name, source in (("mailvet-inbound", lambda: contenders.ours(
                              key, ("inbound",))),
                         ("chain", lambda: contenders.chain(key)),
                         ("rspamd", contenders.rspamd)):
        server = dns.NameServer(world.directory, text(world), 5353)
        between = SlowNameServer(delay)
        try:
            with contenders.Field(source()) as field:
                for contender in field:
                    if contender.name == name:
                        contender.methods = contender.methods if delay else ""
                        results[name] = measure.metered(
                            contender, mail, messages,
                            connections=connections, per_connection=1)
        finally:
            between.stop()
            server.stop()
    return results


def memory(messages, idle):
    """Resident memory of mailvet-inbound: after so much mail; and, of a fresh
    one, with idle connections."""
    world = corpus.World(fresh("memory"))
    mail = world.corpus("2KB", 2048, 80)
    key = world.signer.path
    results = {}
    server = dns.NameServer(world.directory, text(world))
    try:
        with contenders.Field(contenders.ours(key, ("inbound",))) as field:
            measure.load(field[0], mail, messages)
            results["after"] = field[0].rss_kb() / 1024
        with contenders.Field(contenders.ours(key, ("inbound",))) as field:
            with measure.Idle(field[0], mail, idle):
                results["idle"] = field[0].rss_kb() / 1024
    finally:
        server.stop()
    return results
