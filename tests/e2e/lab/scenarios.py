"""The scenarios: what is sent, and what should come of it.

An action sends mail through a World and returns words about what came out;
the expectation is the same words, in any order.  demo and check both run this
table, with the chain of milters and again with mailvet-inbound.
"""

from collections import namedtuple

from . import child, reports, smtp, spf, verdict
from .message import Message, compose, sign

Scenario = namedtuple("Scenario", "name action expected")


class Skip(Exception):
    """This machine cannot do it."""


READER = "reader@home.example"
USER = "Our User <user@home.example>"
FRIEND = "A Friend <anna@friend.example>"
BANK = "Your Bank <service@bank.example>"
PLEASANT = "anna@friend.example"


def arrive(world, host, sender, message):
    """From a stranger's host to our reader; the delivered message."""
    code = host.deliver(sender, READER, message)
    if code != 250:
        return None, ["refused=%d" % code]
    delivered = world.inbox.wait(message.token())
    return delivered, verdict.results(delivered)


def sent(world, message):
    """What a correspondent gets of it."""
    return verdict.outgoing(world.sink.wait(message.token()), world.home_keys)


def come_back(world, message):
    """What becomes of it when a forwarder sends it back to us."""
    outgoing = world.sink.wait(message.token())
    return arrive(world, smtp.FORWARDER, "user@home.example", outgoing)[1]


def authentic(world):
    message = sign(compose(FRIEND, "Lunch?"), world.friend_key)
    return arrive(world, smtp.FRIEND, PLEASANT, message)[1]


def forged_from(world):
    message = compose(BANK, "Your account")
    return arrive(world, smtp.FORGER, "x@forger.example", message)[1]


def forged_envelope(world):
    message = compose(BANK, "Your account, again")
    return arrive(world, smtp.FORGER, "service@bank.example", message)[1]


def as_one_of_us(world):
    """A stranger must not get our signature by writing our name."""
    message = compose(USER, "Urgent invoice")
    delivered, said = arrive(world, smtp.FORGER, "x@forger.example", message)
    return said + (verdict.signed_by(delivered) if delivered else [])


def forwarded(world):
    message = sign(compose(FRIEND, "Forwarded unchanged"), world.friend_key)
    return arrive(world, smtp.FORWARDER, PLEASANT, message)[1]


def through_list(world):
    posted = sign(compose(FRIEND, "To the list"), world.friend_key)
    changed = Message(posted.data + b"-- \r\nThe list: list.example\r\n")
    return arrive(world, smtp.LIST, "bounces@list.example", changed)[1]


FORGED = (
    "Authentication-Results: mail.home.example; spf=pass; dkim=pass;\r\n"
    "\tdmarc=pass header.from=bank.example",
    "AUTHENTICATION-RESULTS: MAIL.Home.Example;dmarc=pass",
    "authentication-results:\r\n\t(so \\) it (is)) mail.home.example"
    " (really)\r\n\t1; dmarc=pass",
    'Authentication-Results: "mail.home.example"; dmarc=pass',
    "Authentication-Results: mail.home.example; spf=pass\r\n"
    " smtp.mailfrom=bank.example (seal=" + 64 * "0" + ")",
    "Authentication-Results: mx.elsewhere.example; dmarc=pass",
)


def forged_results(world):
    message = compose(BANK, "Believe me", fields=FORGED)
    delivered, said = arrive(world, smtp.FORGER, "x@forger.example", message)
    return said + (verdict.foreign(delivered) if delivered else [])


def submitted(world, **how):
    """Over the MSA with AUTH, to a correspondent; what came out, and what
    our own mail host says of it when it comes in again."""
    message = compose(USER, "Hello from my laptop", **how)
    code = smtp.LAPTOP.submit("user@home.example", PLEASANT, message)
    if code != 250:
        return ["refused=%d" % code]
    return sent(world, message) + come_back(world, message)


def submitted_bare(world):
    return submitted(world, stamped=False)


def submitted_forged(world):
    return submitted(world, fields=FORGED[:1])


def unauthenticated(world):
    message = compose(USER, "No password")
    code = smtp.LAPTOP.submit("user@home.example", PLEASANT, message,
                              login=False)
    return ["refused=%d" % code]


def postmaster(world):
    message = compose("Postmaster <postmaster@home.example>", "Disk is full")
    world.mta.submit("postmaster@home.example", PLEASANT, message)
    return sent(world, message) + come_back(world, message)


def over_loopback(world):
    message = compose("Cron <cron@home.example>", "A report")
    code = smtp.HOME.deliver("cron@home.example", PLEASANT, message)
    if code != 250:
        return ["refused=%d" % code]
    return sent(world, message)


def over_ipv6(world):
    if not smtp.FRIEND6.exists():
        raise Skip("no IPv6 here")
    message = sign(compose(FRIEND, "Over IPv6"), world.friend_key)
    return arrive(world, smtp.FRIEND6, PLEASANT, message)[1]


def bounce(world):
    message = compose("MAILER-DAEMON@friend.example", "Undeliverable")
    return arrive(world, smtp.FRIEND, "", message)[1]


def two_authors(world):
    """The signature covers the lower From; a reader may show the upper."""
    signed = sign(compose(FRIEND, "Who am I?"), world.friend_key)
    message = Message(b"From: " + BANK.encode() + b"\r\n" + signed.data)
    return arrive(world, smtp.FRIEND, PLEASANT, message)[1]


def second_message(world):
    """What was found of one message must not stick to the next."""
    first = sign(compose(FRIEND, "The first of two"), world.friend_key)
    second = compose(BANK, "The second of two")
    with smtp.FRIEND.connect() as client:
        smtp.send(client, PLEASANT, READER, first)
        smtp.send(client, PLEASANT, "nobody@elsewhere.test", first)
        smtp.send(client, "service@bank.example", READER, second)
    return verdict.results(world.inbox.wait(second.token()))


def enforced(world):
    """The policy is applied once the new configuration was read."""
    def attempt():
        return smtp.FORGER.deliver("x@forger.example", READER,
                                   compose(BANK, "Your account, enforced"))

    before = attempt()
    world.milters.configure("reject")
    world.milters.reload("dmarc" if world.mode == "chain" else "inbound")
    child.wait_for(lambda: attempt() == 550, "a rejection", pause=0.2)
    return ["monitor=%d" % before, "reject=550"]


def crash(world, name):
    """The MTA puts mail off while a milter is down, and takes it after."""
    message = sign(compose(FRIEND, "Try again"), world.friend_key)
    world.milters.kill(name)
    code = smtp.FRIEND.deliver(PLEASANT, READER, message)
    world.milters.start(name)
    said = arrive(world, smtp.FRIEND, PLEASANT, message)[1]
    return ["down=%dxx" % (code // 100)] + said


def verifier_crash(world):
    return crash(world, "dkim" if world.mode == "chain" else "inbound")


def signer_crash(world):
    return crash(world, "sign")


def daily_reports(world):
    """The reports about all of this go out, signed, and come back good."""
    reports.run_reporter()
    domains = ("friend.example", "bank.example")
    found = [reports.fetch(world, domain) for domain in domains]
    world.report = found[0]
    said = ["about=" + r.domain for r in found]
    said.append("counted=" + ("all" if reports.good(world, domains) else "no"))
    said.append("failures=" + reports.failures_about(world))
    said += verdict.outgoing(found[0].message, world.home_keys)
    return said + arrive(world, smtp.FORWARDER, "dmarc-reports@home.example",
                         found[0].with_token())[1]


FRIENDLY = "spf=pass dkim=pass dmarc=pass from=friend.example"
# By RSA and by Ed25519.
OUTGOING = ("signed-by=home.example/s1,home.example/e1 dkimpy=pass"
            " results=none")
CAME_BACK = " spf=fail dkim=pass,pass dmarc=pass from=home.example"

SCENARIOS = (
    Scenario("authentic and aligned", authentic, FRIENDLY),
    Scenario("forged From, p=reject", forged_from,
             "spf=pass dkim=none dmarc=fail from=bank.example"),
    Scenario("forged From and envelope", forged_envelope,
             "spf=fail dkim=none dmarc=fail from=bank.example"),
    Scenario("forged From, one of ours", as_one_of_us,
             "spf=pass dkim=none dmarc=fail from=home.example"
             " signed-by=nobody"),
    Scenario("SPF fails, DKIM aligned", forwarded,
             "spf=fail dkim=pass dmarc=pass from=friend.example"),
    Scenario("mailing list, body changed", through_list,
             "spf=pass dkim=fail dmarc=fail from=friend.example"),
    Scenario("forged Authentication-Results", forged_results,
             "spf=pass dkim=none dmarc=fail from=bank.example"
             " others=mx.elsewhere.example"),
    Scenario("submission with AUTH", submitted, OUTGOING + CAME_BACK),
    Scenario("submission, no Date, no Id", submitted_bare,
             OUTGOING + CAME_BACK),
    Scenario("submission, forged results", submitted_forged,
             OUTGOING + CAME_BACK),
    Scenario("submission without AUTH", unauthenticated, "refused=530"),
    Scenario("local postmaster, sendmail -Ac", postmaster,
             OUTGOING + CAME_BACK),
    Scenario("local mail over SMTP", over_loopback, OUTGOING),
    Scenario("from IPv6", over_ipv6, FRIENDLY),
    Scenario("bounce, null sender", bounce,
             "spf=pass dkim=none dmarc=pass from=friend.example"),
    Scenario("two From fields", two_authors,
             "spf=pass dkim=permerror dmarc=permerror"),
    Scenario("second message of a connection", second_message,
             "spf=fail dkim=none dmarc=fail from=bank.example"),
    Scenario("verifier killed and back", verifier_crash,
             "down=4xx " + FRIENDLY),
    Scenario("signer killed and back", signer_crash, "down=4xx " + FRIENDLY),
) + tuple(Scenario(*case) for case in spf.CASES) + (
    # Late: it stays in force.
    Scenario("enforce = reject after SIGHUP", enforced,
             "monitor=250 reject=550"),
    Scenario("DMARC reports about all this", daily_reports,
             "about=friend.example about=bank.example counted=all"
             " failures=bank.example " + OUTGOING + CAME_BACK),
)

# Where Postfix says it in another way.
BY_POSTFIX = {"submission without AUTH": "refused=554"}
