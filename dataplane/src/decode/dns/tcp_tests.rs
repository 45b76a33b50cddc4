//! Streams of messages.

use proptest::prelude::*;
use weir_rules::field::FieldId;

use super::test_messages::{NOTIFY, NXDOMAIN, RESOLVER, Z_FLAG, fixture, query};
use super::{DnsConfig, DnsTcp};
use crate::decode::Status;
use crate::decode::recorded::Recorded;
use crate::flow::Direction::{self, ToClient, ToServer};

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

/// All recorded messages as one stream for each direction, most pipelined.
fn streams() -> Vec<(Direction, Vec<u8>)> {
    let messages: Vec<_> = [Z_FLAG, NXDOMAIN, RESOLVER, NOTIFY].into_iter().flat_map(fixture).collect();
    let of = |wanted| {
        messages
            .iter()
            .filter(move |(direction, _)| *direction == wanted)
            .flat_map(|(_, bytes)| framed(bytes))
    };
    vec![(ToServer, of(ToServer).collect()), (ToClient, of(ToClient).collect())]
}

fn cut_up(
    streams: &[(Direction, Vec<u8>)],
    config: DnsConfig,
    mut cut: impl FnMut() -> usize,
) -> (Recorded, Vec<Status>) {
    let mut dns = DnsTcp::new(config);
    let mut recorded = Recorded::default();
    let mut statuses = Vec::new();
    for (direction, bytes) in streams {
        let mut rest = &bytes[..];
        let mut status = Status::Ongoing;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cut().clamp(1, rest.len()));
            status = dns.push(*direction, piece, &mut recorded);
            rest = after;
        }
        statuses.push(status);
        dns.end(*direction, &mut recorded);
    }
    (recorded, statuses)
}

#[test]
fn pipelined_messages_are_all_decoded() {
    let (recorded, statuses) = cut_up(&streams(), DnsConfig::default(), || usize::MAX);
    assert_eq!(recorded.values(ToServer, FieldId::DnsQuery).len(), 8);
    assert_eq!(recorded.values(ToClient, FieldId::DnsQueryName).len(), 7);
    assert_eq!((recorded.events(), statuses), (vec!["dns.z_flag_set"], vec![Status::Ongoing; 2]));
}

#[test]
fn each_message_can_be_asked_about() {
    let stream = [framed(&query("a.example")), framed(&query("b.example"))].concat();
    let (mut dns, mut recorded) = (DnsTcp::new(DnsConfig::default()), Recorded::default());
    let mut rest = &stream[..stream.len() - 1];
    let mut names = Vec::new();
    while dns.push_message(ToServer, &mut rest, &mut recorded) {
        names.push(dns.message().questions().next().unwrap().name.to_vec());
    }
    assert_eq!((names, rest), (vec![b"a.example".to_vec()], &[][..]));
    assert!(dns.push_message(ToServer, &mut &stream[stream.len() - 1..], &mut recorded));
    assert_eq!(dns.transaction().0, 1);
}

#[test]
fn a_length_that_no_message_has_ends_the_stream() {
    let (mut dns, mut recorded) = (DnsTcp::new(DnsConfig::default()), Recorded::default());
    assert_eq!(dns.push(ToServer, b"\0\x05GET / HTTP/1.1", &mut recorded), Status::Lost);
    assert_eq!(dns.push(ToServer, &framed(&query("a.example")), &mut recorded), Status::Lost);
    assert_eq!(recorded.events(), ["dns.malformed_data"]);
    assert_eq!(dns.push(ToClient, &framed(&query("a.example")), &mut recorded), Status::Ongoing);
    dns.reset();
    assert_eq!(dns.push(ToServer, &framed(&query("a.example")), &mut recorded), Status::Ongoing);
    assert_eq!(dns.gap(ToServer), Status::Lost);
}

#[test]
fn a_message_that_is_too_long_is_passed_over() {
    let stream = [framed(&[9; 600]), framed(&query("a.example"))].concat();
    let config = DnsConfig { max_message: 512, ..DnsConfig::default() };
    let (recorded, _) = cut_up(&[(ToServer, stream)], config, || usize::MAX);
    assert_eq!(recorded.events(), ["dns.message_too_long"]);
    assert_eq!(recorded.values(ToServer, FieldId::DnsQuery), ["a.example"]);
}

proptest! {
    #[test]
    fn any_cut_tells_the_same(
        cuts in prop::collection::vec(prop_oneof![1usize..6, 1usize..200], 1..30),
        changes in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), any::<u8>()), 0..6),
        max_message in prop_oneof![Just(u16::MAX), 60u16..120],
    ) {
        let config = DnsConfig { max_message, ..DnsConfig::default() };
        let mut streams = streams();
        for (to_server, place, byte) in changes {
            let bytes = &mut streams[usize::from(to_server)].1;
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let mut turn = cuts.iter().cycle();
        let whole = cut_up(&streams, config, || usize::MAX);
        prop_assert_eq!(&whole, &cut_up(&streams, config, || *turn.next().unwrap()));
        prop_assert_eq!(whole, cut_up(&streams, config, || 1));
    }
}
