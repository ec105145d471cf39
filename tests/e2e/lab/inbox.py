"""The mailboxes of home.example: a directory with a file for each message."""

import glob
import os

from . import child
from .message import Message


class Inbox:
    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)

    def messages(self):
        """All, the oldest first."""
        paths = glob.glob(os.path.join(self.directory, "*.eml"))
        for path in sorted(paths, key=os.path.getmtime):
            with open(path, "rb") as file:
                yield Message(file.read().replace(b"\n", b"\r\n"), path)

    def wait(self, token):
        """The message that has this token (see message.py), once it came."""
        def found():
            return next((m for m in self.messages() if m.token() == token),
                        None)
        return child.wait_for(found, "delivery of " + token)
