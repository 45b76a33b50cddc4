//! From a frame to its innermost packet.

use super::cursor::Cursor;
use super::ethernet::{Below, Certainty, Network};
use super::tunnel::{Content, Opened};
use super::{
    IpVersion, Layer, MAX_TUNNEL_DEPTH, Packet, ParseError, Parsed, ParserConfig, TunnelKind, ethernet, ipv4,
    ipv6, transport, tunnel,
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

/// Does what [`parse`] does, and writes the packet where it is to stay: copying it costs more than parsing does.
///
/// # Errors
///
/// As [`parse`]. What `packet` holds then, and for what is not IP, is of no use.
pub fn parse_into(frame: &[u8], config: &ParserConfig, packet: &mut Packet) -> Result<FrameKind, ParseError> {
    *packet = Packet::default();
    let network = ethernet::read(Cursor::new(frame), &mut packet.tenant, &mut Below::default())?;
    match read_network(network, packet)? {
        Found::Ip(payload) => look_through(packet, payload, config).map(|()| FrameKind::Ip),
        Found::Other(ethertype) => Ok(FrameKind::NotIp(ethertype)),
    }
}

/// What there is behind the headers below IP.
enum Found<'f> {
    /// A packet, with this payload.
    Ip(Cursor<'f>),
    /// Something else.
    Other(u16),
}

#[inline]
fn read_network<'f>(network: Network<'f>, packet: &mut Packet) -> Result<Found<'f>, ParseError> {
    let (version, cursor, certainty) = match network {
        Network::Ip { version, cursor, certainty } => (version, cursor, certainty),
        Network::Other(ethertype) => return Ok(Found::Other(ethertype)),
    };
    match (read_ip(version, cursor, packet), certainty) {
        (Err(error), Certainty::Guessed(ethertype)) if !error.is_limit() => Ok(Found::Other(ethertype)),
        (result, _) => result.map(Found::Ip),
    }
}

#[inline]
fn read_ip<'f>(
    version: IpVersion,
    cursor: Cursor<'f>,
    packet: &mut Packet,
) -> Result<Cursor<'f>, ParseError> {
    let transport = match version {
        IpVersion::V4 => ipv4::read(cursor, packet)?,
        IpVersion::V6 => ipv6::read(cursor, packet)?,
    };
    transport::read(transport, packet)
}

/// Goes into tunnels as deep as is configured and can be read.
#[inline]
fn look_through<'f>(
    packet: &mut Packet,
    mut payload: Cursor<'f>,
    config: &ParserConfig,
) -> Result<(), ParseError> {
    let depth = usize::from(config.tunnel_depth).min(MAX_TUNNEL_DEPTH);
    while usize::from(packet.depth) < depth && packet.fragment.is_none() {
        let inner = match tunnel::open(packet, payload, config) {
            Ok(None) => break,
            Ok(Some(opened)) => descend(packet, &opened),
            Err(error) => Err(error),
        };
        match inner {
            Ok(Some(inner)) => (*packet, payload) = inner,
            Ok(None) => break,
            Err(error) if error.is_limit() => return Err(error),
            Err(error) => {
                packet.inner_error = Some(error);
                break;
            }
        }
    }
    Ok(())
}

/// The packet in an opened tunnel, if it is one.
fn descend<'f>(outer: &Packet, opened: &Opened<'f>) -> Result<Option<(Packet, Cursor<'f>)>, ParseError> {
    let mut inner = Packet {
        tenant: outer.tenant,
        group_policy: if opened.group_policy == 0 { outer.group_policy } else { opened.group_policy },
        layers: outer.layers,
        depth: outer.depth + 1,
        ..Packet::default()
    };
    if let Some(identifier) = opened.identifier {
        (inner.tenant.tunnel, inner.tenant.vni) = (opened.tunnel, identifier);
    } else if inner.tenant.tunnel == TunnelKind::None {
        inner.tenant.tunnel = opened.tunnel;
    }
    let (start, below) = (opened.cursor, &mut Below::default());
    let (network, ethernet) = match opened.content {
        Content::Ethernet => {
            let offset = std::num::NonZeroU16::new(start.offset()?);
            (ethernet::read(start, &mut inner.tenant, below)?, offset)
        }
        Content::Network(ethertype) => (ethernet::network(ethertype, start, &mut inner.tenant, below)?, None),
    };
    if let Some(layer) = inner.layers.get_mut(usize::from(outer.depth)) {
        *layer = Layer {
            ip_offset: outer.ip_offset,
            version: outer.version,
            transport_offset: outer.transport_offset,
            tunnel: opened.tunnel,
            ethernet_offset: ethernet,
        };
    }
    match read_network(network, &mut inner)? {
        Found::Ip(payload) => Ok(Some((inner, payload))),
        Found::Other(_) => Ok(None),
    }
}
