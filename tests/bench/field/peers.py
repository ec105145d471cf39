"""The contenders: ours, and those that an administrator has instead.

Each is started once, on UNIX sockets of its own, as its own documentation says
for a busy host: no logging of successes, no database, results in
Authentication-Results with the same authserv-id.
"""

import os
import socket

from lab import child, paths

RUN = "/run/bench"
ID = "mx.bench.example"
PEERS = os.path.join(paths.TOP, "build", "peers")


def write(name, text):
    path = os.path.join(RUN, name)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


def socket_path(name):
    return os.path.join(RUN, name + ".sock")


def peer(name):
    path = os.path.join(PEERS, "usr", name)
    return path if os.access(path, os.X_OK) else None


def peer_environment():
    arch = os.uname().machine + "-linux-gnu"
    folders = ["usr/lib/" + arch, "lib/" + arch, "usr/lib64", "usr/lib",
               "usr/lib/rspamd", "usr/lib64/rspamd"]
    return dict(os.environ, LD_LIBRARY_PATH=":".join(
        os.path.join(PEERS, folder) for folder in folders))


def children(pid):
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/children" % (pid, task)) as file:
                yield from map(int, file.read().split())
        except OSError:
            pass	# the thread has ended


def cpu_seconds(pid):
    """User and system time of a process and its living children."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rpartition(")")[2].split()
    total = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total + sum(map(cpu_seconds, children(pid)))


def status(pid, key):
    """A number of /proc/PID/status, children included."""
    total = 0
    with open("/proc/%d/status" % pid) as file:
        for line in file:
            if line.startswith(key + ":"):
                total = int(line.split()[1])
    return total + sum(status(child, key) for child in children(pid))


class Filter:
    """One process with its socket."""

    def __init__(self, name, argv, env=None):
        self.socket = socket_path(name)
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.child = child.Child(argv, os.path.join(RUN, name + ".log"),
                                 env or dict(os.environ))
        child.wait_for(lambda: self.child.check() and self.listens(),
                       self.socket, seconds=120)

    def listens(self):
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(self.socket)
                return True
            except OSError:
                return False

    @property
    def pid(self):
        return self.child.process.pid

    def stop(self):
        self.child.terminate()
        self.child.wait()


class Contender:
    """One or more filters in a row, and what they can tell."""

    def __init__(self, name, filters, methods, user=None, authserv_id=ID):
        self.name = name
        self.filters = filters
        self.methods = methods
        self.user = user
        self.authserv_id = authserv_id

    def cpu(self):
        return sum(cpu_seconds(f.pid) for f in self.filters)

    def rss_kb(self):
        return sum(status(f.pid, "VmRSS") for f in self.filters)

    def threads(self):
        return sum(status(f.pid, "Threads") for f in self.filters)

    def sockets(self):
        return [f.socket for f in self.filters]


# ---- ours ------------------------------------------------------------------

OURS = """\
[common]
authserv-id = %(id)s
nameservers = %(server)s
seal-key = %(run)s/seal.key
log-level = warning
socket-mode = 0666

[sign]
key-table = %(run)s/keys
signing-table = %(run)s/signers

[dmarc]
enforce = monitor
journal-directory = %(run)s/journal
"""


def ours(names, key, server, prefix=""):
    """{name: Filter} of these programs."""
    os.makedirs(os.path.join(RUN, "journal"), exist_ok=True)
    write("seal.key", os.urandom(32).hex() + "\n")
    # As "Domain *" of opendkim: the author's domain, whichever it is.
    write("keys", "k %%:s:%s\n" % key)
    write("signers", "* k\n")
    config = write(prefix + "mailvet.conf",
                   OURS % {"id": ID, "run": RUN, "server": server})
    return {name: Filter(prefix + "mailvet-" + name,
                         [paths.built("mailvet-" + name), "-c", config,
                          "--socket",
                          "unix:" + socket_path(prefix + "mailvet-" + name)])
            for name in names}


# ---- the peers -------------------------------------------------------------

OPENDKIM = """\
Mode %(mode)s
Socket local:%(socket)s
AuthservID %(id)s
Nameservers 127.0.0.1
Syslog no
UMask 000
InternalHosts %(internal)s
PeerList /dev/null
RequireSafeKeys false
AlwaysAddARHeader yes
"""

OPENDMARC = """\
Socket local:%(socket)s
AuthservID %(id)s
TrustedAuthservIDs %(id)s
RejectFailures false
Syslog false
UMask 000
PublicSuffixList %(psl)s
IgnoreHosts %(run)s/ignore
"""


def opendkim(mode, key):
    name = "opendkim-" + ("sign" if mode == "s" else "verify")
    internal = write("internal", "192.0.2.0/24\n" if mode == "s" else "")
    text = OPENDKIM % {"mode": mode, "socket": socket_path(name), "id": ID,
                       "internal": internal}
    if mode == "s":
        text += "Domain *\nSelector s\nKeyFile %s\n" % key
        text += "Canonicalization relaxed/relaxed\n"
    return Filter(name, [peer("sbin/opendkim"), "-f", "-x",
                         write(name + ".conf", text)], peer_environment())


def suffixes():
    """The public suffix list of the distribution, or one of a few lines."""
    for path in ("/usr/share/publicsuffix/public_suffix_list.dat",):
        if os.path.exists(path):
            return path
    return write("suffixes", "example\ncom\n")


def opendmarc():
    write("ignore", "")
    config = write("opendmarc.conf", OPENDMARC % {
        "socket": socket_path("opendmarc"), "id": ID, "run": RUN,
        "psl": suffixes()})
    return Filter("opendmarc", [peer("sbin/opendmarc"), "-f", "-c", config],
                  peer_environment())


SMF_SPF = """\
WhitelistIP 10.0.0.0/8
RefuseFail off
TagSubject off
AddHeader on
TTL 0
User root
Socket unix:%s
Syslog none
AuthservID %s
"""


def smf_spf(program):
    config = write("smf-spf.conf", SMF_SPF % (socket_path("smf-spf"), ID))
    return Filter("smf-spf", [program, "-f", "-c", config])


RSPAMD = """\
options {
  filters = "spf,dkim";
  pidfile = "%(run)s/rspamd.pid";
  local_addrs = [];
  dns { nameserver = ["127.0.0.1:53:1"]; timeout = 5s; }
  url_tld = "%(share)s/effective_tld_names.dat";
}
logging { type = "console"; level = "error"; }
worker "rspamd_proxy" {
  bind_socket = "%(socket)s mode=0666";
  milter = yes;
  timeout = 120s;
  count = 2;
  max_retries = 1;
  upstream "local" { default = yes; self_scan = yes; }
}
actions { reject = 10000; }
modules {
  path = "%(share)s/plugins/spf.lua";
  path = "%(share)s/plugins/dmarc.lua";
  path = "%(share)s/plugins/milter_headers.lua";
}
dmarc { }
spf { }
dkim { }
milter_headers {
  use = ["authentication-results"];
  skip_local = false;
  skip_authenticated = false;
}
"""


def rspamd():
    share = os.path.join(PEERS, "usr/share/rspamd")
    config = write("rspamd.conf", RSPAMD % {
        "run": RUN, "socket": socket_path("rspamd"),
        "share": share})
    env = dict(peer_environment(), RSPAMD_SHAREDIR=share,
               RSPAMD_PLUGINSDIR=share + "/plugins",
               RSPAMD_RULESDIR=share + "/rules",
               RSPAMD_LUALIBDIR=share + "/lualib",
               LUA_PATH="%s/lualib/?.lua;%s/lualib/?/init.lua" % (share, share),
               RSPAMD_DBDIR=RUN, RSPAMD_RUNDIR=RUN, RSPAMD_LOGDIR=RUN)
    return Filter("rspamd", [peer("bin/rspamd"), "-f", "-i", "-c", config],
                  env)
