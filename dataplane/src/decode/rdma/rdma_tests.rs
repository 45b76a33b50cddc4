//! Packets as scapy's `contrib.roce` builds them, and messages of the connection manager as Wireshark reads them.

use proptest::prelude::*;
use weir_rules::field::FieldId;
use weir_rules::number::NumberId;
use weir_rules::signature::number_name;

use super::Rdma;
use crate::decode::http1::transcript::{Said, Transcript};
use crate::flow::Direction::ToServer;

/// Numbers with their values.
type Numbers = &'static [(NumberId, u64)];

fn decode(packet: &[u8]) -> Transcript {
    let mut transcript = Transcript::default();
    Rdma.push_datagram(ToServer, packet, &mut transcript);
    transcript
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn one(transcript: &Transcript, number: NumberId) -> Option<u64> {
    match transcript.numbers(number)[..] {
        [] => None,
        [value] => Some(value),
        ref several => panic!("{} is told {} times", number.name(), several.len()),
    }
}

const WRITE_ONLY: &str =
    "0a30ffff 00000011 80000005 7f00123456789000 1a2b3c4d 00000005 68656c6c6f000000 8d0991ac";
const READ_REQUEST: &str = "0c008001 00000012 00000006 7f00123456789000 1a2b3c4d 00100000 3ebcab25";
const ACKNOWLEDGE: &str = "1100ffff 00000013 00000006 1f000007 5ab85a8d";
const COMPARE_SWAP: &str =
    "1300ffff 00000013 00000007 0000000000000010 00000099 0000000000000001 0000000000000000 b00e12ca";
const SEND_IMMEDIATE: &str = "0580ffff 80000013 00000008 feedbeef 61626364 235b0a58";
const SEND_INVALIDATE: &str = "1700ffff 00000013 00000009 55667788 61626364 6aebab9f";
const CONGESTION: &str = "8100ffff 40000021 00000000 0000000000000000 0000000000000000 4ae06788";

/// The first packet of a write of `length` bytes, with `payload` bytes of it.
fn write_first(length: u32, payload: usize) -> Vec<u8> {
    let head = bytes("0600ffff 00000011 00abcdef 7f00123456789000 1a2b3c4d");
    [&head[..], &length.to_be_bytes(), &vec![b'A'; payload], b"icrc"].concat()
}

/// A message of the connection manager, with these bytes at these places.
fn cm(attribute: u8, parts: &[(usize, &[u8])]) -> Vec<u8> {
    let mut message = vec![0; 232];
    for (at, part) in parts {
        message[*at..at + part.len()].copy_from_slice(part);
    }
    let head = bytes("6400ffff 00000001 00000001 80010000 00000001 01070203 00000000 1122334455667788");
    [&head[..], &[0, attribute, 0, 0, 0, 0, 0, 0], &message, b"icrc"].concat()
}

fn connect_request() -> Vec<u8> {
    cm(
        0x10,
        &[
            (0, &[0, 0, 0, 0x51]),
            (8, &0x0000_0000_0106_1234_u64.to_be_bytes()),
            (16, &0x0200_c0ff_fe00_a001_u64.to_be_bytes()),
            (32, &[0, 1, 0x23, 1]),
            (48, &[0xff, 0xff, 0x37, 0xf0]),
            (140, b"tenant=blue"),
        ],
    )
}

#[test]
fn headers_are_told_as_numbers() {
    use NumberId::*;
    let table: [(Vec<u8>, &str, Numbers); 8] = [
        (
            write_first(4096, 1024),
            "RDMA_WRITE_FIRST",
            &[
                (RdmaQueuePair, 0x11),
                (RdmaSequence, 0xab_cdef),
                (RdmaPartitionKey, 0xffff),
                (RdmaVirtualAddress, 0x7f00_1234_5678_9000),
                (RdmaRemoteKey, 0x1a2b_3c4d),
                (RdmaLength, 4096),
                (RdmaFlags, 0),
            ],
        ),
        (bytes(WRITE_ONLY), "RDMA_WRITE_ONLY", &[(RdmaLength, 5), (RdmaFlags, 0x08)]),
        (bytes(READ_REQUEST), "RDMA_READ_REQUEST", &[(RdmaPartitionKey, 0x8001), (RdmaLength, 1 << 20)]),
        (bytes(ACKNOWLEDGE), "ACKNOWLEDGE", &[(RdmaSyndrome, 0x1f)]),
        (bytes(COMPARE_SWAP), "COMPARE_SWAP", &[(RdmaVirtualAddress, 16), (RdmaRemoteKey, 0x99)]),
        (
            bytes(SEND_IMMEDIATE),
            "SEND_ONLY_WITH_IMMEDIATE",
            &[(RdmaImmediate, 0xfeed_beef), (RdmaFlags, 0xa0)],
        ),
        (bytes(SEND_INVALIDATE), "SEND_ONLY_WITH_INVALIDATE", &[(RdmaRemoteKey, 0x5566_7788)]),
        (bytes(CONGESTION), "CNP", &[(RdmaQueuePair, 0x21), (RdmaFlags, 0x10)]),
    ];
    for (packet, name, numbers) in table {
        let transcript = decode(&packet);
        let opcode = one(&transcript, RdmaOpcode).unwrap();
        assert_eq!(number_name(RdmaOpcode, opcode), Some(name));
        for &(number, value) in numbers {
            assert_eq!(one(&transcript, number), Some(value), "{name} {}", number.name());
        }
        assert!(transcript.events().is_empty(), "{name} {:?}", transcript.events());
    }
}

#[test]
fn messages_of_the_connection_manager_are_read() {
    use NumberId::*;
    let request = decode(&connect_request());
    assert_eq!(one(&request, RdmaSourceQueuePair), Some(1));
    assert_eq!(one(&request, RdmaQueueKey), Some(0x8001_0000));
    let table: [(Vec<u8>, &str, Numbers); 4] = [
        (
            connect_request(),
            "tenant=blue",
            &[
                (RdmaCm, 0x10),
                (RdmaCmService, 0x0106_1234),
                (RdmaCmGuid, 0x0200_c0ff_fe00_a001),
                (RdmaCmQueuePair, 0x123),
            ],
        ),
        (
            cm(0x13, &[(12, &[0, 4, 0x56, 0]), (28, &[2, 0, 0, 0, 0, 0, 0, 2]), (36, b"accept")]),
            "accept",
            &[(RdmaCm, 0x13), (RdmaCmGuid, 0x0200_0000_0000_0002), (RdmaCmQueuePair, 0x456)],
        ),
        (cm(0x12, &[(10, &[0, 28]), (84, b"denied")]), "denied", &[(RdmaCm, 0x12), (RdmaCmReason, 28)]),
        (
            cm(0x15, &[(8, &[0, 4, 0x56, 0]), (12, b"bye")]),
            "bye",
            &[(RdmaCm, 0x15), (RdmaCmQueuePair, 0x456)],
        ),
    ];
    for (packet, private, numbers) in table {
        let transcript = decode(&packet);
        for &(number, value) in numbers {
            assert_eq!(one(&transcript, number), Some(value), "{private} {}", number.name());
        }
        let told = transcript.values(FieldId::RdmaCmPrivateData);
        assert!(told.len() == 1 && told[0].trim_end_matches('\0') == private, "{told:?}");
        assert!(transcript.events().is_empty());
    }
}

#[test]
fn what_is_wrong_is_told() {
    let changed = |hex: &str, at: usize, to: u8| {
        let mut packet = bytes(hex);
        packet[at] = to;
        packet
    };
    let shorter = |hex: &str, by: usize| {
        let mut packet = bytes(hex);
        packet.truncate(packet.len() - by);
        packet
    };
    let mut no_message = connect_request();
    no_message[22] = 9;
    for (what, packet, event) in [
        ("no header", b"".to_vec(), "rdma.malformed"),
        ("half a header", shorter(ACKNOWLEDGE, 12), "rdma.malformed"),
        ("no ICRC", bytes(ACKNOWLEDGE)[..14].to_vec(), "rdma.malformed"),
        ("a RETH that is cut", bytes(READ_REQUEST)[..28].to_vec(), "rdma.malformed"),
        ("another version", changed(ACKNOWLEDGE, 1, 0x01), "rdma.malformed"),
        ("a reserved operation", changed(ACKNOWLEDGE, 0, 0x1f), "rdma.unknown_opcode"),
        ("an acknowledgment of what is not", changed(ACKNOWLEDGE, 0, 0x31), "rdma.unknown_opcode"),
        ("an acknowledgment with a payload", [bytes(ACKNOWLEDGE), vec![0; 4]].concat(), "rdma.bad_length"),
        ("more than is announced", changed(WRITE_ONLY, 27, 4), "rdma.bad_length"),
        ("more padding than payload", changed(ACKNOWLEDGE, 1, 0x30), "rdma.bad_length"),
        ("a first packet that is not full", write_first(4096, 1000), "rdma.bad_length"),
        ("a packet that is too long", write_first(9000, 8192), "rdma.bad_length"),
        ("a payload that is not padded", [bytes(SEND_IMMEDIATE), vec![0; 3]].concat(), "rdma.bad_length"),
        ("a message cut", [&connect_request()[..200], b"icrc"].concat(), "rdma.malformed"),
        ("a class of another version", no_message, "rdma.malformed"),
        ("a message that there is not", cm(0x77, &[]), "rdma.malformed"),
    ] {
        assert_eq!(decode(&packet).events(), [event], "{what}");
    }
    // What makers of cards do is their own.
    assert!(decode(&changed(ACKNOWLEDGE, 0, 0xc5)).events().is_empty());
}

#[test]
fn every_opcode_with_a_name_has_a_shape() {
    for opcode in 0..=u8::MAX {
        let named = number_name(NumberId::RdmaOpcode, opcode.into()).is_some();
        assert_eq!(super::opcode::shape(opcode).is_some(), named || opcode >= 0xc0, "{opcode:#04x}");
    }
}

proptest! {
    /// Whatever comes, each packet is one transaction that is complete, with one event at most.
    #[test]
    fn any_bytes_are_told_of_once(
        mut packet in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400), Just(bytes(WRITE_ONLY)), Just(connect_request()),
        ],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        for (at, to) in changes {
            if !packet.is_empty() {
                let at = at.index(packet.len());
                packet[at] = to;
            }
        }
        let transcript = decode(&packet);
        prop_assert!(transcript.events().len() <= 1);
        prop_assert!(matches!(transcript.said.last(), Some((0, ToServer, Said::Stage(_)))));
        for number in NumberId::ALL {
            let within = transcript.numbers(number).iter().all(|&value| value <= number.max());
            prop_assert!(within, "{}", number.name());
        }
    }
}
