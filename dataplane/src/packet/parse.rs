//! From a frame to its innermost packet.

use std::num::NonZeroU16;

use super::cursor::Cursor;
use super::ethernet::{Below, Certainty, Network};
use super::tunnel::{Content, Opened};
use super::{
    IpVersion, Layer, MAX_TUNNEL_DEPTH, Packet, ParseError, Parsed, ParserConfig, TunnelKind, ethernet, ipv4,
    ipv6, plain, transport, tunnel,
};

/// Parses a frame, from its Ethernet header on and without the frame check sequence.
///
/// The packet that comes out is the innermost that can be read. Its outermost headers have to be in order: what is
/// wrong with them is the frame's [`ParseError`]. In a tunnel it is different, as a port number makes no tunnel yet:
///
/// * What is not IP there (ARP, spanning tree …) leaves the packet around it the frame's packet.
/// * So does what is malformed, and [`Packet::inner_error`] tells what is wrong. This hides nothing from inspection:
///   a receiver that takes the tunnel for one refuses what is in it, as each such error is one that receivers
///   refuse; and for one that does not, the packet around it is what counts, and its payload is inspected.
/// * What exceeds a [limit](ParseError::is_limit) of the parser is an error of the frame, however deep it lies, since
///   a receiver might read on where the parser does not.
/// * Beyond the configured depth nothing is looked at, and the packet there is the frame's packet.
///
/// # Errors
///
/// By the rules above; the first that is found, from the outside in.
pub fn parse(frame: &[u8], config: &ParserConfig) -> Result<Parsed, ParseError> {
    let mut packet = Packet::default();
    match parse_into(frame, config, &mut packet)? {
        FrameKind::Ip => Ok(Parsed::Ip(packet)),
        FrameKind::NotIp(ethertype) => Ok(Parsed::NotIp(ethertype)),
    }
}

/// What [`parse_into`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// An IP packet, whole or a fragment.
    Ip,
    /// Not IP; see [`Parsed::NotIp`].
    NotIp(u16),
}

/// Does what [`parse`] does, and writes the packet where it is to stay: the copy that
/// [`parse`] makes is a third of its time.
///
/// # Errors
///
/// As [`parse`]. What `packet` holds then, and for what is not IP, is of no use.
#[inline]
pub fn parse_into(frame: &[u8], config: &ParserConfig, packet: &mut Packet) -> Result<FrameKind, ParseError> {
    if plain::read(frame, config, packet) { Ok(FrameKind::Ip) } else { parse_any(frame, config, packet) }
}

/// The parser proper.
#[inline(never)]
pub(super) fn parse_any(
    frame: &[u8],
    config: &ParserConfig,
    packet: &mut Packet,
) -> Result<FrameKind, ParseError> {
    *packet = Packet::EMPTY;
    let mut cursor = Cursor::new(frame);
    let network = ethernet::read(&mut cursor, &mut packet.tenant, &mut Below::default())?;
    match read_network(network, &mut cursor, packet)? {
        FrameKind::Ip => look_through(packet, cursor, config).map(|()| FrameKind::Ip),
        other => Ok(other),
    }
}

/// Reads what there is behind the headers below IP, up to the payload of its transport.
#[inline(always)]
fn read_network(
    network: Network,
    cursor: &mut Cursor<'_>,
    packet: &mut Packet,
) -> Result<FrameKind, ParseError> {
    let (version, certainty) = match network {
        Network::Ip(version, certainty) => (version, certainty),
        Network::Other(ethertype) => return Ok(FrameKind::NotIp(ethertype)),
    };
    match (read_ip(version, cursor, packet), certainty) {
        (Ok(()), _) => Ok(FrameKind::Ip),
        (Err(error), Certainty::Guessed(ethertype)) if !error.is_limit() => Ok(FrameKind::NotIp(ethertype)),
        (Err(error), _) => Err(error),
    }
}

#[inline(always)]
fn read_ip(version: IpVersion, cursor: &mut Cursor<'_>, packet: &mut Packet) -> Result<(), ParseError> {
    match version {
        IpVersion::V4 => ipv4::read(cursor, packet)?,
        IpVersion::V6 => ipv6::read(cursor, packet)?,
    }
    transport::read(cursor, packet)
}

/// Goes into tunnels as deep as is configured and can be read.
#[inline(always)]
fn look_through(
    packet: &mut Packet,
    mut cursor: Cursor<'_>,
    config: &ParserConfig,
) -> Result<(), ParseError> {
    let depth = usize::from(config.tunnel_depth).min(MAX_TUNNEL_DEPTH);
    while usize::from(packet.depth) < depth && packet.fragment.is_none() {
        let entered = match tunnel::open(packet, &mut cursor, config) {
            Ok(None) => break,
            Ok(Some(opened)) => descend(packet, &opened, &mut cursor),
            Err(error) => Err(error),
        };
        match entered {
            Ok(FrameKind::Ip) => {}
            Ok(FrameKind::NotIp(_)) => break,
            Err(error) if error.is_limit() => return Err(error),
            Err(error) => {
                packet.inner_error = Some(error);
                break;
            }
        }
    }
    Ok(())
}

/// Puts the packet in an opened tunnel in the place of the one around it. Where it is none, nothing is changed.
fn descend(packet: &mut Packet, opened: &Opened, cursor: &mut Cursor<'_>) -> Result<FrameKind, ParseError> {
    let outer = *packet;
    let ethernet_offset = match opened.content {
        Content::Ethernet => NonZeroU16::new(cursor.offset()?),
        Content::Network(_) => None,
    };
    *packet = Packet {
        tenant: outer.tenant,
        group_policy: if opened.group_policy == 0 { outer.group_policy } else { opened.group_policy },
        layers: outer.layers,
        depth: outer.depth + 1,
        ..Packet::EMPTY
    };
    if let Some(layer) = packet.layers.get_mut(usize::from(outer.depth)) {
        *layer = Layer {
            ip_offset: outer.ip_offset,
            version: outer.version,
            transport_offset: outer.transport_offset,
            tunnel: opened.tunnel,
            ethernet_offset,
        };
    }
    if let Some(identifier) = opened.identifier {
        (packet.tenant.tunnel, packet.tenant.vni) = (opened.tunnel, identifier);
    } else if packet.tenant.tunnel == TunnelKind::None {
        packet.tenant.tunnel = opened.tunnel;
    }
    let below = &mut Below::default();
    let network = match opened.content {
        Content::Ethernet => ethernet::read(cursor, &mut packet.tenant, below),
        Content::Network(ethertype) => ethernet::network(ethertype, cursor, &mut packet.tenant, below),
    };
    let entered = network.and_then(|network| read_network(network, cursor, packet));
    if !matches!(entered, Ok(FrameKind::Ip)) {
        *packet = outer;
    }
    entered
}
