"""Sends one UDP datagram in fragments, in the order in which they are named.

usage: fragments.py INTERFACE SOURCE DESTINATION PORT SOURCE_MAC DESTINATION_MAC ID SIZE ORDER PAYLOAD

SIZE is how many bytes a fragment carries, a multiple of 8; ORDER is like 2,0,1, or `all`.
"""

import sys

from frames import ethernet, ipv4, raw, udp

interface, source, destination, port, source_mac, destination_mac, number, size, order, payload = sys.argv[1:]
size = int(size)
datagram = udp(source, destination, (5353, int(port)), bytes.fromhex(payload))
count = -(-len(datagram) // size)
link = raw(interface)
for index in range(count) if order == "all" else map(int, order.split(",")):
    part = datagram[index * size:(index + 1) * size]
    packet = ipv4(source, destination, 17, part, int(number), index * size, index + 1 < count)
    link.send(ethernet(source_mac, destination_mac, packet))
print("sent", count)
