"""Frames by hand: Ethernet, IPv4, TCP, UDP, VXLAN. RFC 791, 9293, 768, 7348."""

import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ethernet(source, destination, payload):
    return mac(destination) + mac(source) + b"\x08\x00" + payload


def ipv4(source, destination, protocol, payload, identification=1, offset=0, more=False):
    """`offset` is in bytes."""
    fragment = offset // 8 | (0x2000 if more else 0)
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identification, fragment, 64, protocol, 0,
        socket.inet_aton(source), socket.inet_aton(destination),
    )
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def pseudo(source, destination, protocol, length):
    return socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, protocol, length)


def tcp(source, destination, ports, seq, ack, flags, payload=b""):
    """A whole IPv4 packet with a TCP segment."""
    header = struct.pack(
        "!HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, flags, 65000, 0, 0
    )
    segment = header + payload
    value = checksum(pseudo(source, destination, 6, len(segment)) + segment)
    return ipv4(source, destination, 6, segment[:16] + struct.pack("!H", value) + segment[18:])


def udp(source, destination, ports, payload):
    """A UDP datagram, without an IP header."""
    datagram = struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
    value = checksum(pseudo(source, destination, 17, len(datagram)) + datagram) or 0xFFFF
    return datagram[:6] + struct.pack("!H", value) + datagram[8:]


def raw(interface):
    """A socket for whole frames."""
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    opened.bind((interface, 0))
    opened.settimeout(0.2)
    return opened
