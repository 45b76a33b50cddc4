"""Receives UDP datagrams, and says of each what it holds.

usage: datagrams.py ADDRESS PORT

Says `ready`, then `datagram HEX` for each.
"""

import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
print("ready")
while True:
    data, _ = server.recvfrom(65536)
    print("datagram", data.hex())
