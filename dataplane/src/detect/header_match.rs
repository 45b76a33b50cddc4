//! Whether the header of a signature means a packet: protocol, endpoints, direction.

use weir_rules::signature::{Endpoint, FlowDirection, RuleProtocol, Signature};

use crate::flow::Direction;
use crate::packet::{IpProtocol, IpVersion, Packet};

/// Whether packets of a transport have ports. What stands in their place for ICMP are identifiers.
pub fn has_ports(protocol: IpProtocol) -> bool {
    matches!(protocol, IpProtocol::TCP | IpProtocol::UDP | IpProtocol::SCTP)
}

/// Whether a signature means a match in bytes of direction `of_match`, which a packet of direction `direction` brought.
/// Bytes that a gap kept back are those of the other direction than the packet that tells of the gap.
pub fn header_applies(
    signature: &Signature,
    packet: &Packet,
    direction: Direction,
    of_match: Direction,
) -> bool {
    let port = |port| if has_ports(packet.protocol) { port } else { 0 };
    let sender = Endpoint { address: packet.src.0, port: port(packet.src_port) };
    let receiver = Endpoint { address: packet.dst.0, port: port(packet.dst_port) };
    let (source, destination) = if of_match == direction { (sender, receiver) } else { (receiver, sender) };
    let wanted = match signature.flow.direction {
        Some(FlowDirection::ToServer) => of_match == Direction::ToServer,
        Some(FlowDirection::ToClient) => of_match == Direction::ToClient,
        None => true,
    };
    wanted
        && is_of_version(signature.protocol, packet)
        && signature.protocol.covers(packet.protocol.0)
        && signature.header_matches(&source, &destination)
}

/// Whether a packet is of the version of IP that the header of a rule names.
pub fn is_of_version(protocol: RuleProtocol, packet: &Packet) -> bool {
    match protocol {
        RuleProtocol::Ip4 => packet.version == IpVersion::V4,
        RuleProtocol::Ip6 => packet.version == IpVersion::V6,
        _ => true,
    }
}
