"""Who runs where, what is labelled how, and what an attacker cannot do."""

import os
import re
import time

import audit
import tap
import world

FILES = {
    "/etc/mailvet": "mailvet_etc_t",
    "/etc/mailvet/mailvet.conf": "mailvet_etc_t",
    "/etc/mailvet/keys": "mailvet_key_t",
    "/run/mailvet": "mailvet_runtime_t",
    "/run/mailvet/seal.key": "mailvet_seal_t",
    "/run/mailvet/sign.sock": "mailvet_sign_milter_data_t",
    "/var/spool/mailvet": "mailvet_spool_t",
    "/var/spool/mailvet/dmarc": "mailvet_journal_t",
    "/var/lib/mailvet": "mailvet_db_t",
}
OWNERS = {
    "/run/mailvet/seal.key": "root:mailvet 640",
    "/run/mailvet/sign.sock": "root:mailvet-mta 660",
    "/etc/mailvet/keys": "root:mailvet-sign 750",
    "/var/spool/mailvet/dmarc": "mailvet:mailvet-report 2770",
    "/var/lib/mailvet": "mailvet-report:mailvet-report 750",
}


def type_of(context):
    return context.split(":")[2] if context.count(":") > 1 else context


def label(path):
    return type_of(os.getxattr(path, "security.selinux",
                               follow_symlinks=False).decode().rstrip("\0"))


def domain_of(pid):
    with open("/proc/%d/attr/current" % pid) as file:
        return type_of(file.read().rstrip("\0\n"))


def processes(guest):
    """Every process is in a domain of its own"""
    for name in world.MILTERS[guest.mode]:
        tap.equal(domain_of(guest.milters.pid(name)),
                  "mailvet_%s_milter_t" % name, "the domain of " + name)
    mta = {"sendmail": ("sendmail", "sendmail_t"),
           "postfix": ("master", "postfix_master_t")}[guest.mta_name]
    pids = tap.run("pgrep", "-o", "-x", mta[0]).text.split()
    tap.equal([domain_of(int(pid)) for pid in pids], [mta[1]],
              "the domain of " + mta[0])


def files(guest):
    """Every file and socket has its label, owner and mode"""
    wanted = dict(FILES)
    for name in world.MILTERS[guest.mode]:
        wanted["/run/mailvet/%s.sock" % name] = (
            "mailvet_%s_milter_data_t" % name)
        wanted["/usr/libexec/mailvet/mailvet-" + name] = (
            "mailvet_%s_milter_exec_t" % name)
    for key in guest.home_keys:
        wanted[key.path] = "mailvet_key_t"
    for path, expected in sorted(wanted.items()):
        tap.equal(label(path), expected, "the label of " + path)
    for path, expected in sorted(OWNERS.items()):
        tap.equal(tap.run("stat", "-c", "%U:%G %a", path).text.strip(),
                  expected, "owner and mode of " + path)
    tap.equal(tap.run("restorecon", "-Rnv", "/etc/mailvet", "/run/mailvet",
                      "/usr/libexec/mailvet", "/var/spool/mailvet",
                      "/var/lib/mailvet").text, "",
              "restorecon finds nothing to mend")


# ---- attacks ----------------------------------------------------------------

PROBE = "/usr/local/libexec/probe-%s"


def probe(domain_exec):
    """A program that reads or connects, as a milter would if it were taken
    over: with its label it enters its domain."""
    path = PROBE % domain_exec
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        tap.run("cp", "/mnt/payload/probe", path)
        os.chmod(path, 0o755)
        tap.run("chcon", "-t", domain_exec, path)
    return path


def attack(user, domain_exec, *words):
    """Its exit status: 0 when it got what it wanted, 13 (EACCES), 1 (EPERM)."""
    return tap.run("systemd-run", "--quiet", "--wait", "--collect",
                   "--property=User=" + user, probe(domain_exec),
                   *words).status


def denied(who, targets, user, *words):
    """SELinux denies it, and nothing else: the user might."""
    mark = audit.here()
    status = attack(user, "mailvet_%s_milter_exec_t" % who, *words)
    time.sleep(1)
    seen = [d for d in audit.denials(mark)
            if d.source == "mailvet_%s_milter_t" % who and d.target in targets]
    tap.ok(status == 13 and seen, "the domain of mailvet-%s may not %s"
           % (who, " ".join(words)), "status %d" % status,
           *(d.line for d in audit.denials(mark)))


def attacks(guest):
    """What a milter that was taken over cannot do"""
    key = guest.home_keys[0].path
    tap.equal(attack("mailvet-sign", "mailvet_sign_milter_exec_t", "read",
                     key), 0, "the domain of mailvet-sign may read a key")
    for who in ("spf", "dmarc"):
        denied(who, ["mailvet_key_t"], "mailvet-sign", "read", key)
        denied(who, ["mailvet_sign_milter_data_t"], "root", "connect",
               "/run/mailvet/sign.sock")
    denied("sign", ["mailvet_seal_t"], "mailvet", "read",
           "/run/mailvet/seal.key")
    denied("sign", ["mailvet_sign_milter_t"], "root", "network",
           "192.0.2.1", "25")
    denied("spf", ["smtp_port_t"], "root", "network", "192.0.2.1", "25")
    denied("spf", ["shell_exec_t", "bin_t"], "root", "execute",
           os.path.realpath("/bin/sh"))
    journal = sorted(os.listdir("/var/spool/mailvet/dmarc"))
    if tap.ok(journal, "there is a journal"):
        path = "/var/spool/mailvet/dmarc/" + journal[0]
        denied("dmarc", ["mailvet_journal_t"], "mailvet", "read", path)
        denied("dmarc", ["mailvet_journal_t"], "mailvet", "unlink", path)
    confined_user(key)
    other_user()


def confined_user(key):
    """A user's shell that became root is still a user's shell."""
    for words, text in ((("cat", key), "read a key"),
                        (("cat", "/run/mailvet/seal.key"),
                         "read the seal key")):
        done = tap.run("runcon", "-u", "user_u", "-r", "user_r", "-t",
                       "user_t", "-l", "s0", *words)
        tap.ok(done.status != 0 and "Permission denied" in done.text,
               "a confined root shell may not " + text, done.text)


def other_user():
    """Mode and group keep other users from the sockets, without SELinux."""
    done = tap.run("setpriv", "--reuid", "reader", "--regid", "reader",
                   "--clear-groups", "/mnt/payload/probe", "connect",
                   "/run/mailvet/sign.sock")
    tap.equal(done.status, 13, "another user may not connect to the signer")


def quiet(guest):
    """No denial, for our domains or for the MTA towards us"""
    provoked = re.compile(r'comm="probe|probe-mailvet|:user_t:|comm="cat"')
    wrong = [d.line for d in audit.denials() if not provoked.search(d.line)]
    tap.ok(not wrong, "zero AVC denials about mailvet", *wrong[:20])


def booted(guest):
    """What a reboot leaves"""
    guest.find_keys()
    for name in world.MILTERS[guest.mode]:
        tap.equal(tap.run("systemctl", "is-active",
                          "mailvet-%s.socket" % name).text.strip(), "active",
                  "the socket of %s came back" % name)
    tap.equal(tap.run("getenforce").text.strip(), "Enforcing",
              "the guest is enforcing")
    tap.equal(tap.run("systemctl", "--failed", "--plain", "--no-legend").text,
              "", "no unit failed")


STEPS = [processes, files]
QUIET = [quiet]
AFTER_BOOT = [booted, processes, files]
