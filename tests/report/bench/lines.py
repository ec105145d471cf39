"""Journal lines, and what a correct report must say of them."""

import json
import random
from collections import Counter

DAY = 86400
DAY_ZERO = 1795564800       # 2026-11-25, 00:00:00 UTC


def line(time, domain="friend.example", ip="192.0.2.1", **more):
    """One line as mailvet-dmarc writes it; `more` replaces members."""
    members = {
        "v": 1, "time": time, "id": "6AO8kHKn%06d" % (time % 1000000),
        "ip": ip, "header-from": domain, "mail-from": domain,
        "policy-domain": domain, "discovery": "treewalk",
        "record": {"p": "reject", "adkim": "r", "aspf": "r", "psd": "u",
                   "t": "n", "fo": "0", "rua": ["mailto:dmarc@" + domain]},
        "result": "pass", "disposition": "pass", "would": "pass",
        "reasons": [],
        "spf": {"domain": domain, "result": "pass", "aligned": True},
        "dkim": [{"domain": domain, "selector": "k1", "result": "pass",
                  "aligned": "strict"}]}
    members.update(more)
    return members


FAIL = {"result": "fail", "disposition": "none", "would": "reject",
        "reasons": [{"type": "local_policy", "comment": "monitor"}],
        "spf": {"domain": "forger.example", "result": "pass",
                "aligned": False}, "dkim": []}


def random_line(rng, time, domains=6, clients=40):
    more = dict(FAIL) if rng.random() < 0.4 else {}
    return line(time, "d%d.example" % rng.randrange(domains),
                "192.0.2.%d" % rng.randrange(1, clients), **more)


def text(members):
    return json.dumps(members, separators=(",", ":"))


def key(members):
    """What makes messages alike, as far as a report shows it."""
    return (members["time"] // DAY * DAY, members["policy-domain"],
            members["ip"], members["disposition"],
            members["header-from"], members["mail-from"])


def count(all_members):
    return Counter(key(members) for members in all_members)


def seeded(number):
    return random.Random(number)
