//! Messages in any number of frames and pieces.

use std::io::Write;

use proptest::prelude::*;
use weir_rules::field::FieldId;

use super::{Extensions, WebSocket, WebSocketConfig};
use crate::decode::http1::transcript::Transcript;
use crate::decode::{Status, TransactionId};
use crate::flow::Direction::{self, ToClient, ToServer};

/// A frame; clients mask theirs.
fn frame(direction: Direction, first: u8, payload: &[u8]) -> Vec<u8> {
    let key = [0x11, 0x22, 0x33, 0x44];
    let mask = if direction == ToServer { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        len @ 0..126 => bytes.push(mask | len as u8),
        len @ 126..0x1_0000 => {
            bytes.push(mask | 126);
            bytes.extend((len as u16).to_be_bytes());
        }
        len => {
            bytes.push(mask | 127);
            bytes.extend((len as u64).to_be_bytes());
        }
    }
    if direction == ToServer {
        bytes.extend(key);
        bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(octet, key)| octet ^ key));
    } else {
        bytes.extend(payload);
    }
    bytes
}

fn decode(extensions: &[u8], turns: &[(Direction, Vec<u8>)], piece: usize) -> (Transcript, Status) {
    let mut decoder = WebSocket::new(WebSocketConfig::default());
    decoder.begin(Extensions::parse(extensions), TransactionId(1));
    let mut transcript = Transcript::default();
    let mut status = Status::Ongoing;
    for (direction, bytes) in turns {
        for piece in bytes.chunks(piece) {
            status = decoder.push(*direction, piece, &mut transcript);
        }
    }
    decoder.end(ToServer, &mut transcript);
    decoder.end(ToClient, &mut transcript);
    (transcript, status)
}

fn payloads(transcript: &Transcript) -> Vec<&str> {
    transcript.values(FieldId::WebsocketPayload)
}

/// Messages deflated one after the other, with one window.
fn deflated(messages: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let mut from = 0;
    messages
        .iter()
        .map(|message| {
            deflate.write_all(message).expect("memory");
            deflate.flush().expect("memory");
            let all = deflate.get_ref();
            let packed = all[from..].strip_suffix(&[0, 0, 0xff, 0xff]).expect("a flush").to_vec();
            from = all.len();
            packed
        })
        .collect()
}

#[test]
fn control_frames_may_come_between_the_frames_of_a_message() {
    let bytes = [
        frame(ToServer, 0x01, b"MALWARE_"),
        frame(ToServer, 0x89, b"ping"),
        frame(ToServer, 0x00, b"DOWN"),
        frame(ToServer, 0x8a, b""),
        frame(ToServer, 0x80, b"LOAD"),
        frame(ToServer, 0x82, &[b'x'; 70_000]),
    ]
    .concat();
    for piece in [1, 2, 3, 7, 100, usize::MAX] {
        let (transcript, _) = decode(b"", &[(ToServer, bytes.clone())], piece);
        let long = "x".repeat(70_000);
        assert_eq!(payloads(&transcript), ["MALWARE_DOWNLOAD", "ping", &long], "{piece}");
        assert!(transcript.events().is_empty());
    }
}

#[test]
fn messages_are_inflated_with_and_without_those_before() {
    let texts: [&[u8]; 3] = [b"a secret, a secret", b"a secret, a secret", b"another"];
    let shared = deflated(&texts);
    assert!(shared[1].len() < shared[0].len(), "the second refers to the first");
    let mut bytes: Vec<u8> = shared[..2].iter().flat_map(|packed| frame(ToClient, 0xc1, packed)).collect();
    let (start, rest) = shared[2].split_at(3);
    bytes.extend(frame(ToClient, 0x41, start));
    bytes.extend(frame(ToClient, 0x80, rest));
    let alone: Vec<u8> = texts.iter().flat_map(|text| frame(ToServer, 0xc1, &deflated(&[text])[0])).collect();
    let turns = [(ToClient, bytes), (ToServer, alone)];
    for piece in [1, 5, usize::MAX] {
        let agreed = b"permessage-deflate; client_no_context_takeover";
        let (transcript, _) = decode(agreed, &turns, piece);
        let expected: Vec<_> = texts.iter().chain(&texts).map(|text| String::from_utf8_lossy(text)).collect();
        assert_eq!(payloads(&transcript), expected);
    }
}

#[test]
fn bombs_stop_and_so_does_what_is_not_deflated() {
    let zeros = vec![0; 40 << 20];
    let bomb = frame(ToClient, 0xc2, &deflated(&[&zeros])[0]);
    let broken = frame(ToClient, 0xc1, b"\xff\xffno deflate");
    let (transcript, status) = decode(b"permessage-deflate", &[(ToClient, [bomb, broken].concat())], 1000);
    assert_eq!(transcript.events(), ["websocket.compression_bomb", "websocket.decompression_failed"]);
    assert!(payloads(&transcript)[0].len() < 12 << 20 && payloads(&transcript).len() == 1);
    assert_eq!(status, Status::Ongoing);
}

#[test]
fn what_breaks_the_protocol_has_a_name() {
    for (bytes, event) in [
        (frame(ToServer, 0x09, b"a"), "websocket.invalid_control_frame"),
        (frame(ToServer, 0x89, &[0; 126]), "websocket.invalid_control_frame"),
        (frame(ToServer, 0x80, b"a"), "websocket.invalid_fragmentation"),
        (
            [frame(ToServer, 0x01, b"a"), frame(ToServer, 0x81, b"b")].concat(),
            "websocket.invalid_fragmentation",
        ),
        (frame(ToClient, 0x81, b"a"), "websocket.invalid_mask"),
        (frame(ToServer, 0xa1, b"a"), "websocket.reserved_bits"),
        (frame(ToServer, 0xc1, b"a"), "websocket.reserved_bits"),
        (frame(ToServer, 0x01, b"a"), "websocket.incomplete"),
        (vec![0x81], "websocket.incomplete"),
        (vec![0x89, 0x85, 1, 2, 3, 4, 5], "websocket.incomplete"),
    ] {
        let (transcript, _) = decode(b"", &[(ToServer, bytes)], 1);
        assert_eq!(transcript.events(), [event]);
    }
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    let any_frame = (any::<u8>(), prop::collection::vec(any::<u8>(), 0..140), any::<bool>()).prop_map(
        |(first, payload, masked)| frame(if masked { ToServer } else { ToClient }, first, &payload),
    );
    let noise = prop::collection::vec(any::<u8>(), 0..20);
    prop::collection::vec(prop_oneof![6 => any_frame, 1 => noise], 0..6).prop_map(|frames| frames.concat())
}

proptest! {
    #[test]
    fn cuts_don_t_matter(client in frames(), server in frames(), piece in 1_usize..40) {
        let turns = [(ToServer, client), (ToClient, server)];
        let agreed = b"permessage-deflate";
        prop_assert_eq!(decode(agreed, &turns, usize::MAX), decode(agreed, &turns, piece));
    }

    #[test]
    fn gaps_do_no_harm(bytes in frames(), gap in 0_u64..200) {
        let mut decoder = WebSocket::new(WebSocketConfig::default());
        let mut transcript = Transcript::default();
        for piece in bytes.chunks(30) {
            decoder.push(ToServer, piece, &mut transcript);
            decoder.gap(ToServer, gap, &mut transcript);
        }
        decoder.end(ToServer, &mut transcript);
    }
}
