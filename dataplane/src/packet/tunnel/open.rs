//! The one table of tunnels: which packets carry packets.

use super::{geneve, gre, gtp, ipip, vxlan};
use crate::packet::cursor::Cursor;
use crate::packet::{IpProtocol, Packet, ParseError, ParserConfig, TunnelKind};

/// A tunnel header, read.
#[derive(Clone, Copy, Debug)]
pub(in crate::packet) struct Opened {
    pub tunnel: TunnelKind,
    /// What names the tenant, where the header has it.
    pub identifier: Option<u32>,
    /// Zero where there is none.
    pub group_policy: u16,
    pub content: Content,
}

/// What is in a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::packet) enum Content {
    /// An Ethernet frame.
    Ethernet,
    /// What this EtherType says.
    Network(u16),
}

/// Reads the tunnel header at the cursor, where the payload of `packet` starts, up to the content; `None` where there is
/// none to be looked through.
#[inline(always)]
pub(in crate::packet) fn open(
    packet: &Packet,
    cursor: &mut Cursor<'_>,
    config: &ParserConfig,
) -> Result<Option<Opened>, ParseError> {
    match packet.protocol {
        IpProtocol::UDP => over_udp(packet.dst_port, cursor, config),
        IpProtocol::GRE => gre::open(cursor),
        ipip::IPV4 | ipip::IPV6 => Ok(Some(ipip::open(packet.protocol))),
        _ => Ok(None),
    }
}

#[inline]
fn over_udp(port: u16, cursor: &mut Cursor<'_>, config: &ParserConfig) -> Result<Option<Opened>, ParseError> {
    if config.vxlan_ports.contains(port) {
        vxlan::open(cursor)
    } else if config.geneve_ports.contains(port) {
        geneve::open(cursor)
    } else if config.vxlan_gpe_ports.contains(port) {
        vxlan::open_generic(cursor)
    } else if config.gtp_ports.contains(port) {
        gtp::open(cursor)
    } else {
        Ok(None)
    }
}
