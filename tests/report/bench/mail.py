"""A report mail, as its receiver reads it: with other people's code."""

import email
import email.policy
import gzip
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter

from . import desk

XSD = os.path.join(desk.TOP, "../shared/vectors/dmarc-xml-0.2.xsd")
NS = "{urn:ietf:params:xml:ns:dmarc-2.0}"

DOMAIN = r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*"
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
# RFC 9990: dmarc-subject and filename.
SUBJECT = re.compile(r"Report\s+Domain:\s+(%s)\s+Submitter:\s+(%s)\s+"
                     r"Report-ID:\s+<(%s(?:@%s)?)>$"
                     % (DOMAIN, DOMAIN, ATOM, ATOM))
FILE = re.compile(r"(%s)!(%s)!([0-9]+)!([0-9]+)(?:!([A-Za-z0-9]+))?\.xml\.gz$"
                  % (DOMAIN, DOMAIN))


def lint(xml, *schema):
    """What xmllint has against it; empty when it is valid."""
    done = subprocess.run(["xmllint", "--noout", "--nonet"] + list(schema) +
                          ["-"], input=xml, capture_output=True, check=False)
    return "" if done.returncode == 0 else done.stderr.decode()


def schema_errors(xml):
    """By our schema, and by that of the RFC where it is at hand."""
    errors = lint(xml, "--relaxng", desk.SCHEMA)
    if os.path.exists(XSD):
        errors += lint(xml, "--schema", XSD)
    return errors


class Report:
    """An aggregate report out of its mail."""

    def __init__(self, message):
        self.mail = email.message_from_bytes(
            message, policy=email.policy.default)
        subject = SUBJECT.match(self.mail["Subject"])
        parts = list(self.mail.iter_attachments())
        file = FILE.match(parts[0].get_filename())
        if len(parts) != 1 or not subject or not file:
            raise ValueError("not a report: %r" % self.mail["Subject"])
        self.packed = parts[0].get_content()
        self.type = parts[0].get_content_type()
        self.xml = gzip.decompress(self.packed)
        self.root = ElementTree.fromstring(self.xml)
        self.domain, self.submitter, self.id = subject.groups()
        self.file = file.groups()

    def text(self, path, node=None):
        found = (self.root if node is None else node).find(
            "/".join(NS + step for step in path.split("/")))
        return None if found is None else found.text or ""

    def names_agree(self):
        """Do subject, file name and content say the same?"""
        return (self.type == "application/gzip" and
                self.text("report_metadata/report_id") == self.id and
                self.text("policy_published/domain") == self.domain and
                self.file == (
                    self.submitter, self.domain,
                    self.text("report_metadata/date_range/begin"),
                    self.text("report_metadata/date_range/end"),
                    self.id))

    def count(self):
        """As lines.count: messages by what makes them alike."""
        counter = Counter()
        begin = int(self.text("report_metadata/date_range/begin"))
        for record in self.root.iter(NS + "record"):
            counter[(begin, self.domain,
                     self.text("row/source_ip", record),
                     self.text("row/policy_evaluated/disposition", record),
                     self.text("identifiers/header_from", record),
                     self.text("identifiers/envelope_from", record))] += \
                int(self.text("row/count", record))
        return counter


def total(reports):
    result = Counter()
    for report in reports:
        result += report.count()
    return result
