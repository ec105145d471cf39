"""Two ways to tell the outcomes: a table to read, TAP for a machine."""

from collections import namedtuple

Outcome = namedtuple("Outcome", "mode name expected got")


def good(outcome):
    return sorted(outcome.expected.split()) == sorted(outcome.got.split())


class Table:
    def title(self, mode):
        print("\n%s\n%s" % (mode, "-" * len(mode)))
        print("%-31s %s" % ("MESSAGE", "EXPECTED"))

    def row(self, outcome):
        print("%-31s %s" % (outcome.name, outcome.expected))
        print("%31s %s%s" % ("got:", outcome.got, "" if good(outcome)
                             else "   <-- NOT AS EXPECTED"), flush=True)

    def skip(self, mode, name, reason):
        print("%-31s skipped: %s" % (name, reason))

    def headers(self, message):
        print("\nThe header of one of them, as delivered (%s):\n"
              % message.path)
        for line in message.head().splitlines():
            print("    " + line)

    def report(self, report):
        print("\nThe mail that carries the report about %s, as it left:\n"
              % report.domain)
        for line in report.message.head().splitlines():
            print("    " + line)
        print("\nAnd the report in it, %s:\n" % report.file)
        for line in report.xml.splitlines():
            print("    " + line)

    def end(self, outcomes):
        passed = sum(map(good, outcomes))
        print("\ndemo: %d of %d as expected" % (passed, len(outcomes)))


class Tap:
    def title(self, mode):
        pass

    def row(self, outcome):
        print("%s - e2e, %s: %s" % ("ok" if good(outcome) else "not ok",
                                    outcome.mode, outcome.name), flush=True)
        if not good(outcome):
            print("# expected: %s\n# got:      %s" % (
                outcome.expected, outcome.got), flush=True)

    def skip(self, mode, name, reason):
        print("ok - e2e, %s: %s # SKIP %s" % (mode, name, reason))

    def headers(self, message):
        pass

    def report(self, report):
        pass

    def end(self, outcomes):
        passed = sum(map(good, outcomes))
        print("%d passed, %d failed" % (passed, len(outcomes) - passed))
