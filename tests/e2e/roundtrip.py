#!/usr/bin/python3
"""Do signatures survive the MTA?  To be started inside tests/env/ns.

Usage: roundtrip.py [sendmail|sendmail-safe|sendmail-simple|postfix|
                     postfix-safe]...

Each message of lab/roundtrips.py goes through the MTA and mailvet-sign to a
correspondent; there dkimpy, opendkim-testmsg and our own verifier judge both
signatures.  TAP on standard output.
"""

import os
import signal
import sys

from lab import (child, milters, mta, paths, postfix, report, roundtrips,
                 scenarios, sink, smtp, verdict, world)


class Sendmail(world.World):
    name, mode = "sendmail", "inbound"


class SafeSendmail(world.World):
    """As docs/sendmail.md advises."""
    name, mode = "sendmail-safe", "inbound"

    def start_mta(self):
        return mta.Sendmail(self.mode, self.inbox.directory, self.directory,
                            SAFE="yes")


class SimpleSendmail(SafeSendmail):
    """With the canonicalization that bears nothing."""
    name = "sendmail-simple"
    drop_in = milters.CONFIG + ".d/simple.conf"

    def start_mta(self):
        os.makedirs(os.path.dirname(self.drop_in), exist_ok=True)
        with open(self.drop_in, "w") as file:
            file.write("[sign]\ncanonicalization = simple/simple\n")
        return super().start_mta()

    def __exit__(self, *how):
        super().__exit__(*how)
        os.unlink(self.drop_in)


class Postfix(world.World):
    name, mode = "postfix", "sign"
    more = ""

    def start_mta(self):
        return postfix.Postfix(self.directory, self.more)


class SafePostfix(Postfix):
    """As mailvet-sign(8) advises."""
    name = "postfix-safe"
    more = "smtp_line_length_limit = 0\ndisable_mime_output_conversion = yes\n"


WORLDS = {cls.name: cls
          for cls in (Sendmail, SafeSendmail, SimpleSendmail, Postfix,
                      SafePostfix)}


def logged_risk(lab):
    """What the signer said of the last message."""
    with open(os.path.join(lab.directory, "sign.log")) as log:
        line = [l for l in log if " signed=" in l][-1]
    if "rewrite-risk=" not in line:
        return ""
    rest = line.partition("rewrite-risk=")[2]
    return rest.split('"')[1] if rest[0] == '"' else rest.split()[0]


def opendkim(lab, message):
    """What libopendkim, asking the DNS itself, says of each signature."""
    head, _, body = message.data.partition(b"\r\n\r\n")
    lines = head.replace(b"\r\n\t", b"\0\t").replace(b"\r\n ", b"\0 ")
    others = [l for l in lines.split(b"\r\n") if not is_ours(l)]
    words = []
    for line in filter(is_ours, lines.split(b"\r\n")):
        text = b"\r\n".join([line] + others).replace(b"\0", b"\r\n")
        words.append(testmsg(text + b"\r\n\r\n" + body))
    return ",".join(words)


def is_ours(line):
    return line.lower().startswith(b"dkim-signature:") and \
        b"d=home.example" in line


def testmsg(data):
    try:
        child.run([paths.in_host("/usr/*bin/opendkim-testmsg")],
                  paths.host_environment(), data)
        return "pass"
    except child.Failure:
        return "fail"


def mailvet(data):
    """Our verifier, as `mailvet check` has it."""
    out = child.run([paths.built("mailvet"), "check", "-c", milters.CONFIG],
                    data=data).decode()
    return ",".join(word[5:].rstrip(";") for word in out.split()
                    if word.startswith("dkim=")
                    and word != "dkim=none")


def judge(lab, message):
    ours = [m for m in verdict.signatures(message)
            if m.startswith("home.example/")]
    dkimpy = verdict.outgoing(message, lab.home_keys)[1]
    if len(verdict.signatures(message)) > len(ours):
        dkimpy = "dkimpy=-"     # it has one that nobody can verify
    said = mailvet(message.data).split(",")[:2]
    return ["signed=%d" % len(ours), dkimpy,
            "opendkim=" + opendkim(lab, message),
            "mailvet=" + ",".join(said)]


def expected(name, case):
    mta, _, safe = name.partition("-")
    helped = safe and not case.risk.startswith("addresses")
    good = "fail" if mta in case.broken and not helped else "pass"
    risk = "" if mta in case.mended else case.risk
    if name == "sendmail-simple" and case.folded:
        risk = "; ".join(filter(None, ("addresses in To", risk)))
    words = ["signed=2", "dkimpy=" + good, "opendkim=%s,%s" % (good, good),
             "mailvet=%s,%s" % (good, good), "risk=[%s]" % risk]
    if case.name == "another signature":
        words[1] = "dkimpy=-"
    return " ".join(words)


def send(lab, case, modern):
    message = case.make()
    domain = "friend" if case.legacy else "modern"
    code = smtp.HOME.deliver("user@home.example", "anna@%s.example" % domain,
                             message)
    if code != 250:
        return "refused=%d" % code
    host = lab.sink if case.legacy else modern
    words = judge(lab, host.wait(message.token()))
    return " ".join(words + ["risk=[%s]" % logged_risk(lab)])


def without_line_end(lab, modern):
    """A program hands it in, and the last line does not end."""
    message = scenarios.compose(roundtrips.USER, "No line end", body="x\r\ny")
    lab.mta.submit("user@home.example", "anna@modern.example", message)
    return " ".join(judge(lab, modern.wait(message.token())))


class Run:
    def __init__(self, name, style):
        self.name = name
        self.style = style
        self.outcomes = []

    def tell(self, name, want, got):
        outcome = report.Outcome(self.name, name, want, got)
        self.outcomes.append(outcome)
        self.style.row(outcome)

    def cases(self, lab, modern):
        for case in roundtrips.CASES:
            try:
                got = send(lab, case, modern)
            except (child.Failure, OSError) as failure:
                got = "failure: %s" % failure
            self.tell(case.name, expected(self.name, case), got)
        if hasattr(lab.mta, "submit"):
            self.tell("no line end, by the sendmail command",
                      "signed=2 dkimpy=pass opendkim=pass,pass"
                      " mailvet=pass,pass", without_line_end(lab, modern))

    def run(self):
        if self.name.startswith("postfix") and not postfix.possible():
            self.style.skip(self.name, "all", "Postfix needs root's users")
            return
        with WORLDS[self.name](WORLDS[self.name].mode) as lab:
            self.cases(lab, lab.add(sink.Sink(sink.MODERN, eight_bit=True)))


def main(*names):
    if not os.path.ismount("/run/real/etc"):
        sys.exit("roundtrip.py writes to /etc and /run: use roundtrip")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    style = report.Tap()
    runs = [Run(name, style) for name in names or WORLDS]
    for run in runs:
        run.run()
    outcomes = [outcome for run in runs for outcome in run.outcomes]
    style.end(outcomes)
    return 0 if all(map(report.good, outcomes)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
