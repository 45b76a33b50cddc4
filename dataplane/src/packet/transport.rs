//! The transports: ports, lengths, and where the payload starts.
//!
//! ```text
//! ┌───────────────────┬──────────────────┐   ┌───────────────────┬──────────────────┐
//! │ source port       │ destination port │   │ source port       │ destination port │
//! ├───────────────────┴──────────────────┤   ├───────────────────┼──────────────────┤
//! │ sequence number                      │   │ length            │ checksum         │
//! ├──────────────────────────────────────┤   └───────────────────┴──────────────────┘
//! │ acknowledgment number                │       UDP, RFC 768
//! ├─────┬─────┬──────────┬───────────────┤   ┌─────────┬─────────┬──────────────────┐
//! │words│     │ flags    │ window        │   │ type    │ code    │ checksum         │
//! ├─────┴─────┴──────────┼───────────────┤   ├─────────┴─────────┼──────────────────┤
//! │ checksum             │ urgent pointer│   │ identifier (echo) │ sequence         │
//! └──────────────────────┴───────────────┘   └───────────────────┴──────────────────┘
//!     TCP, RFC 9293 §3.1                         ICMP, RFC 792 and RFC 4443 §4.1
//! ```

use super::cursor::Cursor;
use super::{IpProtocol, IpVersion, Packet, ParseError, TcpFlags, TcpHeader};

pub(super) const TCP_HEADER_LEN: usize = 20;
pub(super) const UDP_HEADER_LEN: usize = 8;
pub(super) const ICMP_HEADER_LEN: usize = 8;
const SCTP_HEADER_LEN: usize = 12;

/// Reads the transport header at the cursor into `packet`, up to where the payload starts.
#[inline(always)]
pub(super) fn read(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    packet.transport_offset = cursor.offset()?;
    if packet.fragment.is_none() {
        match packet.protocol {
            IpProtocol::TCP => tcp(cursor, packet)?,
            IpProtocol::UDP => udp(cursor, packet)?,
            IpProtocol::ICMP if packet.version == IpVersion::V4 => icmp(cursor, packet)?,
            IpProtocol::ICMPV6 if packet.version == IpVersion::V6 => icmp(cursor, packet)?,
            IpProtocol::SCTP => sctp(cursor, packet)?,
            _ => {}
        }
    }
    packet.payload_offset = cursor.offset()?;
    packet.payload_len = cursor.len();
    Ok(())
}

#[inline(always)]
fn tcp(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let header = cursor.peek::<TCP_HEADER_LEN>().ok_or(ParseError::TcpTruncated)?;
    let len = usize::from(header[12] >> 4) * 4;
    if len < TCP_HEADER_LEN {
        return Err(ParseError::TcpDataOffset);
    }
    ports([header[0], header[1], header[2], header[3]], packet);
    packet.tcp = TcpHeader {
        seq: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        ack: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags: TcpFlags::from_bits_retain(header[13]),
        window: u16::from_be_bytes([header[14], header[15]]),
    };
    cursor.skip(len).ok_or(ParseError::TcpDataOffset)
}

#[inline(always)]
fn udp(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let header = cursor.peek::<UDP_HEADER_LEN>().ok_or(ParseError::UdpTruncated)?;
    ports([header[0], header[1], header[2], header[3]], packet);
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    match (length, packet.version) {
        // Means "to the end of the packet" (RFC 2675 §4), and Linux takes it so in packets of any size.
        (0, IpVersion::V6) => {}
        (0..UDP_HEADER_LEN, _) => return Err(ParseError::UdpLength),
        _ => cursor.keep(length).ok_or(ParseError::UdpLength)?,
    }
    cursor.skip(UDP_HEADER_LEN).ok_or(ParseError::UdpTruncated)
}

fn icmp(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let header = cursor.peek::<ICMP_HEADER_LEN>().ok_or(ParseError::IcmpTruncated)?;
    packet.icmp = [header[0], header[1]];
    let has_identifier = match packet.version {
        // Echo, timestamp, information, address mask: requests and replies.
        IpVersion::V4 => matches!(header[0], 0 | 8 | 13..=18),
        IpVersion::V6 => matches!(header[0], 128 | 129),
    };
    if has_identifier {
        ports([header[4], header[5], header[4], header[5]], packet);
    }
    cursor.skip(ICMP_HEADER_LEN).ok_or(ParseError::IcmpTruncated)
}

fn sctp(cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    let header = cursor.peek::<SCTP_HEADER_LEN>().ok_or(ParseError::SctpTruncated)?;
    ports([header[0], header[1], header[2], header[3]], packet);
    cursor.skip(SCTP_HEADER_LEN).ok_or(ParseError::SctpTruncated)
}

#[inline(always)]
fn ports([a, b, c, d]: [u8; 4], packet: &mut Packet) {
    packet.src_port = u16::from_be_bytes([a, b]);
    packet.dst_port = u16::from_be_bytes([c, d]);
}
