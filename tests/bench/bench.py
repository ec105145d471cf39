#!/usr/bin/python3
"""Ours and the peers, side by side.  To be started inside tests/env/ns.

Usage: bench.py [--rounds N] [--quick] [--json FILE] [--svg FILE] [SCENE]...
SCENE: speed, slow, dead, memory, sendmail, profile (default: all)
"""

import argparse
import json
import os
import sys

from field import chart, profile, rates, scenes, table

from lab import child


def measured(names, rounds, divisor):
    """A scene that cannot be played costs itself, and not the others."""
    results = {}
    for name in names:
        print("# " + name, file=sys.stderr)
        try:
            results[name] = scene(name, rounds, divisor)
        except (child.Failure, OSError) as failure:
            print("# %s: %s" % (name, failure), file=sys.stderr)
    if "speed" in results:
        results["speed"], results["verdicts"] = results["speed"]
    return results


def scene(name, rounds, divisor):
    return {
        "speed": lambda: scenes.speed(rounds, divisor),
        "slow": lambda: scenes.slow(0.1, 640 // divisor, 64),
        "dead": lambda: scenes.slow(None, 16, 16),
        "memory": lambda: scenes.memory(10000 // divisor, 1000),
        "sendmail": lambda: rates.sendmail(1000 // divisor, rounds),
        "profile": lambda: profile.profile(8000 // divisor),
    }[name]()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--svg")
    parser.add_argument("scenes", nargs="*", default=[
        "speed", "slow", "dead", "memory", "sendmail", "profile"])
    arguments = parser.parse_args()
    if not os.path.ismount("/run/real/etc"):
        sys.exit("bench.py writes to /etc and /run: start it by bench")
    results = measured(arguments.scenes, arguments.rounds,
                       10 if arguments.quick else 1)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(results, file, indent=1)
    if arguments.svg and "speed" in results:
        with open(arguments.svg, "w") as file:
            file.write(chart.svg(results))
    print(table.text(results))


if __name__ == "__main__":
    sys.exit(main())
