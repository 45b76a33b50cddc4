//! Messages against what tshark 4.0 says of them, and messages that are not as they should be.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use weir_rules::field::FieldId;

use super::test_messages::{NOTIFY, NXDOMAIN, RESOLVER, Z_FLAG, fixture, header, name, query, record};
use super::{Dns, DnsConfig, DnsData, DnsSection};
use crate::decode::recorded::{Find, Recorded};
use crate::decode::{Stage, Status, TransactionId};
use crate::flow::Direction::{self, ToClient, ToServer};

fn decoded(messages: &[(Direction, Vec<u8>)]) -> (Dns, Recorded) {
    let mut dns = Dns::new(DnsConfig::default());
    let mut recorded = Recorded::default();
    for (direction, bytes) in messages {
        assert_eq!(dns.push_datagram(*direction, bytes, &mut recorded), Status::Ongoing);
    }
    (dns, recorded)
}

#[test]
fn a_negative_answer_names_its_authority() {
    let (dns, recorded) = decoded(&fixture(NXDOMAIN));
    assert_eq!(recorded.values(ToServer, FieldId::DnsQuery), ["dne.oisf.net"]);
    assert_eq!(recorded.values(ToClient, FieldId::DnsQuery), [""; 0]);
    assert_eq!(recorded.values(ToClient, FieldId::DnsQueryName), ["dne.oisf.net"]);
    assert_eq!(recorded.values(ToClient, FieldId::DnsAuthorityName), ["oisf.net"]);
    assert_eq!(recorded.values(ToClient, FieldId::DnsAdditionalName), [""; 0]);
    assert_eq!(
        recorded.values(ToClient, FieldId::DnsResponseData),
        ["oisf.net", "ns-110.awsdns-13.com", "awsdns-hostmaster.amazon.com"]
    );
    let message = dns.message();
    assert_eq!((message.header.id, message.rcode(), message.extended_rcode), (0x8295, 3, Some(0)));
    let record = message.records().next().unwrap();
    assert_eq!((record.section, record.rrtype, record.class), (DnsSection::Authority, 6, 1));
    assert_eq!(record.data, DnsData::Name(b"ns-110.awsdns-13.com"));
    assert_eq!(recorded.events(), [""; 0]);
    assert_eq!(dns.transaction(), TransactionId(0));
}

#[test]
fn answers_that_overtake_each_other_find_their_requests() {
    let (dns, recorded) = decoded(&fixture(RESOLVER));
    let completed: Vec<_> = recorded
        .0
        .iter()
        .filter_map(|find| match find {
            Find::Stage(transaction, direction, Stage::Complete) => Some((transaction.0, *direction)),
            _ => None,
        })
        .collect();
    let expected = [
        (0, ToServer),
        (0, ToClient),
        (1, ToServer),
        (2, ToServer),
        (1, ToClient),
        (2, ToClient),
        (3, ToServer),
        (3, ToClient),
    ];
    assert_eq!(completed, expected);
    assert_eq!(
        recorded.values(ToClient, FieldId::DnsAnswerName),
        [
            "client-cf.dropbox.com",
            "block.dropbox.com",
            "block.g1.dropbox.com",
            "codemonkey.net",
            "client-cf.dropbox.com"
        ]
    );
    assert!(recorded.values(ToClient, FieldId::DnsResponseData).contains(&"block.g1.dropbox.com".to_owned()));
    let record = dns.message().records().next().unwrap();
    assert_eq!(record.data, DnsData::Address(IpAddr::V4(Ipv4Addr::new(52, 85, 112, 21))));
}

#[test]
fn a_notification_has_an_opcode_and_answers_of_its_own() {
    let (dns, recorded) = decoded(&fixture(NOTIFY)[..1]);
    assert_eq!((dns.message().header.opcode(), dns.message().header.is_response()), (4, false));
    assert_eq!(recorded.values(ToServer, FieldId::DnsAnswerName), ["bortzmeyer.42"]);
    assert_eq!(recorded.values(ToServer, FieldId::DnsResponseData), [""; 0]);
    assert_eq!(recorded.events(), [""; 0]);
    let question = dns.message().questions().next().unwrap();
    assert_eq!((question.name, question.rrtype, question.class), (&b"bortzmeyer.42"[..], 6, 1));
}

#[test]
fn a_message_with_the_reserved_bit_is_told_and_decoded() {
    let (_, recorded) = decoded(&fixture(Z_FLAG));
    assert_eq!(recorded.events(), ["dns.z_flag_set"]);
    assert_eq!(recorded.values(ToServer, FieldId::DnsQuery), ["google.com", "google.net"]);
    assert_eq!(recorded.values(ToClient, FieldId::DnsAnswerName), ["google.com"]);
}

#[test]
fn names_in_the_data_of_records_are_told() {
    let owner = &name("a.example")[..];
    let target = name("target.example");
    let two = [&target[..], &name("mail.example")].concat();
    let behind = |before: &[u8]| [before, &target].concat();
    let cases: [(u16, Vec<u8>, &[&str]); 10] = [
        (1, vec![1, 2, 3, 4], &[]),
        (16, vec![3, b'a', b'b', b'c'], &[]),
        (2, behind(b""), &["target.example"]),
        (5, behind(b""), &["target.example"]),
        (12, behind(b""), &["target.example"]),
        (39, behind(b""), &["target.example"]),
        (15, behind(&[0, 10]), &["target.example"]),
        (33, behind(&[0, 1, 0, 2, 0, 3]), &["target.example"]),
        (65, behind(&[0, 1]), &["target.example"]),
        (6, [&two[..], &[0; 20]].concat(), &["target.example", "mail.example"]),
    ];
    for (kind, data, names) in cases {
        let message = [header(0x8180, [0, 0, 0, 1]), record(owner, kind, &data)].concat();
        let (_, recorded) = decoded(&[(ToClient, message)]);
        let found = recorded.values(ToClient, FieldId::DnsResponseData);
        assert_eq!(found[1..], *names, "type {kind}");
        assert_eq!((found[0].as_str(), recorded.events()), ("a.example", vec![]), "type {kind}");
    }
}

#[test]
fn the_response_code_has_twelve_bits_with_edns() {
    let opt = [&[0, 0, 41, 0x10, 0, 1, 0, 0, 0, 0, 0][..]].concat();
    let (dns, _) = decoded(&[(ToClient, [header(0x8180, [0, 0, 0, 1]), opt].concat())]);
    assert_eq!(dns.message().rcode(), 16);
}

#[test]
fn what_is_wrong_has_a_name() {
    let owner = name("a.example");
    let many = [header(0x0100, [513, 0, 0, 0]), [&owner[..], &[0, 1, 0, 1]].concat().repeat(513)].concat();
    let long =
        [&header(0x0100, [1, 0, 0, 0])[..], &[&[60][..], &[b'x'; 60]].concat().repeat(5), &[0, 0, 1, 0, 1]]
            .concat();
    let cases: Vec<(Direction, Vec<u8>, &[&str])> = vec![
        (ToServer, query("a.example"), &[]),
        (ToServer, vec![0; 11], &["dns.malformed_data"]),
        (ToServer, header(0x8180, [0; 4]), &["dns.not_request"]),
        (ToClient, header(0x0100, [0; 4]), &["dns.not_response"]),
        (ToServer, header(0x0140, [0; 4]), &["dns.z_flag_set"]),
        (ToServer, header(0x3800, [0; 4]), &["dns.invalid_opcode"]),
        (ToServer, header(0x0100, [1, 0, 0, 0]), &["dns.malformed_data"]),
        (
            ToServer,
            [header(0x0100, [1, 0, 0, 0]), vec![0xc0, 12, 0, 1, 0, 1]].concat(),
            &["dns.infinite_loop"],
        ),
        (
            ToServer,
            [header(0x0100, [1, 0, 0, 0]), vec![0x40, 0, 0, 1, 0, 1]].concat(),
            &["dns.malformed_data"],
        ),
        (ToServer, long, &["dns.name_too_long"]),
        (ToServer, many, &["dns.too_many_records"]),
        // The data of a record ends before the name in it does.
        (
            ToClient,
            [header(0x8180, [0, 1, 0, 0]), record(&owner, 15, &[0])].concat(),
            &["dns.malformed_data"],
        ),
        (
            ToClient,
            [&header(0x8180, [0, 1, 0, 0])[..], &record(&owner, 5, &[3]), b"abc\0"].concat(),
            &["dns.malformed_data"],
        ),
        (
            ToClient,
            [header(0x8180, [0, 1, 0, 0]), owner.clone(), vec![0, 1, 0, 1, 0, 0, 0, 0, 0, 9]].concat(),
            &["dns.malformed_data"],
        ),
    ];
    for (direction, message, events) in cases {
        let (_, recorded) = decoded(&[(direction, message.clone())]);
        assert_eq!(recorded.events(), events, "{message:02x?}");
        assert_eq!(recorded.stages(direction), [Stage::Complete]);
    }
}

proptest! {
    /// Beside not panicking: a message can't have more told than its records can pay for.
    #[test]
    fn no_bytes_bring_it_down(
        which in 0..4usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        length in any::<prop::sample::Index>(),
    ) {
        let mut dns = Dns::new(DnsConfig { max_records: 20, ..DnsConfig::default() });
        for (direction, mut bytes) in fixture([Z_FLAG, NXDOMAIN, RESOLVER, NOTIFY][which]) {
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            let bytes = &bytes[..=length.index(bytes.len())];
            let mut recorded = Recorded::default();
            dns.push_datagram(direction, bytes, &mut recorded);
            prop_assert!(recorded.0.len() < 20 * 4 + 32);
            prop_assert!(dns.message().records().all(|record| record.name.len() <= 253));
        }
    }
}
