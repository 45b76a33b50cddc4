//! What parsing a frame yields: scalars and offsets, never a copy and never a borrow.
//!
//! A [`Packet`] describes the *innermost* IP packet of a frame, because that is what a workload sent; the headers
//! around it are kept as [`Layer`]s, for the tunnel's identity and so that an answer can be wrapped the same way.

use std::num::NonZeroU16;

use super::ParseError;

/// Which version of IP an address belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IpVersion {
    /// RFC 791.
    #[default]
    V4 = 4,
    /// RFC 8200.
    V6 = 6,
}

/// An IP address in 16 bytes; IPv4 is kept IPv4-mapped (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 16]);

impl Address {
    /// Maps an IPv4 address.
    pub const fn v4(octets: [u8; 4]) -> Address {
        let [a, b, c, d] = octets;
        Address([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d])
    }

    /// The last four bytes: the whole of an IPv4 address.
    pub(super) const fn v4_octets(self) -> [u8; 4] {
        let [.., a, b, c, d] = self.0;
        [a, b, c, d]
    }

    /// The address in the standard library's type, for people to read.
    pub fn to_ip(self) -> std::net::IpAddr {
        std::net::Ipv6Addr::from(self.0).to_canonical()
    }
}

impl From<std::net::IpAddr> for Address {
    fn from(ip: std::net::IpAddr) -> Address {
        match ip {
            std::net::IpAddr::V4(v4) => Address::v4(v4.octets()),
            std::net::IpAddr::V6(v6) => Address(v6.octets()),
        }
    }
}

/// The protocol number of the payload of an IP packet (IANA "Assigned Internet Protocol Numbers").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpProtocol(pub u8);

impl IpProtocol {
    /// RFC 792.
    pub const ICMP: IpProtocol = IpProtocol(1);
    /// RFC 3376.
    pub const IGMP: IpProtocol = IpProtocol(2);
    /// RFC 9293.
    pub const TCP: IpProtocol = IpProtocol(6);
    /// RFC 768.
    pub const UDP: IpProtocol = IpProtocol(17);
    /// RFC 2784.
    pub const GRE: IpProtocol = IpProtocol(47);
    /// RFC 4303.
    pub const ESP: IpProtocol = IpProtocol(50);
    /// RFC 4302.
    pub const AH: IpProtocol = IpProtocol(51);
    /// RFC 4443.
    pub const ICMPV6: IpProtocol = IpProtocol(58);
    /// RFC 9260.
    pub const SCTP: IpProtocol = IpProtocol(132);

    /// The name as Suricata's EVE writes it (`TCP`, `UDP`, `IPv6-ICMP` …), for the protocols that have one here.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            IpProtocol::ICMP => "ICMP",
            IpProtocol::IGMP => "IGMP",
            IpProtocol::TCP => "TCP",
            IpProtocol::UDP => "UDP",
            IpProtocol::GRE => "GRE",
            IpProtocol::ESP => "ESP",
            IpProtocol::AH => "AH",
            IpProtocol::ICMPV6 => "IPv6-ICMP",
            IpProtocol::SCTP => "SCTP",
            _ => return None,
        })
    }
}

/// What keeps tenants with the same addresses apart: the VLANs and the tunnel that a packet came in.
///
/// Both directions of a flow must carry the same value, so only what is symmetric belongs here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant {
    /// The outermost and the innermost VLAN id (12 bits), those within a tunnel included; zero where there is none.
    /// A tag of VLAN 0 only has a priority and names no VLAN (IEEE 802.1Q §9.6).
    pub vlan: [u16; 2],
    /// The innermost tunnel that carries an identifier; where none does, the outermost.
    pub tunnel: TunnelKind,
    /// Its identifier: the VNI of VXLAN and Geneve (24 bits), the key of GRE (32 bits). GTP-U's TEID names a direction
    /// and not a tenant, so it is zero there.
    pub vni: u32,
}

impl Tenant {
    /// Notes a VLAN inside of those that are noted.
    pub(super) fn enter_vlan(&mut self, id: u16) {
        let [outer, inner] = &mut self.vlan;
        match (id, *outer) {
            (0, _) => {}
            (_, 0) => *outer = id,
            _ => *inner = id,
        }
    }
}

/// The kinds of encapsulation that are looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TunnelKind {
    /// Not in a tunnel.
    #[default]
    None = 0,
    /// RFC 7348, with the group policy id of draft-smith-vxlan-group-policy; also its generic protocol extension.
    Vxlan,
    /// RFC 8926.
    Geneve,
    /// RFC 2784 and RFC 2890.
    Gre,
    /// IP in IP: RFC 2003, RFC 2473, RFC 4213.
    IpIp,
    /// 3GPP TS 29.281.
    GtpU,
}

/// One IP header outside of the innermost, with what it carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Offset of the IP header from the start of the frame.
    pub ip_offset: u16,
    /// Which IP.
    pub version: IpVersion,
    /// Offset of what follows the IP header and its extensions (UDP, GRE, or the next IP header).
    pub transport_offset: u16,
    /// How the next layer is wrapped.
    pub tunnel: TunnelKind,
    /// Offset of the Ethernet header in the tunnel, where it carries one.
    pub ethernet_offset: Option<NonZeroU16>,
}

impl Layer {
    const EMPTY: Layer = Layer {
        ip_offset: 0,
        version: IpVersion::V4,
        transport_offset: 0,
        tunnel: TunnelKind::None,
        ethernet_offset: None,
    };
}

/// How many IP headers around the innermost a packet can describe; the configured depth is at most this.
pub const MAX_TUNNEL_DEPTH: usize = 4;

/// A fragment's place in its datagram (RFC 791 §3.2, RFC 8200 §4.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentInfo {
    /// The identification, 16 bits in IPv4.
    pub id: u32,
    /// Offset of this fragment's bytes in the datagram's payload, in bytes.
    pub offset: u32,
    /// Whether fragments follow.
    pub more: bool,
}

bitflags::bitflags! {
    /// The control bits of a TCP header (RFC 9293 §3.1).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct TcpFlags: u8 {
        /// No more data from sender.
        const FIN = 0x01;
        /// Synchronize sequence numbers.
        const SYN = 0x02;
        /// Reset the connection.
        const RST = 0x04;
        /// Push function.
        const PSH = 0x08;
        /// Acknowledgment field is significant.
        const ACK = 0x10;
        /// Urgent pointer field is significant.
        const URG = 0x20;
        /// ECN echo (RFC 3168).
        const ECE = 0x40;
        /// Congestion window reduced (RFC 3168).
        const CWR = 0x80;
    }
}

/// The fields of a TCP header that the engine uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpHeader {
    /// Sequence number of the first payload byte (of the SYN, where there is one).
    pub seq: u32,
    /// Acknowledgment number; meaningful where [`TcpFlags::ACK`] is set.
    pub ack: u32,
    /// Control bits.
    pub flags: TcpFlags,
    /// Window, not scaled.
    pub window: u16,
}

/// The innermost IP packet of a frame. Offsets count from the start of the frame, lengths are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Source address.
    pub src: Address,
    /// Destination address.
    pub dst: Address,
    /// Source port of TCP, UDP and SCTP; for ICMP the identifier of echo messages, else zero.
    pub src_port: u16,
    /// Destination port of TCP, UDP and SCTP; for ICMP the same identifier, so that both directions agree.
    pub dst_port: u16,
    /// The transport; behind IPv6 extension headers the last of them.
    pub protocol: IpProtocol,
    /// Which IP.
    pub version: IpVersion,
    /// TTL or hop limit.
    pub ttl: u8,
    /// ICMP type and code, else zero.
    pub icmp: [u8; 2],
    /// VLANs and tunnel.
    pub tenant: Tenant,
    /// VXLAN group policy id (G bit set), else zero.
    pub group_policy: u16,
    /// Offset of the innermost IP header.
    pub ip_offset: u16,
    /// Offset of the transport header.
    pub transport_offset: u16,
    /// Offset of the transport's payload.
    pub payload_offset: u16,
    /// Length of the transport's payload: what the IP header claims, never beyond the frame.
    pub payload_len: u16,
    /// Set where this is a fragment; then there is no transport header, and the payload is the fragment's bytes.
    pub fragment: Option<FragmentInfo>,
    /// Set for TCP.
    pub tcp: TcpHeader,
    /// The IP headers around this one, outermost first.
    pub layers: [Layer; MAX_TUNNEL_DEPTH],
    /// How many of `layers` are set.
    pub depth: u8,
    /// This packet seems to carry another, which is malformed in this way, so that it is taken for an ordinary payload.
    pub inner_error: Option<ParseError>,
}

// A burst of them is kept between the stages: two cache lines for each.
const _: () = assert!(size_of::<Packet>() <= 128);

impl Default for Packet {
    fn default() -> Packet {
        Packet::EMPTY
    }
}

impl Packet {
    /// Nothing yet. A constant, so that it is copied whole and not field by field.
    pub(super) const EMPTY: Packet = Packet {
        src: Address([0; 16]),
        dst: Address([0; 16]),
        src_port: 0,
        dst_port: 0,
        protocol: IpProtocol(0),
        version: IpVersion::V4,
        ttl: 0,
        icmp: [0; 2],
        tenant: Tenant { vlan: [0; 2], tunnel: TunnelKind::None, vni: 0 },
        group_policy: 0,
        ip_offset: 0,
        transport_offset: 0,
        payload_offset: 0,
        payload_len: 0,
        fragment: None,
        tcp: TcpHeader { seq: 0, ack: 0, flags: TcpFlags::empty(), window: 0 },
        layers: [Layer::EMPTY; MAX_TUNNEL_DEPTH],
        depth: 0,
        inner_error: None,
    };

    /// The transport's payload in the frame this packet was parsed from.
    pub fn payload<'f>(&self, frame: &'f [u8]) -> &'f [u8] {
        let start = usize::from(self.payload_offset);
        frame.get(start..start + usize::from(self.payload_len)).unwrap_or_default()
    }

    /// The layers around the innermost packet, outermost first.
    pub fn outer_layers(&self) -> &[Layer] {
        self.layers.get(..usize::from(self.depth)).unwrap_or_default()
    }
}

/// What a frame turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// An IP packet, whole or a fragment.
    Ip(Packet),
    /// Not IP: ARP, LLDP, spanning tree … passed through. Holds the EtherType, or the length field of an 802.3 frame.
    NotIp(u16),
}
