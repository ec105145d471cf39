"""A name server between the filters and nsd that is slow, or that is dead.

It answers on 127.0.0.1, port 53, and asks nsd, which is on port 5353.
"""

import heapq
import itertools
import multiprocessing
import select
import socket
import time

ADDRESS, NSD = ("127.0.0.1", 53), ("127.0.0.1", 5353)


def serve(delay):
    """Hand on each question after delay seconds; None: never."""
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    front.bind(ADDRESS)
    back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    back.connect(NSD)
    waiting, turn = [], itertools.count()
    while True:
        pause = None
        if waiting:
            pause = max(0, waiting[0][0] - time.monotonic())
        if select.select([front], [], [], pause)[0]:
            question, client = front.recvfrom(4096)
            if delay is not None:
                heapq.heappush(waiting, (time.monotonic() + delay,
                                         next(turn), question, client))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, question, client = heapq.heappop(waiting)
            back.send(question)
            front.sendto(back.recv(65536), client)


class SlowNameServer:
    def __init__(self, delay):
        self.process = multiprocessing.Process(target=serve, args=(delay,),
                                               daemon=True)
        self.process.start()

    def stop(self):
        self.process.kill()
        self.process.join()
