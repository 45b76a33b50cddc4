//! The law of decoders: how a stream is cut changes nothing of what is said. And nothing panics.

use proptest::prelude::*;

use super::super::content_coding::ChainLimits;
use super::frame::{flag, kind};
use super::test_frames::{GET, OK, POST, block, client, data, frame, headers};
use super::{Http2, Http2Config};
use crate::decode::Status;
use crate::decode::http1::transcript::Transcript;
use crate::flow::Direction::{self, ToClient, ToServer};

/// Small limits, so that they are met.
fn tight() -> Http2Config {
    Http2Config {
        max_streams: 3,
        max_frames: 6,
        max_continuations: 2,
        max_resets: 2,
        max_string: 40,
        max_table: 4096,
        max_header_list: 150,
        max_headers: 6,
        max_dns: 40,
        decoding: ChainLimits { max_output: 1 << 16, max_ratio: 8, ratio_floor: 1 << 15 },
        ..Http2Config::default()
    }
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    let stream = 0_u32..8;
    let some_block = prop::sample::select(vec![
        block(GET),
        block(POST),
        block(OK),
        block(&[("content-type", "application/grpc"), (":path", "/a.B/c"), ("grpc-encoding", "gzip")]),
        block(&[("content-type", "application/dns-message"), ("content-encoding", "gzip")]),
        vec![0x82, 0x87, 0x40, 1, b'a', 1, b'b', 0xbe, 0xbe],
        vec![0x3f, 0xe1, 0x1f, 0xbe],
        vec![0xff, 0xff, 0xff],
    ]);
    let bytes = prop_oneof![
        Just(b"\0\0\0\0\x05hello".to_vec()),
        Just(b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    let known = (stream.clone(), any::<u8>(), some_block, bytes, 0_usize..30).prop_map(
        |(stream, flags, block, bytes, cut)| {
            let flags = flags & 0x2d;
            let cut = cut.min(block.len());
            [
                headers(stream, flags & flag::END_STREAM, GET),
                frame(kind::HEADERS, flags, stream, &block),
                [
                    frame(kind::HEADERS, 0, stream, &block[..cut]),
                    frame(kind::CONTINUATION, flags, stream, &block[cut..]),
                ]
                .concat(),
                data(stream, flags, &bytes),
                frame(kind::PUSH_PROMISE, flags, stream, &[&[0, 0, 0, 2], &block[..]].concat()),
            ]
        },
    );
    let known = (known, 0_usize..5).prop_map(|(frames, which)| frames[which].clone());
    let any_frame = (0_u8..12, any::<u8>(), stream, prop::collection::vec(any::<u8>(), 0..20))
        .prop_map(|(kind, flags, stream, payload)| frame(kind, flags, stream, &payload));
    let noise = prop::collection::vec(any::<u8>(), 0..12);
    let one = prop_oneof![8 => known, 4 => any_frame, 1 => noise];
    prop::collection::vec(one, 0..8).prop_map(|frames| frames.concat())
}

fn conversation() -> impl Strategy<Value = Vec<(Direction, Vec<u8>)>> {
    (frames(), frames(), frames()).prop_map(|(first, answer, second)| {
        vec![(ToServer, client(&[first])), (ToClient, answer), (ToServer, second)]
    })
}

fn decode(http: &mut Http2, turns: &[(Direction, Vec<u8>)], cuts: &[usize]) -> (Transcript, [Status; 2]) {
    let mut transcript = Transcript::default();
    let mut status = [Status::Ongoing; 2];
    let mut cuts = cuts.iter().cycle();
    for (direction, bytes) in turns {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((*cuts.next().expect("endless")).clamp(1, rest.len()));
            status[direction.index()] = http.push(*direction, piece, &mut transcript);
            rest = after;
        }
    }
    http.end(ToServer, &mut transcript);
    http.end(ToClient, &mut transcript);
    (transcript, status)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn cuts_don_t_matter(turns in conversation(), cuts in prop::collection::vec(1_usize..24, 1..6)) {
        for config in [tight(), Http2Config::default()] {
            let whole = decode(&mut Http2::new(config), &turns, &[usize::MAX]);
            // A decoder that was used for something else says the same.
            let mut used = Http2::new(config);
            decode(&mut used, &turns, &cuts);
            used.reset();
            prop_assert_eq!(&whole, &decode(&mut used, &turns, &cuts));
        }
    }

    #[test]
    fn gaps_do_no_harm(turns in conversation(), gaps in prop::collection::vec(0_u64..30, 1..5)) {
        let mut http = Http2::new(tight());
        let mut transcript = Transcript::default();
        for ((direction, bytes), gap) in turns.iter().zip(gaps.iter().cycle()) {
            for piece in bytes.chunks(17) {
                http.push(*direction, piece, &mut transcript);
                http.gap(*direction, *gap, &mut transcript);
            }
        }
        http.end(ToClient, &mut transcript);
        http.end(ToServer, &mut transcript);
    }
}
