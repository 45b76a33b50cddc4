//! Connections to an admin and an I/O queue, with and without digests, as Wireshark reads them; cut anywhere, and hostile
//! ones.

use proptest::prelude::*;
use weir_rules::field::FieldId;
use weir_rules::number::NumberId;
use weir_rules::signature::number_name;

use super::{Nvme, NvmeConfig};
use crate::decode::Status;
use crate::decode::http1::transcript::Transcript;
use crate::decode::test_data::{Turn, converse, turns};
use crate::flow::Direction::{ToClient, ToServer};

const ADMIN: &str = include_str!("fixtures/admin.turns");
const IO: &str = include_str!("fixtures/io.turns");

const SUBSYSTEM: &str = "nqn.2016-06.io.spdk:cnode1";
const HOST: &str = "nqn.2014-08.org.nvmexpress:uuid:0fee3c72-1a2b-4c3d-8e4f-5a6b7c8d9e0f";

fn decode(turns: &[Turn], cut: impl FnMut() -> usize) -> (Transcript, Status) {
    let (mut nvme, mut transcript) = (Nvme::new(NvmeConfig::default()), Transcript::default());
    let status = converse(turns, cut, |direction, piece| nvme.push(direction, piece, &mut transcript));
    nvme.end(ToServer, &mut transcript);
    nvme.end(ToClient, &mut transcript);
    (transcript, status)
}

fn whole(turns: &[Turn]) -> (Transcript, Status) {
    decode(turns, || usize::MAX)
}

fn opcodes(transcript: &Transcript) -> Vec<&'static str> {
    let name = |&opcode: &u64| number_name(NumberId::NvmeOpcode, opcode).unwrap();
    transcript.numbers(NumberId::NvmeOpcode).iter().map(name).collect()
}

/// A PDU of a type, with a header of this length and what follows it.
fn pdu(kind: u8, header: &[u8], data_offset: u8, data: &[u8]) -> Vec<u8> {
    let header_len = header.len() as u8 + 8;
    let len = u32::from(header_len) + data.len() as u32;
    [&[kind, 0, header_len, data_offset][..], &len.to_le_bytes(), header, data].concat()
}

fn command(opcode: u8, id: u8, namespace: [u8; 4], own: [u8; 4]) -> [u8; 64] {
    let mut command = [0; 64];
    command[0] = opcode;
    command[2] = id;
    command[4..8].copy_from_slice(&namespace);
    command[40..44].copy_from_slice(&own);
    command
}

fn connect(id: u8) -> [u8; 64] {
    command(0x7f, id, [1, 0, 0, 0], [0, 0, 1, 0])
}

#[test]
fn an_admin_queue_is_followed() {
    let (transcript, status) = whole(&turns(ADMIN));
    assert_eq!((transcript.events().len(), status), (0, Status::Ongoing));
    assert_eq!(opcodes(&transcript), ["FABRICS", "FABRICS", "IDENTIFY", "GET_LOG_PAGE"]);
    assert_eq!(transcript.numbers(NumberId::NvmeFabricsType), [1, 4]);
    assert_eq!(transcript.numbers(NumberId::NvmeQueue), [0; 4]);
    assert_eq!(transcript.numbers(NumberId::NvmeController), [0xffff]);
    assert_eq!(transcript.numbers(NumberId::NvmeNamespace), [0, 0xffff_ffff]);
    assert_eq!(transcript.numbers(NumberId::NvmeStatus), [0, 0, 0, 0x109]);
    assert_eq!(transcript.values(FieldId::NvmeSubsystem), [SUBSYSTEM]);
    assert_eq!(transcript.values(FieldId::NvmeHost), [HOST]);
    assert_eq!(transcript.values(FieldId::NvmeHostId)[0].len(), 16);
}

#[test]
fn an_io_queue_with_digests_is_followed() {
    let (transcript, status) = whole(&turns(IO));
    assert_eq!((transcript.events().len(), status), (0, Status::Ongoing));
    assert_eq!(opcodes(&transcript), ["FABRICS", "READ", "WRITE", "WRITE"]);
    assert_eq!(transcript.numbers(NumberId::NvmeQueue), [1; 4]);
    assert_eq!(transcript.numbers(NumberId::NvmeNamespace), [1; 3]);
    assert_eq!(transcript.numbers(NumberId::NvmeFatalError), [2]);
    assert_eq!(transcript.values(FieldId::NvmeSubsystem), [SUBSYSTEM]);
    assert_eq!(transcript.values(FieldId::NvmeHost), [HOST]);
}

#[test]
fn data_of_a_connect_may_come_later() {
    let mut data = vec![0; 1024];
    data[256..256 + SUBSYSTEM.len()].copy_from_slice(SUBSYSTEM.as_bytes());
    data[512..512 + HOST.len()].copy_from_slice(HOST.as_bytes());
    let (first, second) = data.split_at(600);
    let sent = |offset: u32, data: &[u8]| {
        let header = [&[7, 0, 0, 0][..], &offset.to_le_bytes(), &(data.len() as u32).to_le_bytes(), &[0; 4]];
        pdu(6, &header.concat(), 24, data)
    };
    let stream = [
        pdu(4, &connect(7), 0, b""),
        sent(600, second),
        sent(0, first),
        sent(600, second),
        pdu(4, &command(2, 8, [1, 0, 0, 0], [0; 4]), 0, b""),
    ];
    let (transcript, _) = whole(&[(ToServer, stream.concat())]);
    assert_eq!(transcript.values(FieldId::NvmeSubsystem), [SUBSYSTEM]);
    assert_eq!(transcript.values(FieldId::NvmeHost), [HOST]);
    assert!(transcript.events().is_empty());
}

#[test]
fn what_is_wrong_is_told() {
    let initialize = |version: u8| pdu(0, &[&[version][..], &[0; 119]].concat(), 0, b"");
    let mut cut = pdu(4, &connect(1), 72, &[b'n'; 1024]);
    cut.truncate(300);
    for (what, direction, bytes, event) in [
        ("a version that there is not", ToServer, initialize(1), "nvme.malformed"),
        ("another length of a header", ToServer, pdu(4, &[0; 60], 0, b""), "nvme.malformed"),
        ("a command of a controller", ToClient, pdu(4, &[0; 64], 0, b""), "nvme.wrong_direction"),
        ("an unknown type", ToServer, pdu(0x42, b"", 0, b"xyz").repeat(2), "nvme.unknown_pdu"),
        ("a length below that of itself", ToServer, vec![0x42, 0, 8, 0, 7, 0, 0, 0], "nvme.bad_length"),
        ("data within the header", ToServer, pdu(4, &[0; 64], 71, b"x"), "nvme.bad_length"),
        ("data behind the end", ToServer, pdu(4, &[0; 64], 80, b"x"), "nvme.bad_length"),
        (
            "a command before Connect",
            ToServer,
            pdu(4, &command(2, 1, [1; 4], [0; 4]), 0, b""),
            "nvme.not_connected",
        ),
        ("a name without end", ToServer, pdu(4, &connect(1), 72, &[b'n'; 1024]), "nvme.nqn_too_long"),
        ("an end within", ToServer, cut, "nvme.bad_length"),
    ] {
        assert_eq!(whole(&[(direction, bytes)]).0.events(), [event], "{what}");
    }
}

#[test]
fn what_is_missing_of_data_is_passed_over() {
    let (mut nvme, mut transcript) = (Nvme::new(NvmeConfig::default()), Transcript::default());
    let data = pdu(7, &[0; 16], 24, &[0; 1 << 16]);
    let response = pdu(5, &[0; 16], 0, b"");
    let _ = nvme.push(ToClient, &data[..100], &mut transcript);
    assert_eq!(nvme.gap(ToClient, data.len() as u64 - 100), Status::Ongoing);
    let _ = nvme.push(ToClient, &response, &mut transcript);
    assert_eq!(transcript.numbers(NumberId::NvmeStatus), [0]);
    assert_eq!(nvme.gap(ToClient, 1), Status::Lost);
}

proptest! {
    #[test]
    fn cuts_don_t_matter(
        which in 0..2_usize,
        change in prop::option::of((any::<prop::sample::Index>(), 0..140_usize, any::<u8>())),
        cuts in prop::collection::vec(1..200_usize, 1..20),
    ) {
        let mut turns = turns([ADMIN, IO][which]);
        if let Some((turn, at, to)) = change {
            let turn = turn.index(turns.len());
            if let Some(byte) = turns[turn].1.get_mut(at) {
                *byte = to;
            }
        }
        let mut next = cuts.iter().cycle();
        let cut = decode(&turns, || *next.next().unwrap());
        prop_assert_eq!(cut, whole(&turns));
    }
}
