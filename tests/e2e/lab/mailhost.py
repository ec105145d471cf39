"""Postfix as a whole mail host, set up by `mailvet setup`.

What an administrator has before mailvet is written here; the milters get into
main.cf and master.cf by setup alone, as they would on a real host.
"""

import os
import shutil

from . import child, mta, paths, postfix

# For setup: a root directory in which /etc/postfix is the real one, so that
# nothing else of it is set up here.
ROOT = "/run/setup"

MAIN = """\
compatibility_level = 3.6
queue_directory = %(queue)s
daemon_directory = %(daemons)s
command_directory = %(commands)s
shlib_directory = %(libraries)s
data_directory = /run/postfix
meta_directory = /etc/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH SASL_PATH LANG=C
myhostname = mail.home.example
mydomain = home.example
mydestination =
inet_interfaces = 192.0.2.1 127.0.0.1 %(ipv6)s
inet_protocols = all
mynetworks = 127.0.0.0/8
alias_maps =
relay_domains = home.example
transport_maps = inline:{ home.example=lda:,
    friend.example=smtp:[192.0.2.10]:2525 }
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = /etc/postfix/sasl
"""

MASTER = """\
smtp inet n - n - - smtpd
submission inet n - n - - smtpd
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
lda unix - n n - - pipe user=nobody argv=/run/lda %(inbox)s ${queue_id} ${user}
"""


def has_ipv6():
    try:
        with open("/proc/net/if_inet6") as file:
            return "20010db8000000000000000000000001" in file.read()
    except OSError:     # no IPv6 in the kernel
        return False


def setup(mode, logs):
    """mailvet setup, with a systemctl that has nothing to do."""
    units = ROOT + "/usr/lib/systemd/system"
    shutil.rmtree(ROOT, ignore_errors=True)
    os.makedirs(ROOT + "/etc/mailvet/mailvet.conf.d")
    os.makedirs(ROOT + "/bin")
    os.symlink("/etc/postfix", ROOT + "/etc/postfix")
    shutil.copytree(os.path.join(paths.TOP, "systemd"), units)
    os.symlink(paths.on_path("true"), ROOT + "/bin/systemctl")
    env = paths.host_environment()
    env["PATH"] = ":".join([ROOT + "/bin", os.path.join(paths.BUILD, "bin"),
                            os.path.dirname(paths.in_host("/usr/sbin/postconf")),
                            env["PATH"]])
    out = child.run([paths.built("mailvet"), "setup", "--root", ROOT, "--yes",
                     "--mta", "postfix", "--mode", mode,
                     "--domain", "home.example"], env)
    with open(os.path.join(logs, "setup.log"), "wb") as log:
        log.write(out)


def find_libraries():
    """sendmail(1) of Postfix gives postdrop no LD_LIBRARY_PATH."""
    os.unlink("/etc/ld.so.cache")
    child.run([paths.on_path("ldconfig"), "-X"] +
              paths.host_environment()["LD_LIBRARY_PATH"].split(":"))


class MailHost(postfix.Postfix):
    def __init__(self, mode, inbox, logs):
        self.mode = mode
        self.inbox = inbox
        super().__init__(logs)

    def configure(self, more):
        # Who runs the delivery agent is not root, and may not look into the
        # directory that we are tested in.
        shutil.copy(os.path.join(paths.E2E, "lda"), "/run/lda")
        os.chmod(self.inbox, 0o777)
        find_libraries()
        postfix.write("/etc/postfix/main.cf", MAIN % dict(
            self.places(), ipv6="2001:db8::1" if has_ipv6() else ""))
        postfix.write("/etc/postfix/master.cf",
                      MASTER % {"inbox": self.inbox} +
                      postfix.MASTER.partition("\n")[2])
        os.makedirs("/etc/postfix/sasl", exist_ok=True)
        shutil.copy("/etc/sasl2/Sendmail.conf", "/etc/postfix/sasl/smtpd.conf")
        setup(self.mode, self.logs)
        self.env["SASL_PATH"] = ":".join(paths.everywhere(
            "/usr/lib/*/sasl2", "/usr/lib64/sasl2"))

    def wait(self):
        for address in mta.ADDRESSES:
            child.wait_for(lambda: self.child.check()
                           and mta.listening(address),
                           "Postfix on %s, port %d" % address)

    def submit(self, sender, recipient, message):
        """As a program on the mail host hands in a message: by sendmail."""
        child.run([paths.in_host("/usr/sbin/sendmail.postfix",
                                 "/usr/sbin/sendmail"),
                   "-i", "-f", sender, recipient],
                  self.env, message.data.replace(b"\r\n", b"\n"))
