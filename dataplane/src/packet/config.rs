//! How deep the parser looks, and where it expects tunnels.

use super::{MAX_TUNNEL_DEPTH, PortSet};

/// The parser's configuration.
///
/// Tunnels over UDP are known by their destination port alone, so looking into them is trusting the sender to mean a
/// tunnel: identity and policy then go by the addresses inside. That is right between tunnel endpoints. On a wire
/// where workloads send frames of their own making, set the depth to 0 or empty the lists of ports that no endpoint
/// uses there, so that policy goes by the addresses that routers see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParserConfig {
    /// How many tunnels, one in another, are looked through; at most [`MAX_TUNNEL_DEPTH`], and larger values are taken
    /// for that. At 0 each packet is what its outermost IP header says.
    pub tunnel_depth: u8,
    /// UDP destination ports of VXLAN: 4789 (RFC 7348 §8) and 8472, which Linux and the overlays of Kubernetes use.
    pub vxlan_ports: PortSet,
    /// UDP destination ports of VXLAN with a next-protocol field: 4790 (draft-ietf-nvo3-vxlan-gpe §8.1).
    pub vxlan_gpe_ports: PortSet,
    /// UDP destination ports of Geneve: 6081 (RFC 8926 §3.3).
    pub geneve_ports: PortSet,
    /// UDP destination ports of GTP-U: 2152 (3GPP TS 29.281 §4.4.2).
    pub gtp_ports: PortSet,
}

impl ParserConfig {
    /// Whether a datagram to this port may carry a packet.
    #[inline(always)]
    pub(super) fn is_tunnel(&self, port: u16) -> bool {
        [&self.vxlan_ports, &self.geneve_ports, &self.vxlan_gpe_ports, &self.gtp_ports]
            .into_iter()
            .any(|ports| ports.contains(port))
    }
}

impl Default for ParserConfig {
    fn default() -> ParserConfig {
        ParserConfig {
            tunnel_depth: MAX_TUNNEL_DEPTH as u8,
            vxlan_ports: PortSet::from(vec![4789, 8472]),
            vxlan_gpe_ports: PortSet::from(vec![4790]),
            geneve_ports: PortSet::from(vec![6081]),
            gtp_ports: PortSet::from(vec![2152]),
        }
    }
}
