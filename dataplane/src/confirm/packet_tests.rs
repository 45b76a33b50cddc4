//! Conditions on packets, by tables.

use std::net::Ipv4Addr;

use weir_rules::ranges::RangeSet;
use weir_rules::signature::{AppProtocol, FlagMode, FlagTest, NumberTest};

use super::*;

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

fn flags(mode: FlagMode, flags: u8, ignored: u8) -> PacketCondition {
    PacketCondition::TcpFlags(FlagTest { mode, flags, ignored })
}

fn size(side: StreamSide, relation: Relation, bytes: u64) -> PacketCondition {
    PacketCondition::StreamSize { side, relation, bytes }
}

fn protocol(protocol: ProtocolFound, side: ProtocolSide, presence: Presence) -> PacketCondition {
    PacketCondition::AppProtocol { protocol, side, presence }
}

#[test]
fn conditions_hold_as_asked() {
    let reputation = |address, category: &str| (address == A && category == "bad").then_some(7);
    let mut options = OptionKinds::default();
    options.add(7);
    let checksum = |layer| (layer == ChecksumLayer::Ipv4).then_some(Checksum::Invalid);
    let facts = PacketFacts {
        addresses: Some((A, B)),
        ip_options: Some(options),
        fragment_bits: Some(2),
        tcp_flags: Some(0x12),
        stream: Some(StreamBytes { client: 10, server: 20 }),
        protocols: Protocols {
            to_server: Some(ProtocolFound::Known(AppProtocol::Http2)),
            to_client: Some(ProtocolFound::Unknown),
            ..Protocols::default()
        },
        checksum: Some(&checksum),
        certificate: Some(Validity::Expired),
        events: Some(&|event| &*event.name == "ipv4.trunc_pkt"),
        reputation: Some(&reputation),
    };
    let http = ProtocolFound::Known(AppProtocol::Http);
    let bad = |end, bound| PacketCondition::AddressReputation { end, category: "bad".into(), bound };
    let fragments = |mode, flags| PacketCondition::FragmentBits(FlagTest { mode, flags, ignored: 0 });
    let table = [
        (PacketCondition::IpOption(IpOption::Any), true),
        (PacketCondition::IpOption(IpOption::Type(7)), true),
        (PacketCondition::IpOption(IpOption::Type(8)), false),
        (fragments(FlagMode::Exactly, 2), true),
        (fragments(FlagMode::Any, 5), false),
        (flags(FlagMode::Exactly, 0x02, 0), false),
        (flags(FlagMode::Exactly, 0x02, 0x10), true),
        (flags(FlagMode::All, 0x02, 0), true),
        (flags(FlagMode::Not, 0x12, 0), false),
        (PacketCondition::SameAddress, false),
        (PacketCondition::IpVersion(4), true),
        (PacketCondition::IpVersion(6), false),
        (PacketCondition::Checksum(ChecksumLayer::Ipv4, Checksum::Invalid), true),
        (PacketCondition::Checksum(ChecksumLayer::Ipv4, Checksum::Valid), false),
        (PacketCondition::Checksum(ChecksumLayer::TcpV4, Checksum::Valid), false),
        (size(StreamSide::Client, Relation::Less, 11), true),
        (size(StreamSide::Both, Relation::Greater, 10), false),
        (size(StreamSide::Either, Relation::Greater, 10), true),
        (protocol(http, ProtocolSide::ToServer, Presence::Required), true),
        (protocol(http, ProtocolSide::ToServer, Presence::Absent), false),
        (protocol(http, ProtocolSide::Either, Presence::Required), true),
        (protocol(ProtocolFound::Unknown, ProtocolSide::ToClient, Presence::Required), true),
        (protocol(http, ProtocolSide::Packet, Presence::Absent), false),
        (PacketCondition::CertificateValidity(Validity::Expired), true),
        (bad(ReputationEnd::Any, ReputationBound::Compare(Relation::Greater, 6)), true),
        (bad(ReputationEnd::Source, ReputationBound::IsSet), true),
        (bad(ReputationEnd::Both, ReputationBound::IsSet), false),
        (bad(ReputationEnd::Destination, ReputationBound::IsNotSet), true),
        (bad(ReputationEnd::Any, ReputationBound::Compare(Relation::Greater, 7)), false),
    ];
    for (condition, expected) in table {
        assert_eq!(matches(&condition, &facts), expected, "{condition:?}");
        assert!(!matches(&condition, &PacketFacts::default()), "{condition:?} of nothing");
    }
}

#[test]
fn numbers_are_asked_for_any_all_or_one() {
    let condition = |which| NumberCondition {
        number: NumberId::VlanId,
        test: NumberTest::Within(RangeSet::of([(10, 20)])),
        which,
    };
    let table: [(Which, &[u64], bool); 12] = [
        (Which::Any, &[5, 15], true),
        (Which::Any, &[], false),
        (Which::All, &[5, 15], false),
        (Which::All, &[10, 20], true),
        (Which::All, &[], true),
        (Which::AllOfSome, &[], false),
        (Which::AllOfSome, &[10, 20], true),
        (Which::At(1), &[5, 15], true),
        (Which::At(0), &[5, 15], false),
        (Which::At(-1), &[5, 15], true),
        (Which::At(-3), &[5, 15], false),
        (Which::At(i16::MIN), &[15], false),
    ];
    for (which, values, expected) in table {
        let mut numbers = Numbers::default();
        values.iter().for_each(|&value| numbers.add(NumberId::VlanId, value));
        assert_eq!(numbers.matches(&condition(which)), expected, "{which:?} {values:?}");
        numbers.clear();
        assert_eq!(numbers.matches(&condition(which)), which == Which::All, "nothing known: {which:?}");
    }
}
