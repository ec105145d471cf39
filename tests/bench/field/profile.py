"""Where the time goes: the shares of the kernel, the libraries and our own code,
as perf(1) samples them."""

import os
import shutil
import signal
import subprocess
import time

from lab import child, dns

from . import contenders, corpus, measure, scenes

NAMES = ("spf", "dkim", "dmarc", "inbound", "sign")


def shares(path):
    """{kernel, ours, library...: per cent} of a perf.data."""
    done = child.run(["perf", "report", "-i", path, "--sort", "dso",
                      "--field-separator", ";"], dict(os.environ))
    found = {}
    for line in done.decode().splitlines():
        if line.startswith("#") or ";" not in line:
            continue
        share, name = line.strip().split(";")[:2]
        name = name.strip().strip("[]")
        if name.startswith("mailvet-"):
            name = "own code"
        elif name.startswith("kernel"):
            name = "kernel"
        else:
            name = name.partition(".so")[0]
        found[name] = found.get(name, 0) + float(share.strip("% "))
    return found


def sampled(filter_, work, path):
    """What perf says of the process while the work is done."""
    recorder = subprocess.Popen(
        ["perf", "record", "-q", "-F", "9000", "-o", path,
         "-p", str(filter_.pid)], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        work()
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait()
    return shares(path)


def profile(messages):
    """{"spf, 2 KB": {name: per cent}}; of the three apart, each as it works in
    the chain."""
    if shutil.which("perf") is None:
        raise child.Failure("perf is not installed")
    world = corpus.World(scenes.fresh("profile"))
    mails = {"2 KB": world.corpus("2KB", 2048, 80),
             "20 KB": world.corpus("20KB", 20480, 80)}
    server = dns.NameServer(world.directory, scenes.text(world))
    results = {}
    try:
        with contenders.Field(contenders.ours(
                world.signer.path, NAMES)) as field:
            for size, mail in mails.items():
                for contender in field:
                    measure.load(contender, mail, 400)
                    for filter_ in contender.filters:
                        name = "%s, %s" % (
                            os.path.basename(filter_.socket)
                            .removesuffix(".sock"), size)
                        results[name] = sampled(
                            filter_,
                            lambda: measure.load(contender, mail, messages),
                            os.path.join(world.directory, "perf.data"))
    finally:
        server.stop()
    return results
