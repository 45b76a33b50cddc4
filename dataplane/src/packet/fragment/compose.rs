//! A frame with the whole datagram in the place of its first fragment.

use super::blocks::Blocks;
use super::datagram::Datagram;
use crate::packet::cursor::Cursor;
use crate::packet::extension::{self, FRAGMENT_HEADER_LEN};
use crate::packet::seal::{put, seal_around, seal_ip};
use crate::packet::{IpProtocol, IpVersion, ipv6};

/// Writes the frame of a complete datagram, which parses as any other, and returns its length; `None` where it would
/// be longer than its headers can say, which in tunnels is less than 64 KiB.
pub(super) fn compose(datagram: &Datagram, blocks: &Blocks, out: &mut [u8]) -> Option<usize> {
    let packet = &datagram.head.packet;
    let head = datagram.head.bytes();
    let ip = usize::from(packet.ip_offset);
    let start = match packet.version {
        IpVersion::V4 => {
            out.get_mut(..head.len())?.copy_from_slice(head);
            // Neither flags nor offset.
            put(out, ip + 6, [0, 0])?;
            head.len()
        }
        IpVersion::V6 => {
            let start = head.len().checked_sub(FRAGMENT_HEADER_LEN)?;
            out.get_mut(..start)?.copy_from_slice(head.get(..start)?);
            // What the fragment header said comes next is now said by the header before it (RFC 8200 §4.5).
            put(out, fragment_named_at(head, ip)?, [packet.protocol.0])?;
            start
        }
    };
    let frame = out.get_mut(..start + datagram.len?)?;
    blocks.copy_to(&datagram.blocks, frame.get_mut(start..)?);
    seal_ip(frame, ip, packet.version)?;
    seal_around(frame, packet.outer_layers())?;
    Some(frame.len())
}

/// Offset of the byte that names the fragment header.
fn fragment_named_at(head: &[u8], ip: usize) -> Option<usize> {
    let named_at = ip + ipv6::NEXT_HEADER_AT;
    let mut cursor = Cursor::new(head);
    cursor.skip(ip + ipv6::HEADER_LEN)?;
    let chain = extension::read(IpProtocol(*head.get(named_at)?), named_at, &mut cursor).ok()?;
    chain.fragment.map(|_| chain.named_at)
}
