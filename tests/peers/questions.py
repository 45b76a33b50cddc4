"""Sends numbered datagrams to an echo, each after the answer to the one before, until a file is there.

usage: questions.py ADDRESS PORT FILE

One question is under way at a time, so no queue on the way can overflow: an answer that does not come within five
seconds was lost by what lies between. Says `started` after the first answer, and `asked N lost M` at the end.
"""

import os
import socket
import struct
import sys

address, port, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.settimeout(5)
link.connect((address, port))
asked = lost = 0
while not os.path.exists(stop):
    question = struct.pack("!Q", asked)
    asked += 1
    try:
        link.send(question)
        while link.recv(64) != question:
            pass
    except TimeoutError:
        lost += 1
    if asked == 1:
        print("started")
print("asked", asked, "lost", lost)
