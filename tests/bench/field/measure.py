"""Running the load and reading the meters."""

import json
import os
import statistics
import subprocess
import sys

from lab import child, paths

CONNECTIONS = 16


def command(contender, corpus, **options):
    argv = [os.path.join(paths.BUILD, "tests", "load"),
            "-a", contender.authserv_id, "-d", corpus.directory]
    for letter, value in options.items():
        argv += ["-" + letter, str(value)]
    if contender.methods:
        argv += ["-k", contender.methods]
    if contender.user:
        argv += ["-u", contender.user]
    return argv + contender.sockets()


def load(contender, corpus, messages, connections=CONNECTIONS,
         per_connection=50, output="/dev/null"):
    """Send messages through the contender; what load printed."""
    done = subprocess.run(
        command(contender, corpus, c=connections, n=messages,
                m=per_connection, o=output),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise child.Failure("%s: load failed: %s" % (contender.name,
                                                     done.stderr))
    result = json.loads(done.stdout)
    if result["wrong"]:
        print("# %s: %d wrong results\n%s" % (contender.name,
              result["wrong"], done.stderr), file=sys.stderr)
    return result


def metered(contender, corpus, messages, **options):
    before = contender.cpu()
    result = load(contender, corpus, messages, **options)
    result["cpu_us"] = (contender.cpu() - before) / messages * 1e6
    result["rate"] = messages / result["seconds"]
    result["rss_mb"] = contender.rss_kb() / 1024
    result["threads"] = contender.threads()
    return result


def median(rounds):
    return {key: statistics.median(r[key] for r in rounds)
            for key in rounds[0]}


def all_rounds(field, corpora, rounds):
    """{size: {contender: medians}}; the contenders take turns."""
    results = {}
    for size, (corpus, messages) in corpora.items():
        for contender in field:		# warm caches, and what they say
            load(contender, corpus, 4 * corpus.count,
                 output=os.path.join(corpus.directory, "..", "%s %s.tsv" % (
                     contender.name, size)))
        took = {contender.name: [] for contender in field}
        for _ in range(rounds):
            for contender in field:
                took[contender.name].append(
                    metered(contender, corpus, messages))
        results[size] = {name: median(r) for name, r in took.items()}
    return results


class Idle:
    """Connections that have said HELO and nothing more, while they last."""

    def __init__(self, contender, corpus, count):
        self.process = subprocess.Popen(
            command(contender, corpus, n=1, c=1, i=count),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        result = json.loads(self.process.stdout.readline())
        if result["failed"]:
            raise child.Failure("%d connections failed" % result["failed"])

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
