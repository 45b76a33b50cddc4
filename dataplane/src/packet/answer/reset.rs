//! Resets of TCP connections.

use super::envelope::{Envelope, Heading};
use crate::packet::seal::{put, transport_checksum};
use crate::packet::transport::TCP_HEADER_LEN;
use crate::packet::{IpProtocol, Packet, TcpFlags};

/// Whom a reset is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// The sender of the segment, as if from its receiver.
    Sender,
    /// The receiver of the segment, as if from its sender.
    Receiver {
        /// The sequence number that the receiver expects next: with any other it would only be challenged (RFC 5961
        /// §3.2). Where it is not known, that of the segment is taken.
        expected: Option<u32>,
    },
}

/// Writes a frame that resets the connection of a TCP segment, and returns its length. `frame` is the one that
/// `packet` was parsed from.
///
/// A reset towards the sender goes out of the port that the segment came in by, one towards the receiver out of the
/// other port of the wire. `None` where there is nothing to be said: the packet is not a TCP segment, or resets the
/// connection itself (RFC 9293 §3.5.3), went to a group of hosts, came by a way that can't be gone back, or `out` is
/// too small.
pub fn tcp_reset(frame: &[u8], packet: &Packet, towards: Towards, out: &mut [u8]) -> Option<usize> {
    let segment = packet.tcp;
    let is_segment = packet.protocol == IpProtocol::TCP && packet.fragment.is_none();
    if !is_segment || segment.flags.contains(TcpFlags::RST) || packet.dst.to_ip().is_multicast() {
        return None;
    }
    let (heading, seq, ack) = match towards {
        // "If the incoming segment has an ACK field, the reset takes its sequence number from the ACK field of the
        // segment; otherwise, the reset has sequence number zero and the ACK field is set to the sum of the sequence
        // number and segment length of the incoming segment." (RFC 9293 §3.5.3)
        Towards::Sender if segment.flags.contains(TcpFlags::ACK) => (Heading::Back, segment.ack, None),
        Towards::Sender => (Heading::Back, 0, Some(segment.seq.wrapping_add(segment_len(packet)))),
        Towards::Receiver { expected } => {
            let ack = segment.flags.contains(TcpFlags::ACK).then_some(segment.ack);
            (Heading::On, expected.unwrap_or(segment.seq), ack)
        }
    };
    let [src_port, dst_port] = match heading {
        Heading::On => [packet.src_port, packet.dst_port],
        Heading::Back => [packet.dst_port, packet.src_port],
    };
    let flags = if ack.is_some() { TcpFlags::RST | TcpFlags::ACK } else { TcpFlags::RST };
    let mut envelope = Envelope::new(frame, packet, heading, IpProtocol::TCP, out)?;
    let addresses = envelope.addresses();
    let header = envelope.body(TCP_HEADER_LEN)?;
    header.fill(0);
    put(header, 0, src_port.to_be_bytes())?;
    put(header, 2, dst_port.to_be_bytes())?;
    put(header, 4, seq.to_be_bytes())?;
    put(header, 8, ack.unwrap_or(0).to_be_bytes())?;
    put(header, 12, [(TCP_HEADER_LEN as u8 / 4) << 4, flags.bits()])?;
    let sum = transport_checksum(header, packet.version, addresses, IpProtocol::TCP);
    put(header, 16, sum)?;
    envelope.finish(TCP_HEADER_LEN)
}

/// What the segment takes of the sequence space (RFC 9293 §3.4).
fn segment_len(packet: &Packet) -> u32 {
    let flags = packet.tcp.flags;
    u32::from(packet.payload_len)
        + u32::from(flags.contains(TcpFlags::SYN))
        + u32::from(flags.contains(TcpFlags::FIN))
}
