//! The one table of tunnels: which packets carry packets.

use super::{geneve, gre, gtp, ipip, vxlan};
use crate::packet::cursor::Cursor;
use crate::packet::{IpProtocol, Packet, ParseError, ParserConfig, TunnelKind};

/// A tunnel header, read.
#[derive(Clone, Copy, Debug)]
pub(in crate::packet) struct Opened<'f> {
    pub tunnel: TunnelKind,
    /// What names the tenant, where the header has it.
    pub identifier: Option<u32>,
    /// Zero where there is none.
    pub group_policy: u16,
    pub content: Content,
    /// Where the content starts.
    pub cursor: Cursor<'f>,
}

/// What is in a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::packet) enum Content {
    /// An Ethernet frame.
    Ethernet,
    /// What this EtherType says.
    Network(u16),
}

/// Reads the tunnel header at `payload`, the payload of `packet`; `None` where there is none to be looked through.
#[inline]
pub(in crate::packet) fn open<'f>(
    packet: &Packet,
    payload: Cursor<'f>,
    config: &ParserConfig,
) -> Result<Option<Opened<'f>>, ParseError> {
    match packet.protocol {
        IpProtocol::TCP => Ok(None),
        IpProtocol::UDP => over_udp(packet.dst_port, payload, config),
        IpProtocol::GRE => gre::open(payload),
        ipip::IPV4 | ipip::IPV6 => Ok(Some(ipip::open(packet.protocol, payload))),
        _ => Ok(None),
    }
}

fn over_udp<'f>(
    port: u16,
    payload: Cursor<'f>,
    config: &ParserConfig,
) -> Result<Option<Opened<'f>>, ParseError> {
    if config.vxlan_ports.contains(&port) {
        vxlan::open(payload)
    } else if config.geneve_ports.contains(&port) {
        geneve::open(payload)
    } else if config.vxlan_gpe_ports.contains(&port) {
        vxlan::open_generic(payload)
    } else if config.gtp_ports.contains(&port) {
        gtp::open(payload)
    } else {
        Ok(None)
    }
}
