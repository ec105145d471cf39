"""The name server: nsd on 127.0.0.1, port 53, with the whole world as one zone.

One zone "." rather than one a domain: the milters' resolver forwards all it
asks to nsd, so each name has to have an answer, NXDOMAIN included, and an
answer out of one zone never is a referral.
"""

import os
import socket

from . import child, paths

CONFIG = """\
server:
    ip-address: 127.0.0.1@%(port)d
    username: ""
    chroot: ""
    database: ""
    zonesdir: "%(dir)s"
    pidfile: "%(dir)s/nsd.pid"
    xfrdfile: "%(dir)s/xfrd.state"
    zonelistfile: "%(dir)s/zone.list"
    server-count: 1
    rrl-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: "."
    zonefile: "%(dir)s/world.zone"
"""

# A query for the SOA record of ".": id 1, RD, one question.
ROOT_SOA = b"\0\1\1\0\0\1\0\0\0\0\0\0" b"\0\0\6\0\1"


def answers(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as query:
        query.settimeout(0.2)
        try:
            query.connect(("127.0.0.1", port))
            query.send(ROOT_SOA)
            return len(query.recv(512)) > len(ROOT_SOA)
        except OSError:
            return False


def demo_zone(keys):
    with open(os.path.join(paths.E2E, "demo.zone")) as zone:
        return zone.read() + "".join(key.record() for key in keys)


class NameServer:
    def __init__(self, directory, zone, port=53):
        config = os.path.join(directory, "nsd.conf")
        with open(config, "w") as file:
            file.write(CONFIG % {"dir": directory, "port": port})
        with open(os.path.join(directory, "world.zone"), "w") as file:
            file.write(zone)
        self.child = child.Child(
            [paths.in_host("/usr/*bin/nsd"), "-d", "-c", config],
            os.path.join(directory, "nsd.log"), paths.host_environment())
        child.wait_for(lambda: self.child.check() and answers(port),
                       "nsd")

    def stop(self):
        self.child.terminate()
        self.child.wait()
