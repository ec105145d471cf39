#!/usr/bin/python3
"""Run the scenarios.  To be started inside tests/env/ns, by demo or check.

Usage: run.py table|tap [RUN]...

RUN: chain or inbound, with sendmail (default: both); postfix-chain,
postfix-inbound.
"""

import os
import signal
import smtplib
import sys

from lab import child, milters, postfix, report, scenarios, world


def one_line(failure):
    return "failure: " + " ".join(str(failure).split())


def run_scenario(lab, scenario):
    try:
        return " ".join(scenario.action(lab))
    except (child.Failure, OSError, smtplib.SMTPException) as failure:
        return one_line(failure)


class Run:
    """All scenarios with one MTA and one set of milters."""

    def __init__(self, name, style):
        self.name = name
        self.mode = name.rpartition("-")[2]
        self.is_postfix = name.startswith("postfix-")
        self.style = style
        self.outcomes = []
        self.sample = None
        self.report = None

    def tell(self, name, expected, got):
        outcome = report.Outcome(self.name, name, expected, got)
        self.outcomes.append(outcome)
        self.style.row(outcome)

    def expected(self, scenario):
        if self.is_postfix and scenario.name in scenarios.BY_POSTFIX:
            return scenarios.BY_POSTFIX[scenario.name]
        return scenario.expected

    def scenarios(self, lab):
        for scenario in scenarios.SCENARIOS:
            try:
                self.tell(scenario.name, self.expected(scenario),
                          run_scenario(lab, scenario))
            except scenarios.Skip as skip:
                self.style.skip(self.name, scenario.name, skip)
        self.sample = next(lab.inbox.messages(), None)
        self.report = lab.report

    def run(self):
        self.style.title(self.name)
        if self.is_postfix and not postfix.possible():
            self.style.skip(self.name, "all", "Postfix needs root's users")
            return
        make = world.PostfixWorld if self.is_postfix else world.World
        try:
            with make(self.mode) as lab:
                self.scenarios(lab)
        except (child.Failure, OSError) as failure:
            self.tell("the test hosts run", "yes", one_line(failure))
            return
        # A sanitizer speaks through the exit status.
        self.tell("milters end by SIGTERM",
                  " ".join("%s=0" % name for name in milters.MODES[self.mode]),
                  " ".join("%s=%d" % end for end in lab.statuses.items()))


def main(style, *names):
    if not os.path.ismount("/run/real/etc"):
        sys.exit("run.py writes to /etc and /run: start it by demo or check")
    # As the first process of its PID namespace it has no default action.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    style = {"table": report.Table, "tap": report.Tap}[style]()
    runs = [Run(name, style) for name in names or ("chain", "inbound")]
    for run in runs:
        run.run()
    if runs[0].sample:
        style.headers(runs[0].sample)
    if runs[0].report:
        style.report(runs[0].report)
    outcomes = [outcome for run in runs for outcome in run.outcomes]
    style.end(outcomes)
    return 0 if all(map(report.good, outcomes)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
