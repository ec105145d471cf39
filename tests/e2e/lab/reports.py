"""The DMARC reports of the mail that the scenarios sent: made by mailvet-report,
signed by mailvet-sign, carried by sendmail, read by a correspondent."""

import email
import email.policy
import gzip
import glob
import json
import os
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter

from . import child, milters, paths
from .message import TOKEN, Message, numbers

NS = "{urn:ietf:params:xml:ns:dmarc-2.0}"
DAY = 86400


class Report:
    """An aggregate report and the mail that carries it."""

    def __init__(self, message):
        self.message = message
        whole = email.message_from_bytes(message.data,
                                         policy=email.policy.default)
        part = next(whole.iter_attachments())
        self.file = part.get_filename()
        self.xml = gzip.decompress(part.get_content()).decode()
        root = ElementTree.fromstring(self.xml)
        self.domain = root.find("%spolicy_published/%sdomain" % (NS, NS)).text
        self.messages = sum(int(node.text) for node in root.iter(NS + "count"))

    def with_token(self):
        """The mail, so that it can be found again once it is delivered."""
        return Message(b"%s: %d\r\n" % (TOKEN.encode(), next(numbers))
                       + self.message.data)


def journal_counts(directory):
    """Messages by policy domain, as the milters noted them."""
    counts = Counter()
    for path in glob.glob(os.path.join(directory, "*.jsonl")):
        with open(path) as file:
            counts.update(json.loads(line)["policy-domain"]
                          for line in file if line.strip())
    return counts


def run_reporter():
    """Tomorrow's run: today is over for it."""
    tomorrow = (int(time.time()) // DAY + 1) * DAY + 3600
    child.run([paths.built("mailvet-report"), "-c", milters.CONFIG,
               "--now", str(tomorrow)], env=dict(os.environ))


def is_about(domain):
    return lambda m: m.parsed.get("Subject", "").startswith(
        "Report Domain: " + domain)


def failures_about(world):
    """The domain whose failures were told, from the fields of RFC 9991."""
    mail = world.sink.find(
        lambda m: m.parsed.get("Subject", "").startswith("DMARC failure"),
        "a failure report")
    whole = email.message_from_bytes(mail.data)
    fields = whole.get_payload()[1].get_payload()[0]
    return fields["Reported-Domain"]


def fetch(world, domain):
    return Report(world.sink.find(is_about(domain),
                                  "a report about " + domain))


def good(world, domains):
    """Is every message of the journal in a report about its domain?

    There are two reports where a day has ended since the first message."""
    counts = journal_counts(world.milters.journal)

    def told(domain):
        return sum(Report(m).messages for m in list(world.sink.messages)
                   if is_about(domain)(m))

    return child.wait_for(
        lambda: all(counts[d] == told(d) > 0 for d in domains),
        "reports about all messages")
