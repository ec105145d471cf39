"""Tests as functions that raise, and their outcome as TAP."""

import traceback


class Skip(Exception):
    """This machine cannot do it."""


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError("%s is %r, not %r" % (what, got, wanted))


def same(got, wanted, what):
    """Two Counters; only the difference is worth reading."""
    missing, extra = wanted - got, got - wanted
    if missing or extra:
        raise AssertionError("%s: %d missing: %r, %d too many: %r" % (
            what, sum(missing.values()), missing.most_common(5),
            sum(extra.values()), extra.most_common(5)))


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def has(text, part):
    if part not in text:
        raise AssertionError("no %r in %r" % (part, text[-2000:]))


def run(tests):
    """Run (name, function) pairs; the number that failed."""
    failed = 0
    for name, test in tests:
        try:
            test()
        except Skip as reason:
            print("ok - report, %s # SKIP %s" % (name, reason), flush=True)
        except Exception:       # a broken test is a failed one
            failed += 1
            print("not ok - report, %s" % name)
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
        else:
            print("ok - report, %s" % name, flush=True)
    return failed
