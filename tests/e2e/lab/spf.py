"""SPF: its results, and what an administrator can have done about them."""

from . import child, smtp, verdict
from .message import compose

READER = "reader@home.example"
FORWARDERS = "/etc/mailvet/forwarders"

ACTIONS = """\
[spf]
fail = reject
softfail = tag
permerror = reject
whitelist-ip = %s
whitelist-to = postmaster@
""" % FORWARDERS


def arrive(world, host, sender, subject):
    """The delivered message; None when it was refused."""
    message = compose("Somebody <%s>" % sender, subject)
    if host.deliver(sender, READER, message) != 250:
        return None
    return world.inbox.wait(message.token())


def said_of(delivered):
    if delivered is None:
        return ["refused"]
    return [word for word in verdict.results(delivered)
            if word.startswith("spf=")]


def result(world, domain):
    return said_of(arrive(world, smtp.FORGER, "x@" + domain,
                          "From " + domain))


def softfail(world):
    return result(world, "soft.example")


def neutral(world):
    return result(world, "neutral.example")


def record_in_error(world):
    return result(world, "broken.example")


def endless_includes(world):
    return result(world, "loop.example")


def replies(host, sender, recipients):
    """What the MTA says to MAIL or to each recipient, up to a refusal."""
    with host.connect() as client:
        code, text = client.mail(sender)
        if code != 250:
            return ["%d %s" % (code, text.decode())]
        answers = [client.rcpt(recipient) for recipient in recipients]
        client.rset()
    return ["%d %s" % (code, text.decode()) for code, text in answers]


def code(host, sender):
    return replies(host, sender, [READER])[0][:3]


def list_forwarders(*lines):
    with open(FORWARDERS, "w") as file:
        file.write("".join(line + "\n" for line in lines))


class Actions:
    """While it lasts, SPF's results have consequences."""

    def __init__(self, world):
        self.world = world
        self.daemon = "spf" if world.mode == "chain" else "inbound"

    def __enter__(self):
        list_forwarders("# none yet")
        self.world.milters.configure("monitor", ACTIONS)
        self.reload_until("550")
        return self

    def __exit__(self, *_):
        self.world.milters.configure("monitor")
        self.reload_until("250")

    def reload_until(self, wanted):
        """A forwarded message shows which configuration is in force."""
        self.world.milters.reload(self.daemon)
        child.wait_for(
            lambda: code(smtp.FORWARDER, "anna@friend.example") == wanted,
            "an answer %s after the reload" % wanted, pause=0.2)


def refused(world):
    """At RCPT, as some are exempt; with the domain's own words."""
    with Actions(world):
        said = replies(smtp.FORGER, "service@bank.example", [READER])[0]
    return ["reply=" + said.replace("<%s>... " % READER, "")
            .replace(" ", "_")]


def tagged(world):
    with Actions(world):
        delivered = arrive(world, smtp.FORGER, "x@soft.example", "Hello")
    subjects = delivered.all("Subject") if delivered else ["refused"]
    return ["subject=" + ",".join(subjects).strip().replace(" ", "_")]


def exempt_forwarder(world):
    """A list is read again on SIGHUP; the result stays what it is."""
    with Actions(world) as actions:
        list_forwarders("192.0.2.40 # mail.forward.example")
        actions.reload_until("250")
        delivered = arrive(world, smtp.FORWARDER, "anna@friend.example",
                           "Forwarded to you")
    return said_of(delivered)


def exempt_recipient(world):
    with Actions(world):
        answers = replies(smtp.FORGER, "service@bank.example",
                          [READER, "postmaster@home.example"])
    return ["reader=" + answers[0][:3], "postmaster=" + answers[1][:3]]


EXPLAINED = (
    "reply=550_5.7.23_SPF_fail:_the_domain_bank.example_explains:"
    "_192.0.2.66_does_not_send_for_bank.example")

CASES = (
    ("SPF softfail", softfail, "spf=softfail"),
    ("SPF neutral", neutral, "spf=neutral"),
    ("SPF record in error", record_in_error, "spf=permerror"),
    ("SPF includes without end", endless_includes, "spf=permerror"),
    ("SPF fail = reject", refused, EXPLAINED),
    ("SPF softfail = tag", tagged, "subject=[SPF:softfail]_Hello"),
    ("SPF, forwarder listed by SIGHUP", exempt_forwarder, "spf=fail"),
    ("SPF, recipient exempt", exempt_recipient, "reader=550 postmaster=250"),
)
