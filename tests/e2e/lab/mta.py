"""sendmail, with a .cf made from a .mc that has FEATURE(`mailvet')."""

import os
import shutil
import socket

from . import child, paths

ADDRESSES = (("192.0.2.1", 25), ("192.0.2.1", 587), ("127.0.0.1", 25))


def cf_tree(directory):
    """The cf tree with mailvet.m4 in its feature directory, as installed."""
    real = os.path.dirname(os.path.dirname(paths.in_host(
        "/usr/share/sendmail/cf/m4/cf.m4", "/usr/share/sendmail-cf/m4/cf.m4")))
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(os.path.join(directory, "feature"))
    for name in os.listdir(real):
        if name != "feature":
            os.symlink(os.path.join(real, name), os.path.join(directory, name))
    for name in os.listdir(os.path.join(real, "feature")):
        os.symlink(os.path.join(real, "feature", name),
                   os.path.join(directory, "feature", name))
    os.symlink(os.path.join(paths.TOP, "sendmail-m4", "mailvet.m4"),
               os.path.join(directory, "feature", "mailvet.m4"))
    return directory


def make_cf(tree, source, target, **defines):
    argv = [paths.on_path("m4"), "-D_CF_DIR_=%s/" % tree]
    argv += ["-D%s=%s" % item for item in defines.items()]
    text = child.run(argv + [os.path.join(paths.E2E, source)])
    with open(target, "wb") as file:
        file.write(text)


def preload(directory):
    """The environment for a user namespace that has one user only."""
    with open("/proc/self/setgroups") as file:
        if file.read().strip() == "allow":
            return {}
    library = os.path.join(directory, "one_user.so")
    child.run([paths.on_path("gcc"), "-shared", "-fPIC", "-o", library,
               os.path.join(paths.E2E, "one_user.c")])
    return {"LD_PRELOAD": library}


def listening(address):
    try:
        socket.create_connection(address, 1).close()
        return True
    except OSError:
        return False


class Sendmail:
    def __init__(self, mode, inbox, logs, **defines):
        self.program = paths.in_host("/usr/libexec/sendmail/sendmail",
                                     "/usr/*bin/sendmail.sendmail")
        self.env = dict(paths.host_environment(), **preload(logs))
        tree = cf_tree("/run/cf-" + mode)
        make_cf(tree, "host.mc", "/etc/mail/sendmail.cf", MODE=mode,
                LDA=os.path.join(paths.E2E, "lda"), INBOX=inbox,
                SASL_PLUGINS=":".join(paths.everywhere(
                    "/usr/lib/*/sasl2", "/usr/lib64/sasl2")), **defines)
        make_cf(tree, "submit.mc", "/etc/mail/submit.cf")
        self.child = child.Child(
            [self.program, "-L", "sm-mta", "-bD", "-q1h"],
            os.path.join(logs, "sendmail.log"), self.env)
        for address in ADDRESSES:
            child.wait_for(lambda: self.child.check() and listening(address),
                           "sendmail on %s, port %d" % address)

    def submit(self, sender, recipient, message):
        """As a program on the mail host hands in a message: by sendmail."""
        child.run([self.program, "-Ac", "-L", "sm-msp", "-i", "-f", sender,
                   recipient],
                  self.env, message.data.replace(b"\r\n", b"\n"))

    def stop(self):
        self.child.terminate()
        self.child.wait()
