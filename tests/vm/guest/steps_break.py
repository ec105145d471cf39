"""The reporter, and doctor: first all well, then broken on purpose."""

import os
import time

import steps_confine
import tap
import world


def report(guest):
    """The report timer, fired by hand"""
    # The hour of the journal has to be over.
    tap.run("date", "-s", "+2 days")
    done = tap.run("systemctl", "start", "mailvet-report.service")
    tap.ok(done.status == 0, "mailvet-report runs", done.text,
           tap.run("journalctl", "-u", "mailvet-report", "-n", "20",
                   "--no-pager").text)
    tap.equal(steps_confine.label("/var/lib/mailvet/report.db"),
              "mailvet_db_t", "the label of the database")
    time.sleep(5)
    reports = [m for m in guest.inbox.messages()
               if "Report Domain" in m.parsed.get("Subject", "")]
    tap.ok(reports, "a report is delivered locally",
           tap.run("mailvet", "report", "status").text)


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


STEPS = [report, well, breaks]
