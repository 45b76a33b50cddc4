"""A TCP client that writes its segments by hand, in any order and overlapping as it likes.

usage: segments.py INTERFACE SOURCE DESTINATION PORT SOURCE_MAC DESTINATION_MAC SEGMENT...

SEGMENT is OFFSET:HEX, the offset in bytes from the start of the stream. Says `connected` after the handshake,
`acked N` for the highest byte that the server has acknowledged a second after the last segment, and `end reset` or
`end silence`. SOURCE must be an address that the kernel here does not have, or it would reset the connection.
"""

import os
import struct
import sys
import time

from frames import ACK, PSH, RST, SYN, ethernet, raw, tcp

interface, source, destination, port, source_mac, destination_mac = sys.argv[1:7]
segments = [argument.split(":") for argument in sys.argv[7:]]
ports = (20000 + os.getpid() % 40000, int(port))
start = 0xFFFFFF00  # so that sequence numbers wrap
link = raw(interface)


def send(seq, ack, flags, payload=b""):
    link.send(ethernet(source_mac, destination_mac, tcp(source, destination, ports, seq, ack, flags, payload)))


def receive(deadline):
    """The segments of the server: sequence number, acknowledgment, flags."""
    while time.monotonic() < deadline:
        try:
            packet = link.recv(65536)[14:]
        except TimeoutError:
            continue
        if len(packet) < 40 or packet[9] != 6:
            continue
        header = packet[(packet[0] & 15) * 4:]
        to, here, seq, ack, _, flags = struct.unpack("!HHIIBB", header[:14])
        if (here, to) == ports:
            yield seq, ack, flags


answer = None
for _ in range(5):
    send(start, 0, SYN)
    for seq, ack, flags in receive(time.monotonic() + 2):
        if flags & SYN:
            answer = seq
            break
    if answer is not None:
        break
if answer is None:
    sys.exit("no answer to SYN")
send(start + 1, answer + 1, ACK)
print("connected")
for offset, data in segments:
    send(start + 1 + int(offset), answer + 1, ACK | PSH, bytes.fromhex(data))
    time.sleep(0.02)
acked, end = 0, "silence"
for seq, ack, flags in receive(time.monotonic() + 1):
    if flags & RST:
        end = "reset"
    elif flags & ACK:
        acked = max(acked, (ack - start - 1) & 0xFFFFFFFF)
print("acked", acked)
print("end", end)
