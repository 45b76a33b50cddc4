"""A TCP client that sends pieces, each in a segment of its own.

usage: pieces.py ADDRESS PORT MILLISECONDS PIECE...

PIECE is hex; `file:PATH` waits until that file is there. Says `end` with `closed`, `reset`, `refused` or,
when nothing has come for MILLISECONDS after the last piece, `silence`; before that `received N` where
the server answered.
"""

import os
import socket
import sys
import time

address, port, patience, pieces = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
received = 0
try:
    connection = socket.create_connection((address, port), timeout=5)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print("connected")
    for piece in pieces:
        if piece.startswith("file:"):
            while not os.path.exists(piece[5:]):
                time.sleep(0.01)
            continue
        connection.sendall(bytes.fromhex(piece))
        # The kernel joins what is written in one breath.
        time.sleep(0.01)
    connection.settimeout(patience / 1000)
    while data := connection.recv(65536):
        received += len(data)
    end = "closed"
except ConnectionRefusedError:
    end = "refused"
except (ConnectionResetError, BrokenPipeError):
    end = "reset"
except TimeoutError:
    end = "silence"
print("received", received)
print("end", end)
