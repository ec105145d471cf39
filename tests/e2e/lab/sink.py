"""The correspondents' mail hosts: take all mail and keep it."""

import re
import socketserver
import threading

from . import child
from .message import Message

# Two of them: the second can take 8-bit text.
ADDRESS = ("192.0.2.10", 2525)
MODERN = ("192.0.2.11", 2525)


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def data(self):
        """The message up to the dot, without the dots that hide one."""
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def handle(self):
        self.say("220 mail.friend.example ESMTP")
        for line in self.rfile:
            verb = re.match(rb"[A-Za-z]*", line).group().upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.server.keep(self.data())
            if verb == b"QUIT":
                self.say("221 bye")
                return
            if verb == b"EHLO" and self.server.eight_bit:
                self.say("250-mail.modern.example\r\n250-8BITMIME")
            self.say("250 ok")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address=ADDRESS, eight_bit=False):
        super().__init__(address, Session)
        self.eight_bit = eight_bit
        self.messages = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()

    def keep(self, data):
        self.messages.append(Message(data))

    def wait(self, token):
        """The message that has this token (see message.py), once it came."""
        return self.find(lambda m: m.token() == token,
                         "outgoing mail " + token)

    def find(self, fits, what):
        """The first message that fits, once it came."""
        def found():
            return next((m for m in self.messages if fits(m)), None)
        return child.wait_for(found, what)
