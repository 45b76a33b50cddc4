"""Sends one datagram or one ping, and says what comes back.

usage: ask.py udp ADDRESS PORT HEX
       ask.py ping ADDRESS

Says `answer HEX`, `refused` (an ICMP error came), or `silence` after two seconds.
"""

import socket
import struct
import sys

from frames import checksum

kind, address = sys.argv[1:3]
if kind == "udp":
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect((address, int(sys.argv[3])))
    question = bytes.fromhex(sys.argv[4])
else:
    link = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    link.connect((address, 0))
    question = struct.pack("!BBHHH", 8, 0, 0, 77, 1) + b"ping"
    question = question[:2] + struct.pack("!H", checksum(question)) + question[4:]
link.settimeout(2)
try:
    link.send(question)
    print("answer", link.recv(65536).hex())
except ConnectionRefusedError:
    print("refused")
except OSError as error:
    print("silence" if isinstance(error, TimeoutError) else f"refused {error}")
