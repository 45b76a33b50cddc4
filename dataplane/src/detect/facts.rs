//! What signatures can ask of a packet beside its payload: numbers of its headers and of its flow, flags, protocols.

use weir_rules::number::NumberId;
use weir_rules::signature::{AppProtocol as RuleApp, Checksum, ChecksumLayer, ProtocolFound};

use crate::confirm::packet::{Numbers, OptionKinds, PacketFacts, Protocols, StreamBytes};
use crate::decode::recognise::AppProtocol;
use crate::flow::FlowRecord;
use crate::packet::checksum::{ChecksumState, verify_ip, verify_transport};
use crate::packet::{IpProtocol, IpVersion, MAX_VLAN_TAGS, Packet};
use crate::stream::Half;

/// Type and code of the ICMPv6 message that tells an MTU (RFC 4443 §3.2).
const PACKET_TOO_BIG: [u8; 2] = [2, 0];

/// A packet with the frame that it was parsed from.
#[derive(Clone, Copy, Debug)]
pub struct PacketView<'f> {
    /// The packet.
    pub packet: &'f Packet,
    /// Its frame.
    pub frame: &'f [u8],
}

impl<'f> PacketView<'f> {
    /// The IP header, with IPv4's options and IPv6's extension headers.
    pub(super) fn ip_header(&self) -> &'f [u8] {
        let (start, end) = (usize::from(self.packet.ip_offset), usize::from(self.packet.transport_offset));
        self.frame.get(start..end).unwrap_or_default()
    }

    /// What the transport makes of the packet: its header and all behind it.
    pub(super) fn transport(&self) -> &'f [u8] {
        let end = usize::from(self.packet.payload_offset) + usize::from(self.packet.payload_len);
        self.frame.get(usize::from(self.packet.transport_offset)..end).unwrap_or_default()
    }

    /// The transport's header, with its options.
    pub(super) fn transport_header(&self) -> Option<&'f [u8]> {
        let (start, end) =
            (usize::from(self.packet.transport_offset), usize::from(self.packet.payload_offset));
        self.frame.get(start..end).filter(|bytes| !bytes.is_empty())
    }

    /// What the checksum of a layer is; none where the packet has none that can be verified.
    pub fn checksum(&self, layer: ChecksumLayer) -> Option<Checksum> {
        let packet = self.packet;
        let of = match layer {
            ChecksumLayer::Ipv4 => return known(verify_ip(self.frame, packet)),
            ChecksumLayer::TcpV4 => (IpProtocol::TCP, IpVersion::V4),
            ChecksumLayer::TcpV6 => (IpProtocol::TCP, IpVersion::V6),
            ChecksumLayer::UdpV4 => (IpProtocol::UDP, IpVersion::V4),
            ChecksumLayer::UdpV6 => (IpProtocol::UDP, IpVersion::V6),
            ChecksumLayer::IcmpV4 => (IpProtocol::ICMP, IpVersion::V4),
            ChecksumLayer::IcmpV6 => (IpProtocol::ICMPV6, IpVersion::V6),
        };
        if of != (packet.protocol, packet.version) {
            return None;
        }
        known(verify_transport(self.frame, packet))
    }

    /// The kinds of the IPv4 header's options.
    fn ip_options(&self) -> Option<OptionKinds> {
        if self.packet.version != IpVersion::V4 {
            return None;
        }
        let mut kinds = OptionKinds::default();
        let mut options = self.ip_header().get(20..).unwrap_or_default();
        while let Some((&kind, rest)) = options.split_first() {
            kinds.add(kind);
            // The end of the list, a single byte, and all others (RFC 791 §3.1).
            let behind = match (kind, rest.first()) {
                (0, _) => break,
                (1, _) => 0,
                (_, Some(&len)) if len >= 2 => usize::from(len) - 1,
                _ => break,
            };
            options = rest.get(behind..).unwrap_or_default();
        }
        Some(kinds)
    }

    /// The IPv4 header's flags: 4 reserved, 2 don't fragment, 1 more fragments.
    fn fragment_bits(&self) -> Option<u8> {
        match self.packet.version {
            IpVersion::V4 => self.ip_header().get(6).map(|byte| byte >> 5),
            IpVersion::V6 => None,
        }
    }
}

fn known(state: ChecksumState) -> Option<Checksum> {
    match state {
        ChecksumState::Good => Some(Checksum::Valid),
        ChecksumState::Bad => Some(Checksum::Invalid),
        ChecksumState::Absent => None,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

/// Fills in the numbers of a packet and, where it belongs to one, of its flow.
pub fn fill_numbers(numbers: &mut Numbers, view: PacketView<'_>, record: Option<&FlowRecord>) {
    let packet = view.packet;
    numbers.clear();
    numbers.add(NumberId::Ttl, packet.ttl);
    numbers.add(NumberId::IpProtocol, packet.protocol.0);
    numbers.add(NumberId::PayloadSize, packet.payload_len);
    let header = view.ip_header();
    match packet.version {
        IpVersion::V4 => {
            if let Some(&tos) = header.get(1) {
                numbers.add(NumberId::TypeOfService, tos);
            }
            if let Some(id) = be16(header, 4) {
                numbers.add(NumberId::IpId, id);
            }
            if let Some(offset) = be16(header, 6) {
                numbers.add(NumberId::FragmentOffset, offset & 0x1fff);
            }
        }
        IpVersion::V6 => {
            if let Some(word) = be16(header, 0) {
                numbers.add(NumberId::TypeOfService, word >> 4 & 0xff);
            }
        }
    }
    let whole = packet.fragment.is_none();
    if whole && packet.protocol == IpProtocol::TCP {
        numbers.add(NumberId::TcpSequence, packet.tcp.seq);
        numbers.add(NumberId::TcpAcknowledgment, packet.tcp.ack);
        numbers.add(NumberId::TcpWindow, packet.tcp.window);
        tcp_options(numbers, view.transport());
    }
    if whole && matches!(packet.protocol, IpProtocol::ICMP | IpProtocol::ICMPV6) {
        let [kind, code] = packet.icmp;
        numbers.add(NumberId::IcmpType, kind);
        numbers.add(NumberId::IcmpCode, code);
        if let Some(id) = be16(view.transport(), 4) {
            numbers.add(NumberId::IcmpId, id);
        }
        if let Some(sequence) = be16(view.transport(), 6) {
            numbers.add(NumberId::IcmpSequence, sequence);
        }
    }
    if whole && packet.protocol == IpProtocol::ICMPV6 && packet.icmp == PACKET_TOO_BIG {
        let mtu = view.transport().get(4..).and_then(<[u8]>::first_chunk);
        mtu.into_iter().for_each(|&mtu| numbers.add(NumberId::Icmp6Mtu, u32::from_be_bytes(mtu)));
    }
    if whole
        && packet.protocol == IpProtocol::IGMP
        && let Some(&kind) = view.transport().first()
    {
        numbers.add(NumberId::IgmpType, kind);
    }
    vlan_tags(numbers, view);
    if let Some(record) = record {
        flow_numbers(numbers, record);
    }
}

/// The tags of the outermost Ethernet header, from the outside in (IEEE 802.1Q §9.6).
fn vlan_tags(numbers: &mut Numbers, view: PacketView<'_>) {
    let mut tags = 0_u8;
    for at in (12..).step_by(4).take(MAX_VLAN_TAGS) {
        let Some(0x8100 | 0x88a8 | 0x9100) = be16(view.frame, at) else { break };
        let Some(tag) = be16(view.frame, at + 2) else { break };
        numbers.add(NumberId::VlanId, tag & 0x0fff);
        tags += 1;
    }
    numbers.add(NumberId::VlanLayers, tags);
}

/// How long the streams of a connection are so far, a SYN and a FIN counted as one byte each (RFC 9293 §3.4); none where
/// they are not followed.
pub fn stream_bytes(record: &FlowRecord) -> Option<StreamBytes> {
    let [client, server] = record.halves.map(|half| match half.is_started() {
        true => half.offset() + 1 + u64::from(half.is_finished()),
        false => 0,
    });
    record.halves.iter().any(Half::is_started).then_some(StreamBytes { client, server })
}

fn flow_numbers(numbers: &mut Numbers, record: &FlowRecord) {
    let [to_server, to_client] = record.packets;
    let [bytes_to_server, bytes_to_client] = record.bytes;
    numbers.add(NumberId::FlowAge, record.last_seen.since(record.first_seen).as_secs());
    for (number, value) in [
        (NumberId::FlowPacketsToServer, to_server),
        (NumberId::FlowPacketsToClient, to_client),
        (NumberId::FlowPackets, to_server),
        (NumberId::FlowPackets, to_client),
        (NumberId::FlowBytesToServer, bytes_to_server),
        (NumberId::FlowBytesToClient, bytes_to_client),
        (NumberId::FlowBytes, bytes_to_server),
        (NumberId::FlowBytes, bytes_to_client),
    ] {
        numbers.add(number, value);
    }
}

/// Maximum segment size and window scale (RFC 9293 §3.1, RFC 7323 §2.2).
fn tcp_options(numbers: &mut Numbers, transport: &[u8]) {
    let Some(&words) = transport.get(12) else { return };
    let mut options = transport.get(20..usize::from(words >> 4) * 4).unwrap_or_default();
    loop {
        let (kind, len) = match *options {
            [0, ..] | [] => return,
            [1, ..] => (1, 1),
            [kind, len, ..] if len >= 2 => (kind, usize::from(len)),
            _ => return,
        };
        let Some((option, rest)) = options.split_at_checked(len) else { return };
        match (kind, option) {
            (2, &[_, _, high, low]) => numbers.add(NumberId::TcpMss, u16::from_be_bytes([high, low])),
            (3, &[_, _, shift]) => numbers.add(NumberId::TcpWindowScale, shift),
            _ => {}
        }
        options = rest;
    }
}

/// What rules call a protocol; `http1` and not `http`, which means HTTP of any version.
pub fn rule_protocol(protocol: AppProtocol) -> Option<RuleApp> {
    match protocol {
        AppProtocol::Http1 => Some(RuleApp::Http1),
        _ => RuleApp::named(protocol.name()),
    }
}

/// What else is known of a packet and its flow.
pub fn packet_facts<'f>(view: PacketView<'f>, protocol: Option<AppProtocol>) -> PacketFacts<'f> {
    let packet = view.packet;
    let found = protocol.and_then(rule_protocol).map(ProtocolFound::Known);
    PacketFacts {
        addresses: Some((packet.src.to_ip(), packet.dst.to_ip())),
        ip_options: view.ip_options(),
        fragment_bits: view.fragment_bits(),
        tcp_flags: (packet.protocol == IpProtocol::TCP && packet.fragment.is_none())
            .then(|| packet.tcp.flags.bits()),
        protocols: Protocols {
            packet: found,
            to_server: found,
            to_client: found,
            last: found,
            original: found,
        },
        ..PacketFacts::default()
    }
}
