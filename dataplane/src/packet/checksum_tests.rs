use proptest::prelude::*;

use super::checksum::{Checksum, ChecksumState, checksum, verify};
use super::test_frames::*;
use super::{Parsed, ParserConfig, parse};

fn state(frame: &[u8]) -> ChecksumState {
    match parse(frame, &ParserConfig::default()) {
        Ok(Parsed::Ip(packet)) => verify(frame, &packet),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_example_of_rfc_1071() {
    let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
    assert_eq!(checksum(&bytes), (!0xddf2_u16).to_be_bytes());
    assert_eq!(checksum(&[]), [0xff, 0xff]);
}

#[test]
fn right_and_wrong_checksums_are_told_apart() {
    for frame in samples() {
        let Ok(Parsed::Ip(packet)) = parse(&frame, &ParserConfig::default()) else { panic!("a sample") };
        let want = if packet.fragment.is_some() { ChecksumState::Absent } else { ChecksumState::Good };
        assert_eq!(state(&frame), want, "{frame:02x?}");
        if want == ChecksumState::Good {
            let mut wrong = frame.clone();
            *wrong.last_mut().expect("not empty") ^= 0x10;
            assert_eq!(state(&wrong), ChecksumState::Bad);
        }
    }
}

#[test]
fn what_has_no_checksum_is_neither() {
    let mut udp4 = ethernet(0x0800, &ip(V4, 17, &udp(V4, [1, 2], b"abc")));
    udp4[40..42].fill(0);
    assert_eq!(state(&udp4), ChecksumState::Absent);
    udp4[22] ^= 1;
    assert_eq!(state(&udp4), ChecksumState::Bad, "the checksum of the IPv4 header");
    let segment = tcp(V6, super::TcpFlags::ACK, [1, 2], b"abc");
    let routed = [&[6, 0, 4, 1, 0, 0, 0, 0], &segment[..]].concat();
    assert_eq!(state(&ethernet(0x86dd, &ip(V6, 43, &routed))), ChecksumState::Absent);
    let arrived = [&[6, 0, 4, 0, 0, 0, 0, 0], &segment[..]].concat();
    assert_eq!(state(&ethernet(0x86dd, &ip(V6, 43, &arrived))), ChecksumState::Good);
    assert_eq!(state(&ethernet(0x0800, &ip(V4, 132, &[0; 12]))), ChecksumState::Absent);
}

proptest! {
    #[test]
    fn fast_and_slow_agree(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xff)], 0..3000),
        cuts in prop::collection::vec(0..3000_usize, 0..5),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut sum = Checksum::new();
        for pair in cuts.windows(2) {
            sum.add(&bytes[pair[0]..pair[1]]);
        }
        prop_assert_eq!(sum.finish(), slow_checksum(&bytes).to_be_bytes());
    }
}
