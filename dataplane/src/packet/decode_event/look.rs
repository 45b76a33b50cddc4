//! The second look at a frame: who goes through its layers, and which frames need none.

use super::{DecodeEvent, DecodeEvents};
use crate::packet::cursor::Cursor;
use crate::packet::{IpProtocol, IpVersion, MAX_TUNNEL_DEPTH, Packet, ParserConfig, ethernet, ipv4, ipv6};

/// What is odd about the headers of a frame: all layers, tunnels as deep as is configured.
pub fn decode_events(frame: &[u8], config: &ParserConfig) -> DecodeEvents {
    let mut look = Look { config, events: DecodeEvents::NONE, tunnels: 0 };
    look.ethernet(Cursor::new(frame));
    look.events
}

/// Whether a packet, as it was parsed from `frame`, is of the kind that nearly all are, and can have no event: Ethernet
/// with a VLAN at most, an IP header without options, TCP without options but a time stamp or UDP without a tunnel.
pub fn is_ordinary(frame: &[u8], packet: &Packet, config: &ParserConfig) -> bool {
    let [outer, inner] = packet.tenant.vlan;
    let link = ethernet::HEADER_LEN + if outer != 0 { 4 } else { 0 };
    let ip = match packet.version {
        IpVersion::V4 => ipv4::HEADER_LEN,
        IpVersion::V6 => ipv6::HEADER_LEN,
    };
    let [ip_at, transport_at] = [packet.ip_offset, packet.transport_offset].map(usize::from);
    let plain = packet.depth == 0
        && inner == 0
        && packet.inner_error.is_none()
        && packet.fragment.is_none()
        && ip_at == link
        && transport_at == ip_at + ip;
    plain
        && match packet.protocol {
            IpProtocol::TCP => has_usual_options(frame, transport_at),
            IpProtocol::UDP => !config.is_tunnel(packet.dst_port),
            _ => false,
        }
}

/// No options, or a time stamp as every implementation sends it (RFC 7323 appendix A).
fn has_usual_options(frame: &[u8], at: usize) -> bool {
    match frame.get(at + 12).map(|byte| byte >> 4) {
        Some(5) => true,
        Some(8) => frame.get(at + 20..at + 24) == Some(&[1, 1, 8, 10]),
        _ => false,
    }
}

/// Goes through the layers of a frame. Each method takes the cursor where its header starts, and goes on to what is in
/// it; how deep that nests is bounded by the depth of tunnels.
pub(super) struct Look<'c> {
    pub config: &'c ParserConfig,
    pub events: DecodeEvents,
    /// How many tunnels were entered.
    tunnels: u8,
}

impl Look<'_> {
    pub fn raise(&mut self, event: DecodeEvent) {
        self.events.raise(event);
    }

    /// Whether one more tunnel is looked into.
    pub fn enter_tunnel(&mut self) -> bool {
        let deeper = usize::from(self.tunnels) < usize::from(self.config.tunnel_depth).min(MAX_TUNNEL_DEPTH);
        self.tunnels += u8::from(deeper);
        deeper
    }
}
