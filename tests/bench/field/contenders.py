"""Who takes part: ours and those peers that are here."""

import os

from lab import paths

from . import peers

ALL = "spf,dkim,dmarc"


def ours(key, names=("inbound", "spf", "dkim", "dmarc", "sign")):
    mine = peers.ours(names, key, "127.0.0.1")
    if "inbound" in mine:
        yield peers.Contender("mailvet-inbound", [mine["inbound"]], ALL)
    if "spf" in mine:
        yield peers.Contender("mailvet apart", [
            mine["spf"], mine["dkim"], mine["dmarc"]], ALL)
    if "sign" in mine:
        yield peers.Contender("mailvet-sign", [mine["sign"]], "", "user")


def bound(name, *options):
    return peers.Filter(name, [os.path.join(paths.BUILD, "tests", "empty")]
                        + list(options) + ["unix:" + peers.socket_path(name)])


def empty():
    """What the protocol costs one filter, and three that see the header."""
    yield peers.Contender("empty filter", [bound("empty")], "")
    yield peers.Contender("empty filters apart", [
        bound("empty-%d" % i, "-f") for i in range(3)], "")


def chain(key):
    """smf-spf, opendkim and opendmarc, as far as they are here."""
    smf_spf = os.environ.get("SMF_SPF")
    links = []
    if smf_spf:
        links.append(("smf-spf", peers.smf_spf(smf_spf), "spf"))
    if peers.peer("sbin/opendkim"):
        links.append(("opendkim verify", peers.opendkim("v", key), "dkim"))
    if peers.peer("sbin/opendmarc"):
        links.append(("opendmarc", peers.opendmarc(), ""))
    for name, link, methods in links:
        yield peers.Contender(name, [link], methods)
    # opendmarc takes the domain of HELO for that of SPF where both are in one
    # field, as smf-spf writes it: its results are compared, not checked.
    yield peers.Contender("chain", [link for _, link, _ in links],
                          "spf,dkim" if smf_spf else "dkim")


def rivals(key):
    yield from chain(key)
    if peers.peer("sbin/opendkim"):
        yield peers.Contender("opendkim sign", [peers.opendkim("s", key)],
                              "", "user")
    yield from rspamd()


def rspamd():
    if peers.peer("bin/rspamd"):
        # Its authserv-id is the name of the listener.
        yield peers.Contender("rspamd", [peers.rspamd()], ALL,
                              authserv_id="MTA")


class Field:
    """Contenders that are stopped in the end, each filter once."""

    def __init__(self, *sources):
        self.contenders = []
        try:
            for source in sources:
                for contender in source:
                    self.contenders.append(contender)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self.contenders

    def __exit__(self, *_):
        for one in {id(f): f for c in self.contenders
                    for f in c.filters}.values():
            one.stop()
