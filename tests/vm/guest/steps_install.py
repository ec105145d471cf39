"""From a host that never heard of mailvet to one that signs and checks."""

import os
import re

import tap
import world

REPOSITORY = """\
[mailvet]
name=mailvet
baseurl=file:///mnt/payload/repo
gpgcheck=0
"""


def install(guest):
    """dnf install mailvet"""
    tap.equal(tap.run("getenforce").text.strip(), "Enforcing",
              "the guest is enforcing")
    os.makedirs("/etc/yum.repos.d", exist_ok=True)
    with open("/etc/yum.repos.d/mailvet.repo", "w") as file:
        file.write(REPOSITORY)
    tap.succeeds("dnf install mailvet mailvet-%s" % guest.mta_name,
                 "dnf", "-y", "-q", "install", "mailvet",
                 "mailvet-" + guest.mta_name, seconds=1500)
    tap.ok("mailvet" in tap.run("semodule", "-l").text.split(),
           "the policy module is loaded")
    tap.equal(tap.run("systemctl", "list-units", "--plain", "--no-legend",
                      "mailvet-*.service").text, "",
              "the installation starts nothing")
    tap.equal(tap.run("systemctl", "list-unit-files", "--plain", "--no-legend",
                      "--state=enabled", "mailvet*").text, "",
              "the installation enables nothing")


def setup(guest):
    """mailvet setup"""
    command = ("mailvet", "setup", "--yes", "--domain", world.DOMAIN,
               "--report-from", "postmaster@" + world.DOMAIN)
    before = tap.run("sh", "-c", "cat /etc/mail/*.mc /etc/postfix/*.cf "
                     "2> /dev/null").text
    dry = tap.run(*command, "--dry-run")
    tap.equal(tap.run("sh", "-c", "cat /etc/mail/*.mc /etc/postfix/*.cf "
                      "2> /dev/null").text, before,
              "setup --dry-run changes nothing")
    tap.ok(dry.status == 0, "setup --dry-run succeeds", dry.text)
    done = tap.run(*command)
    # The records that it prints are not in the DNS yet, and doctor says so.
    tap.ok("_domainkey." + world.DOMAIN in done.text,
           "setup prints the key's record", done.text)
    tap.ok(publish(), "the records are published")
    again = tap.run(*command)
    tap.ok(again.status == 0, "setup is content when the records are there",
           again.text)
    tap.ok("Nothing to change." in again.text,
           "a second setup changes nothing", again.text)
    guest.find_keys()
    tap.ok(guest.home_keys, "there is a key")
    enabled = tap.run("systemctl", "list-unit-files", "--plain", "--no-legend",
                      "--state=enabled", "mailvet-*.socket").text
    tap.equal(sorted(re.findall(r"^mailvet-(\w+)\.socket", enabled, re.M)),
              sorted(world.MILTERS[guest.mode]), "the sockets of the mode")


def publish():
    """The key records, as printed for a master file."""
    text = tap.run("mailvet", "dns", world.DOMAIN, "--format", "nsd").text
    records = [line for line in text.splitlines()
               if "_domainkey" in line and "TXT" in line
               and not line.startswith(";")]
    world.publish("\n".join(records) + "\n")
    return records


STEPS = [install, setup]
