"""The SMTP client: sends from any of the test hosts' addresses."""

import smtplib
import socket

from . import sasl

MTA = 25
MSA = 587


class Host:
    """A host that sends mail: where from, and under which name."""

    def __init__(self, name, address, server="192.0.2.1"):
        self.name = name
        self.address = address
        self.server = server

    def exists(self):
        """Whether this machine has its address."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        try:
            with socket.socket(family) as probe:
                probe.bind((self.address, 0))
                return True
        except OSError:
            return False

    def connect(self, port=MTA):
        client = smtplib.SMTP(self.server, port, local_hostname=self.name,
                              timeout=90, source_address=(self.address, 0))
        client.ehlo()
        return client

    def deliver(self, sender, recipient, message):
        with self.connect() as client:
            return send(client, sender, recipient, message)

    def submit(self, sender, recipient, message, login=True):
        with self.connect(MSA) as client:
            if login:
                client.login(sasl.USER, sasl.PASSWORD)
            return send(client, sender, recipient, message)


def send(client, sender, recipient, message):
    """One transaction: the SMTP code that decided, 250 or a refusal."""
    eight_bit = not message.data.isascii() and client.has_extn("8bitmime")
    options = ["BODY=8BITMIME"] if eight_bit else []
    for step in (lambda: client.mail(sender, options),
                 lambda: client.rcpt(recipient),
                 lambda: client.data(message.data)):
        code = step()[0]
        if code != 250:
            client.rset()
            break
    return code


HOME = Host("mail.home.example", "127.0.0.1", "127.0.0.1")
LAPTOP = Host("laptop.test", "192.0.2.99")
FRIEND = Host("mail.friend.example", "192.0.2.10")
FRIEND6 = Host("mail.friend.example", "2001:db8::10", "2001:db8::1")
LIST = Host("mail.list.example", "192.0.2.30")
FORWARDER = Host("mail.forward.example", "192.0.2.40")
FORGER = Host("mail.forger.example", "192.0.2.66")
