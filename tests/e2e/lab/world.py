"""The whole lab: name server, correspondents, milters, mail host."""

import os
import shutil

from . import (dns, inbox, keys, mailhost, milters, mta, paths, sasl, sink,
               syslog)


def fresh(directory):
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    return directory


class World:
    """What all scenarios share; `with` takes care of the end.

    After that, .statuses says how each milter ended.
    """

    # Whoever can write to the signer's socket can have mail signed.
    socket_mode = 0o600

    def __init__(self, mode):
        self.mode = mode
        self.directory = fresh(os.path.join(paths.BUILD, "demo", mode))
        self.parts = []
        self.statuses = {}
        self.report = None      # that the reporter mailed

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def build(self):
        here = self.directory
        self.syslog = self.add(syslog.Syslog(os.path.join(here, "maillog")))
        self.home_keys = [keys.Key(here, "home.example", "s1"),
                          keys.Key(here, "home.example", "e1", "ed25519")]
        self.friend_key = keys.Key(here, "friend.example", "k1")
        self.dns = self.add(dns.NameServer(
            here, dns.demo_zone(self.home_keys + [self.friend_key])))
        self.sink = self.add(sink.Sink())
        self.sasl = self.add(sasl.Saslauthd())
        self.milters = self.add(milters.Milters(
            self.mode, self.home_keys, here, self.socket_mode))
        self.inbox = inbox.Inbox(self.inbox_directory())
        self.mta = self.add(self.start_mta())

    def inbox_directory(self):
        return os.path.join(self.directory, "inbox")

    def start_mta(self):
        return mta.Sendmail(self.mode, self.inbox.directory, self.directory)

    def add(self, part):
        self.parts.append(part)
        return part

    def __exit__(self, *_):
        while self.parts:
            result = self.parts.pop().stop()
            if result:
                self.statuses.update(result)


class PostfixWorld(World):
    """The same with Postfix: neither who connects to the milters nor the
    delivery agent is root, and nobody else is here."""

    socket_mode = 0o666

    def inbox_directory(self):
        return fresh("/run/inbox-" + self.mode)

    def start_mta(self):
        return mailhost.MailHost(self.mode, self.inbox.directory,
                                 self.directory)
