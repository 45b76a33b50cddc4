"""A TCP server that records exactly which bytes reached it.

usage: recorder.py ADDRESS PORT FILE [ANSWER]

Takes one connection after the other. Says `ready`, then for each connection `connected`, `bytes N` whenever
more have come, and `end closed` or `end reset`. ANSWER (hex) is sent once the first bytes have come.
"""

import socket
import sys

address, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
answer = bytes.fromhex(sys.argv[4]) if len(sys.argv) > 4 else b""
server = socket.create_server((address, port))
print("ready")
with open(path, "wb", buffering=0) as record:
    while True:
        connection, _ = server.accept()
        print("connected")
        total = 0
        try:
            while data := connection.recv(65536):
                record.write(data)
                if total == 0 and answer:
                    connection.sendall(answer)
                total += len(data)
                print("bytes", total)
            print("end closed")
        except ConnectionResetError:
            print("end reset")
        connection.close()
