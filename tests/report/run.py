#!/usr/bin/python3
"""The reporter from the journal to the mail.  Prints TAP.

Usage: run.py [MODULE]...      default: all of them
"""

import importlib
import sys

from bench import tap

MODULES = ("roundtrip", "hostile", "failures", "commands", "faults", "kill",
           "large", "postgres")


def main(*names):
    failed = 0
    for name in names or MODULES:
        failed += tap.run(importlib.import_module("test_" + name).TESTS)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
