"""An MTA that keeps what it is given, and can be slow, or wait for a word."""

import socketserver
import threading
import time

TAKEN = b"250 2.0.0 taken\r\n"


class Session(socketserver.StreamRequestHandler):
    def data(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None             # the sender went away before the dot

    def handle(self):
        try:
            self.converse()
        except OSError:
            pass                # so did this one

    def converse(self):
        self.wfile.write(b"220 sink ESMTP\r\n")
        recipients = []
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(line[9:-3].decode())
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                message = self.data()
                if message is None:
                    return
                self.server.keep(message, recipients)
                time.sleep(self.server.pause)
                self.server.go_on.wait()
            self.wfile.write(TAKEN)
            if verb == b"QUIT":
                return


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.port = self.server_address[1]
        self.messages = []
        self.recipients = []
        self.pause = 0
        self.go_on = threading.Event()      # cleared: no answer
        self.go_on.set()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_on.set()
        self.shutdown()
        self.server_close()

    def keep(self, message, recipients):
        with self.lock:
            self.messages.append(message)
            self.recipients.append(recipients)
