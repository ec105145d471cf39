"""The reporter, and doctor: first all well, then broken on purpose."""

import os

from lab import child

import steps_confine
import tap
import world


def report(guest):
    """The report timer, fired by hand"""
    # The day has to be over.
    tap.run("date", "-s", "tomorrow 12:00")
    done = tap.run("systemctl", "start", "mailvet-report.service")
    said = tap.run("journalctl", "-u", "mailvet-report", "-n", "20",
                   "--no-pager").text
    tap.ok(done.status == 0, "mailvet-report runs", done.text, said)
    tap.equal(steps_confine.label("/var/lib/mailvet/report.db"),
              "mailvet_db_t", "the label of the database")

    def subject_of(message):
        return message.parsed.get("Subject", "")

    def delivered():
        return [m for m in guest.inbox.messages()
                if subject_of(m).startswith("Report Domain: home.example")]

    try:
        found = child.wait_for(delivered, "a report", 60, 1)
    except child.Failure:
        found = []
    tap.ok(found, "a report is delivered locally", said,
           tap.run("mailvet", "report", "status").text,
           *map(subject_of, guest.inbox.messages()))
    tap.ok(found and found[0].all("DKIM-Signature"), "it is signed")
    tap.ok(any("Report Domain: friend.example" in subject_of(m)
               for m in guest.sink.messages),
           "another goes to the correspondent",
           *map(subject_of, guest.sink.messages))


def doctor(*words):
    return tap.run("mailvet", "doctor", *words)


def well(guest):
    """doctor finds nothing wrong"""
    done = doctor()
    tap.ok(done.status == 0 and "fail" not in done.text,
           "mailvet doctor: all ok", done.text)


def sees(text, *words):
    done = doctor()
    tap.ok(done.status != 0 and all(w in done.text for w in words),
           "doctor sees " + text, done.text)


def breaks(guest):
    """Broken on purpose"""
    socket = "/run/mailvet/sign.sock"
    key = guest.home_keys[0].path
    tap.run("chcon", "-t", "var_run_t", socket)
    sees("a wrong label", socket, "restorecon")
    tap.run("restorecon", socket)
    world.systemctl("stop", "mailvet-dkim.socket", "mailvet-dkim.service")
    sees("a stopped milter", "mailvet-dkim")
    world.systemctl("start", "mailvet-dkim.socket")
    mode = os.stat(key).st_mode & 0o777
    os.chmod(key, 0o644)
    sees("a key that all may read", os.path.basename(key))
    os.chmod(key, mode)
    well(guest)


def denial(guest):
    """A denial, out of the audit log"""
    steps_confine.attack("mailvet-sign", "mailvet_spf_milter_exec_t", "read",
                         guest.home_keys[0].path)
    sees("a denial", "denials today about mailvet")


STEPS = [report, well, breaks, denial]
