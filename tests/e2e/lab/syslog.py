"""/dev/log, so that what sendmail logs can be read."""

import os
import socket
import threading


class Syslog:
    def __init__(self, path):
        self.file = open(path, "ab", buffering=0)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.lexists("/dev/log"):
            os.unlink("/dev/log")
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self):
        os.unlink("/dev/log")
        self.socket.shutdown(socket.SHUT_RD)

    def serve(self):
        while True:
            line = self.socket.recv(65536)
            if not line:
                break
            # Without the priority: "<22>Jan  1 00:00:00 sm-mta[1]: ..."
            self.file.write(line.partition(b">")[2].rstrip(b"\0\n") + b"\n")
