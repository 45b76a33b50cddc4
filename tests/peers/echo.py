"""Sends UDP datagrams back.

usage: echo.py ADDRESS PORT
"""

import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
print("ready")
while True:
    server.sendto(*server.recvfrom(65536))
