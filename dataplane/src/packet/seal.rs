//! Lengths and checksums made right again, after what is inside of them has changed.
//!
//! Two things write packets: the [fragment table](super::FragmentTable), which puts a datagram where a fragment was,
//! and [answers](super::answer). Both keep the headers around as they came and seal them.

use super::checksum::{Checksum, checksum};
use super::cursor::Cursor;
use super::ethernet::{self, Below};
use super::tunnel::{gre, gtp};
use super::{Address, IpProtocol, IpVersion, Layer, Tenant, TunnelKind, ipv4, ipv6, pppoe, transport};

/// Seals the headers around the innermost packet, which ends where `frame` ends and is sealed already. `None` where a
/// length does not fit into its field or a header is not where it should be.
pub(super) fn seal_around(frame: &mut [u8], layers: &[Layer]) -> Option<()> {
    for layer in layers.iter().rev() {
        if let Some(offset) = layer.ethernet_offset {
            seal_ethernet(frame, usize::from(offset.get()))?;
        }
        let transport = usize::from(layer.transport_offset);
        match layer.tunnel {
            TunnelKind::None | TunnelKind::IpIp => {}
            TunnelKind::Gre => seal_gre(frame, transport)?,
            TunnelKind::Vxlan | TunnelKind::Geneve => seal_udp(frame, layer)?,
            TunnelKind::GtpU => {
                let header = transport + transport::UDP_HEADER_LEN;
                put_len(frame, header + gtp::LENGTH_AT, header + gtp::LENGTH_FROM)?;
                seal_udp(frame, layer)?;
            }
        }
        seal_ip(frame, usize::from(layer.ip_offset), layer.version)?;
    }
    seal_ethernet(frame, 0)
}

/// Seals an IP header whose packet ends where `frame` ends.
pub(super) fn seal_ip(frame: &mut [u8], at: usize, version: IpVersion) -> Option<()> {
    match version {
        IpVersion::V4 => {
            put_len(frame, at + 2, at)?;
            let len = usize::from(frame.get(at)? & 0x0f) * 4;
            put(frame, at + 10, [0, 0])?;
            let sum = checksum(frame.get(at..at + len.max(ipv4::HEADER_LEN))?);
            put(frame, at + 10, sum)
        }
        IpVersion::V6 => put_len(frame, at + 4, at + ipv6::HEADER_LEN),
    }
}

/// What lies between an Ethernet header and IP. Its lengths need not be right.
pub(super) fn below(frame: &[u8], ethernet_at: usize) -> Option<Below> {
    let mut below = Below::default();
    let mut cursor = Cursor::new(frame);
    cursor.skip(ethernet_at)?;
    // An error comes of a length that is not right yet; the offset of its header is known by then.
    let _ = ethernet::read(&mut cursor, &mut Tenant::default(), &mut below);
    Some(below)
}

fn seal_ethernet(frame: &mut [u8], at: usize) -> Option<()> {
    match below(frame, at)?.pppoe {
        0 => Some(()),
        header => put_len(frame, header + pppoe::LENGTH_AT, header + pppoe::HEADER_LEN),
    }
}

fn seal_gre(frame: &mut [u8], at: usize) -> Option<()> {
    if gre::has_checksum(frame.get(at..)?.first_chunk()?) {
        let field = at + gre::HEADER_LEN;
        put(frame, field, [0, 0])?;
        let sum = checksum(frame.get(at..)?);
        put(frame, field, sum)?;
    }
    Some(())
}

/// Over IPv4 a tunnel may go without checksum (RFC 768, RFC 7348 §5); over IPv6 it is computed, which is always right.
fn seal_udp(frame: &mut [u8], layer: &Layer) -> Option<()> {
    let at = usize::from(layer.transport_offset);
    put_len(frame, at + 4, at)?;
    put(frame, at + 6, [0, 0])?;
    if layer.version == IpVersion::V6 {
        let addresses = frame.get(usize::from(layer.ip_offset) + 8..)?;
        let (src, rest) = addresses.split_first_chunk()?;
        let addresses = [Address(*src), Address(*rest.first_chunk()?)];
        let sum = transport_checksum(frame.get(at..)?, IpVersion::V6, addresses, IpProtocol::UDP);
        put(frame, at + 6, sum)?;
    }
    Some(())
}

/// The checksum of a transport header and its payload, in which the field is zero.
pub(super) fn transport_checksum(
    segment: &[u8],
    version: IpVersion,
    addresses: [Address; 2],
    protocol: IpProtocol,
) -> [u8; 2] {
    let mut sum = Checksum::new();
    sum.add_pseudo_header(version, addresses, protocol, segment.len());
    sum.add(segment);
    match sum.finish() {
        // Zero would mean that there is none (RFC 768).
        [0, 0] if protocol == IpProtocol::UDP => [0xff, 0xff],
        sum => sum,
    }
}

/// Writes `bytes` at an offset.
pub(super) fn put<const N: usize>(frame: &mut [u8], at: usize, bytes: [u8; N]) -> Option<()> {
    *frame.get_mut(at..)?.first_chunk_mut()? = bytes;
    Some(())
}

/// Writes how many bytes there are from `from` to the end.
fn put_len(frame: &mut [u8], at: usize, from: usize) -> Option<()> {
    let len = u16::try_from(frame.len().checked_sub(from)?).ok()?;
    put(frame, at, len.to_be_bytes())
}
