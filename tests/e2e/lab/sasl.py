"""Just enough of saslauthd that sendmail can check a password.

The protocol: four counted strings (user, password, service, realm) one way, a
counted "OK" or "NO" the other.
"""

import os
import socketserver
import struct
import threading

MUX = "/run/saslauthd/mux"
USER = "user"
PASSWORD = "correct horse"

CONFIG = """\
pwcheck_method: saslauthd
saslauthd_path: %s
mech_list: PLAIN
""" % MUX


class Answer(socketserver.StreamRequestHandler):
    def field(self):
        length, = struct.unpack("!H", self.rfile.read(2))
        return self.rfile.read(length).decode()

    def handle(self):
        user, password, _service, _realm = (self.field() for _ in range(4))
        right = (user.partition("@")[0], password) == (USER, PASSWORD)
        answer = b"OK" if right else b"NO"
        self.wfile.write(struct.pack("!H", len(answer)) + answer)


class Saslauthd(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self):
        with open("/etc/sasl2/Sendmail.conf", "w") as file:
            file.write(CONFIG)
        os.makedirs(os.path.dirname(MUX), exist_ok=True)
        super().__init__(MUX, Answer)
        # Postfix asks as postfix.
        os.chmod(MUX, 0o666)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
        os.unlink(MUX)
