"""Postfix, unpacked: signs by mailvet-sign, sends to the correspondents."""

import grp
import os
import pwd

from . import child, milters, mta, paths

QUEUE = "/var/spool/postfix"
DIRECTORIES = {"active": 0o700, "bounce": 0o700, "corrupt": 0o700,
               "defer": 0o700, "deferred": 0o700, "flush": 0o700,
               "hold": 0o700, "incoming": 0o700, "private": 0o700,
               "public": 0o710, "maildrop": 0o730, "saved": 0o700,
               "trace": 0o700}

MAIN = """\
compatibility_level = 3.6
queue_directory = %(queue)s
daemon_directory = %(daemons)s
command_directory = %(commands)s
shlib_directory = %(libraries)s
data_directory = /run/postfix
meta_directory = /etc/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH LANG=C
myhostname = mail.home.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
transport_maps = inline:{ modern.example=smtp:[192.0.2.11]:2525,
    friend.example=smtp:[192.0.2.10]:2525 }
smtpd_milters = unix:%(sign)s
non_smtpd_milters = unix:%(sign)s
milter_default_action = tempfail
%(more)s"""

MASTER = """\
127.0.0.1:smtp inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


def possible():
    """It needs users of its own: a user namespace has root alone."""
    with open("/proc/self/setgroups") as file:
        return file.read().strip() == "allow"


def add_users():
    """To our own copy of /etc; see tests/env/ns."""
    for path, line in (("/etc/passwd", "postfix:x:990:990::/:/bin/false\n"),
                       ("/etc/group", "postfix:x:990:\npostdrop:x:991:\n")):
        with open(path) as file:
            text = file.read()
        if "postfix:" not in text:
            os.unlink(path)
            with open(path, "w") as file:
                file.write(text + line)


def make_queue():
    user = pwd.getpwnam("postfix").pw_uid
    drop = grp.getgrnam("postdrop").gr_gid
    os.makedirs(os.path.join(QUEUE, "pid"), exist_ok=True)
    os.makedirs("/run/postfix", exist_ok=True)
    os.chown("/run/postfix", user, -1)
    for name, mode in DIRECTORIES.items():
        path = os.path.join(QUEUE, name)
        os.makedirs(path, exist_ok=True)
        os.chown(path, user, drop if mode & 0o070 else -1)
        os.chmod(path, mode)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


class Postfix:
    def __init__(self, logs, more=""):
        self.logs = logs
        self.daemons = os.path.dirname(paths.in_host(
            "/usr/*/postfix/sbin/master", "/usr/libexec/postfix/master"))
        self.env = dict(paths.host_environment(), MAIL_CONFIG="/etc/postfix")
        add_users()
        make_queue()
        if os.path.islink("/etc/postfix"):
            os.unlink("/etc/postfix")
        os.makedirs("/etc/postfix", exist_ok=True)
        self.configure(more)
        self.child = child.Child(
            [paths.on_path("setsid"), os.path.join(self.daemons, "master"),
             "-d", "-c", "/etc/postfix"],
            os.path.join(logs, "postfix.log"), self.env)
        self.wait()

    def places(self):
        """What main.cf says of where things are."""
        return {"queue": QUEUE, "daemons": self.daemons,
                "commands": os.path.dirname(paths.in_host("/usr/sbin/postdrop")),
                "libraries": os.path.dirname(self.daemons)}

    def configure(self, more):
        # smtpd and cleanup are not root, and nobody else is here.
        os.chmod(milters.socket_path("sign"), 0o666)
        write("/etc/postfix/main.cf", MAIN % dict(
            self.places(), more=more, sign=milters.socket_path("sign")))
        write("/etc/postfix/master.cf", MASTER)

    def wait(self):
        child.wait_for(lambda: self.child.check()
                       and mta.listening(("127.0.0.1", 25)), "Postfix")

    def stop(self):
        self.child.terminate()
        self.child.wait()
