use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::packet::test_frames::*;
use crate::packet::{Packet, Parsed, ParserConfig, parse};
use crate::time::Nanos;

fn packet(frame: &[u8]) -> Packet {
    match parse(frame, &ParserConfig::default()) {
        Ok(Parsed::Ip(packet)) => packet,
        other => panic!("{other:?} of {frame:02x?}"),
    }
}

/// What goes around the fragments of a datagram.
type Wrap = fn(Vec<u8>) -> Vec<u8>;

fn plain4(packet: Vec<u8>) -> Vec<u8> {
    ethernet(0x0800, &packet)
}

fn plain6(packet: Vec<u8>) -> Vec<u8> {
    ethernet(0x86dd, &packet)
}

/// A fragment of `datagram` from `start` on; the last one if it reaches the end.
fn v4(datagram: &[u8], start: usize, end: usize) -> Vec<u8> {
    let more = if end < datagram.len() { 0x2000 } else { 0 };
    ipv4(V4, 17, &[], more | (start / 8) as u16, &datagram[start..end.min(datagram.len())])
}

fn v6_fragment(datagram: &[u8], start: usize, end: usize) -> Vec<u8> {
    let more = u16::from(end < datagram.len());
    let bytes = &datagram[start..end.min(datagram.len())];
    ip(V6, 60, &padding_header(44, &fragment_header(17, start as u16, more, bytes)))
}

fn datagram(ends: Ends, len: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..len).map(|i| (i * 7 % 253) as u8).collect();
    udp(ends, [1000, 2000], &payload)
}

fn table() -> FragmentTable {
    FragmentTable::new(FragmentConfig { datagrams: 4, memory: 64 << 10, ..FragmentConfig::default() })
}

fn push<'t>(table: &'t mut FragmentTable, frame: &[u8]) -> FragmentOutcome<'t> {
    table.push(frame, &packet(frame), Realm(0), Nanos::ZERO)
}

#[test]
fn a_datagram_comes_out_as_if_it_had_come_whole() {
    let (d4, d6) = (datagram(V4, 3000), datagram(V6, 3000));
    let wraps: [(Wrap, Wrap); 6] = [
        (plain4, plain6),
        (|p| ethernet(0x8100, &vlan(7, 0x0800, &p)), |p| ethernet(0x8100, &vlan(7, 0x86dd, &p))),
        (|p| ethernet(0x8864, &pppoe(0x21, &p)), |p| ethernet(0x8864, &pppoe(0x57, &p))),
        (
            |p| plain4(ip(OUTER_V4, 17, &udp(OUTER_V4, [9, 4789], &vxlan(8, 0, 5, &plain4(p))))),
            |p| plain6(ip(OUTER_V6, 17, &udp(OUTER_V6, [9, 4789], &vxlan(8, 0, 5, &plain6(p))))),
        ),
        (|p| plain4(ip(OUTER_V4, 47, &gre(0x8000, 0x0800, &[0; 4], &p))), |p| plain6(ip(OUTER_V6, 41, &p))),
        (
            |p| plain4(ip(OUTER_V4, 17, &udp(OUTER_V4, [9, 2152], &gtp(0, &[], &p)))),
            |p| plain6(ip(OUTER_V6, 17, &udp(OUTER_V6, [9, 6081], &geneve(0x86dd, 6, &[], &p)))),
        ),
    ];
    for (wrap4, wrap6) in wraps {
        for (whole, pieces) in [
            (
                wrap4(ip(V4, 17, &d4)),
                [(0, 1000), (1000, 2000), (2000, 3008)].map(|(start, end)| wrap4(v4(&d4, start, end))),
            ),
            (
                wrap6(ip(V6, 60, &padding_header(17, &d6))),
                [(0, 1000), (1000, 2000), (2000, 3008)]
                    .map(|(start, end)| wrap6(v6_fragment(&d6, start, end))),
            ),
        ] {
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut table = table();
                assert_eq!(push(&mut table, &pieces[order[0]]), FragmentOutcome::Held);
                assert_eq!(push(&mut table, &pieces[order[1]]), FragmentOutcome::Held);
                let FragmentOutcome::Complete(got) = push(&mut table, &pieces[order[2]]) else {
                    panic!("incomplete")
                };
                assert_eq!(packet(got), packet(&whole));
                assert_eq!(packet(got).payload(got).len(), 3000);
                let (ip, ours) = (usize::from(packet(got).ip_offset), got.to_vec());
                assert_eq!(ours[ip + 20..], whole[ip + 20..], "from the end of the IPv4 header");
                table.conclude(Conclusion::Forwarded);
                assert_eq!((table.datagrams(), table.memory()), (0, 0));
            }
        }
    }
}

#[test]
fn hostile_fragments_are_refused() {
    let d = datagram(V4, 92);
    let frag = |offset: u16, more: u16, bytes: &[u8]| plain4(ipv4(V4, 17, &[], more | (offset / 8), bytes));
    let mut other = d.clone();
    other[50] ^= 1;
    let tcp = |offset: u16, bytes: &[u8]| plain4(ipv4(V4, 6, &[], 0x2000 | (offset / 8), bytes));
    let six =
        |next, offset, more, bytes: &[u8]| plain6(ip(V6, 44, &fragment_header(next, offset, more, bytes)));
    use FragmentError::*;
    let table_of_cases: [(&str, Vec<Vec<u8>>, FragmentError); 14] = [
        ("other bytes", vec![frag(0, 0x2000, &d[..64]), frag(48, 0x2000, &other[48..80])], OverlapConflict),
        ("in reverse", vec![frag(48, 0x2000, &other[48..80]), frag(0, 0x2000, &d[..64])], OverlapConflict),
        ("two ends", vec![frag(64, 0, &d[64..]), frag(64, 0, &d[64..96])], EndConflict),
        ("beyond the end", vec![frag(64, 0, &d[64..]), frag(96, 0x2000, &[0; 8])], EndConflict),
        ("an end within", vec![frag(64, 0x2000, &d[64..96]), frag(64, 0, &d[64..80])], EndConflict),
        ("ping of death", vec![frag(65_528, 0, &[0; 8])], TooLong),
        ("no multiple of 8", vec![frag(0, 0x2000, &d[..63])], Misaligned),
        ("nothing", vec![frag(8, 0x2000, &[])], Empty),
        ("a cut TCP header", vec![tcp(0, &[0; 16])], CutHeaders),
        ("within the TCP header", vec![tcp(8, &[0; 64])], CutHeaders),
        ("IPv6 overlap that agrees", vec![six(17, 0, 1, &d[..64]), six(17, 48, 1, &d[48..80])], OverlapIpv6),
        ("a cut chain of headers", vec![six(60, 0, 1, &[6, 1, 0, 0, 0, 0, 0, 0])], CutHeaders),
        ("a cut header behind the chain", vec![six(60, 0, 1, &padding_header(6, &[0; 16]))], CutHeaders),
        ("IPv6 ping of death", vec![six(17, 65_528, 0, &[0; 8])], TooLong),
    ];
    for (what, mut frames, error) in table_of_cases {
        let mut table = table();
        let last = frames.pop().expect("at least one");
        for frame in &frames {
            assert_eq!(push(&mut table, frame), FragmentOutcome::Held, "{what}");
        }
        assert_eq!(push(&mut table, &last), FragmentOutcome::Drop(error), "{what}");
        assert!(!error.is_overload());
        assert_eq!(table.counters().refused[error.index()], 1);
        if let Some(first) = frames.first() {
            assert_eq!(push(&mut table, first), FragmentOutcome::Drop(error), "{what}: all that follows");
            assert_eq!(table.memory(), 0, "{what}");
        }
    }
}

#[test]
fn duplicates_and_agreeing_overlaps_pass() {
    let d = datagram(V4, 92);
    let mut table = table();
    for (start, end) in [(0, 48), (0, 48), (8, 40), (40, 64)] {
        assert_eq!(push(&mut table, &plain4(v4(&d, start, end))), FragmentOutcome::Held);
    }
    assert!(matches!(push(&mut table, &plain4(v4(&d, 64, 100))), FragmentOutcome::Complete(_)));
    let d = datagram(V6, 92);
    assert_eq!(push(&mut table, &plain6(v6_fragment(&d, 0, 48))), FragmentOutcome::Held);
    assert_eq!(push(&mut table, &plain6(v6_fragment(&d, 0, 48))), FragmentOutcome::Held);
    assert!(matches!(push(&mut table, &plain6(v6_fragment(&d, 48, 100))), FragmentOutcome::Complete(_)));
}

#[test]
fn a_refused_datagram_can_not_be_finished_by_sending_its_last_fragment_again() {
    let d = datagram(V4, 92);
    let (first, last) = (plain4(v4(&d, 0, 48)), plain4(v4(&d, 48, 100)));
    let mut table = table();
    push(&mut table, &first);
    assert!(matches!(push(&mut table, &last), FragmentOutcome::Complete(_)));
    table.conclude(Conclusion::Refused);
    assert_eq!(push(&mut table, &last), FragmentOutcome::Drop(FragmentError::DatagramRefused));
    assert_eq!(table.memory(), 0);
    assert_eq!(table.expire(Nanos::ZERO + Duration::from_secs(61), 8), 1);
    assert_eq!((table.datagrams(), table.counters().timed_out), (0, 0));
    assert_eq!(push(&mut table, &last), FragmentOutcome::Held);
}

#[test]
fn fragments_of_different_datagrams_do_not_mix() {
    let d = datagram(V4, 92);
    let (first, last) = (v4(&d, 0, 48), v4(&d, 48, 100));
    let mut table = table();
    assert_eq!(push(&mut table, &plain4(first.clone())), FragmentOutcome::Held);
    let tagged = ethernet(0x8100, &vlan(7, 0x0800, &last));
    assert_eq!(push(&mut table, &tagged), FragmentOutcome::Held, "another VLAN");
    let frame = plain4(last);
    let other_wire = table.push(&frame, &packet(&frame), Realm(1), Nanos::ZERO);
    assert_eq!(other_wire, FragmentOutcome::Held);
    let mut other_id = frame.clone();
    other_id[19] ^= 1;
    assert_eq!(push(&mut table, &other_id), FragmentOutcome::Held);
    assert_eq!(table.datagrams(), 4);
    assert!(matches!(push(&mut table, &frame), FragmentOutcome::Complete(_)));
    // IPv6 fragments belong together whatever those that are not the first say comes next.
    let first = plain6(ip(V6, 44, &fragment_header(17, 0, 1, &d[..48])));
    let last = plain6(ip(V6, 44, &fragment_header(59, 48, 0, &d[48..])));
    table = self::table();
    assert_eq!(push(&mut table, &last), FragmentOutcome::Held);
    let FragmentOutcome::Complete(whole) = push(&mut table, &first) else { panic!("incomplete") };
    assert_eq!(packet(whole).dst_port, 2000);
}

#[test]
fn limits_are_kept_and_told_apart() {
    let d = datagram(V4, 5000);
    let fragment = |id: u8, start, end| {
        let mut frame = plain4(v4(&d, start, end));
        frame[19] = id;
        frame
    };
    let config = FragmentConfig { datagrams: 2, memory: 4096, max_fragments: 3, ..FragmentConfig::default() };
    let mut table = FragmentTable::new(config);
    assert_eq!(push(&mut table, &fragment(1, 0, 2048)), FragmentOutcome::Held);
    assert_eq!(push(&mut table, &fragment(2, 2048, 4096)), FragmentOutcome::Held);
    assert_eq!(push(&mut table, &fragment(3, 0, 8)), FragmentOutcome::Drop(FragmentError::TableFull));
    assert_eq!(push(&mut table, &fragment(1, 2048, 2056)), FragmentOutcome::Drop(FragmentError::MemoryFull));
    assert_eq!(push(&mut table, &fragment(1, 0, 8)), FragmentOutcome::Drop(FragmentError::MemoryFull));
    assert_eq!(push(&mut table, &fragment(2, 0, 8)), FragmentOutcome::Held, "memory was freed");
    assert_eq!(push(&mut table, &fragment(2, 8, 16)), FragmentOutcome::Held);
    assert_eq!(
        push(&mut table, &fragment(2, 16, 24)),
        FragmentOutcome::Drop(FragmentError::TooManyFragments)
    );
    assert_eq!(
        push(&mut FragmentTable::default(), &fragment(1, 0, 8)),
        FragmentOutcome::Drop(FragmentError::TableFull)
    );
    for error in [FragmentError::TableFull, FragmentError::MemoryFull, FragmentError::TooManyFragments] {
        assert!(error.is_overload());
    }
}

#[test]
fn time_ends_what_is_incomplete() {
    let d = datagram(V4, 92);
    let (first, last) = (plain4(v4(&d, 0, 48)), plain4(v4(&d, 48, 100)));
    let mut table = table();
    let late = Nanos::ZERO + Duration::from_secs(61);
    push(&mut table, &first);
    assert_eq!(table.expire(Nanos::ZERO + Duration::from_secs(60), 8), 0);
    // Its time is over whether or not there was time to sweep.
    assert_eq!(table.push(&last, &packet(&last), Realm(0), late), FragmentOutcome::Held);
    assert_eq!((table.counters().timed_out, table.datagrams()), (1, 1));
    assert_eq!(table.expire(late + Duration::from_secs(61), 0), 0, "no budget");
    assert_eq!(table.expire(late + Duration::from_secs(61), 8), 1);
    assert_eq!((table.counters().timed_out, table.datagrams(), table.memory()), (2, 0, 0));
}

#[test]
fn the_longest_datagram_fits() {
    let d = datagram(V4, 65_535 - 28);
    let mut table = FragmentTable::new(FragmentConfig::default());
    for start in (0..d.len()).step_by(1480) {
        let frame = plain4(v4(&d, start, start + 1480));
        match push(&mut table, &frame) {
            FragmentOutcome::Complete(whole) => {
                assert_eq!(packet(whole).payload(whole), &d[8..]);
                return;
            }
            held => assert_eq!(held, FragmentOutcome::Held),
        }
    }
    panic!("incomplete");
}

/// A datagram as a map from byte to value: what the table does without any structure.
#[derive(Default)]
struct Model {
    bytes: std::collections::BTreeMap<usize, u8>,
    len: Option<usize>,
}

impl Model {
    /// Whether the datagram is complete, or why it is refused.
    fn push(&mut self, offset: usize, bytes: &[u8], more: bool) -> Result<bool, FragmentError> {
        let end = offset + bytes.len();
        let reach = self.bytes.last_key_value().map_or(0, |(last, _)| last + 1);
        let fits = match self.len {
            Some(len) => end == len || (more && end < len),
            None => more || reach <= end,
        };
        if !fits {
            return Err(FragmentError::EndConflict);
        }
        if !more {
            self.len = Some(end);
        }
        for (at, byte) in (offset..).zip(bytes) {
            if *self.bytes.entry(at).or_insert(*byte) != *byte {
                return Err(FragmentError::OverlapConflict);
            }
        }
        Ok(Some(self.bytes.len()) == self.len)
    }
}

proptest! {
    #[test]
    fn the_table_does_as_the_model(
        fragments in prop::collection::vec((0..40_usize, 1..12_usize, any::<bool>(), 0..8_usize, 0..40_u8), 1..24)
    ) {
        let d = datagram(V4, 400);
        let (mut table, mut model) = (table(), Model::default());
        for (start, len, last, cut, noise) in fragments {
            let len = if last { (len * 8).saturating_sub(cut) } else { len * 8 };
            let mut bytes = d[start * 8..start * 8 + len].to_vec();
            if noise == 0 {
                bytes[0] ^= 1;
            }
            let word = start as u16 | if last { 0 } else { 0x2000 };
            if word == 0 {
                continue;
            }
            let frame = plain4(ipv4(V4, 17, &[], word, &bytes));
            match (model.push(start * 8, &bytes, !last), push(&mut table, &frame)) {
                (Ok(true), FragmentOutcome::Complete(whole)) => {
                    let want: Vec<u8> = model.bytes.values().copied().collect();
                    let start = usize::from(packet(&frame).transport_offset);
                    prop_assert_eq!(&whole[start..], &want[..]);
                    return Ok(());
                }
                (Ok(false), FragmentOutcome::Held) => {}
                (Err(want), FragmentOutcome::Drop(got)) => {
                    prop_assert_eq!(want, got);
                    return Ok(());
                }
                (model, table) => prop_assert!(false, "{:?} {:?}", model, table),
            }
        }
    }
}
