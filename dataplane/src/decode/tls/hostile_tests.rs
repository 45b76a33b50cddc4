//! Connections that are not as they should be, and fingerprints whose answers are published.

use weir_rules::field::FieldId;

use super::test_hellos::{
    TLS12_MTLS, TLS13, client_hello, fixture, message, numbers16, record, server_hello, server_names,
};
use super::{AfterEncryption, Fingerprints, Tls, TlsConfig, TlsVersion};
use crate::decode::recorded::Recorded;
use crate::decode::{Stage, Status};
use crate::flow::Direction::{self, ToClient, ToServer};

const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
const TLS13_CHOSEN: (u16, [u8; 2]) = (43, [3, 4]);

fn pushed(config: TlsConfig, pushes: &[(Direction, Vec<u8>)]) -> (Tls, Recorded, Status) {
    let mut tls = Tls::new(config);
    let mut recorded = Recorded::default();
    let mut status = Status::Ongoing;
    for (direction, bytes) in pushes {
        status = tls.push(*direction, bytes, &mut recorded);
    }
    (tls, recorded, status)
}

fn hello(extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    record(22, &message(1, &client_hello(0x0303, &[0x1301], extensions)))
}

fn chosen(version: u16, random: [u8; 32]) -> Vec<u8> {
    let extensions = if version == 0x0304 { vec![(TLS13_CHOSEN.0, TLS13_CHOSEN.1.to_vec())] } else { vec![] };
    record(22, &message(2, &server_hello(0x0303, random, 0x1301, &extensions)))
}

#[test]
fn what_is_wrong_has_a_name() {
    let heartbeat =
        |kind, payload: u16, len| record(24, &[&[kind][..], &payload.to_be_bytes(), &vec![0; len]].concat());
    let name: &[u8] = b"a.example";
    let cases: Vec<(Vec<u8>, &[&str], Status)> = vec![
        (b"GET / HTTP/1.1\r\n".to_vec(), &["tls.invalid_tls_header"], Status::Lost),
        ([hello(&[]), b"GET / ".to_vec()].concat(), &["tls.invalid_record_type"], Status::Lost),
        (vec![22, 3, 9, 0, 4], &["tls.invalid_record_version"], Status::Lost),
        (vec![22, 3, 1, 0xff, 0xff], &["tls.invalid_record_length"], Status::Lost),
        (record(22, &message(99, b"?")), &["tls.invalid_handshake_message"], Status::Lost),
        (
            record(22, &message(2, &server_hello(0x0303, [0; 32], 5, &[]))),
            &["tls.invalid_handshake_message"],
            Status::Lost,
        ),
        (record(22, &message(1, b"\x03\x03short")), &["tls.handshake_invalid_length"], Status::Ongoing),
        (record(22, &[1, 0xff, 0xff, 0xff, 0]), &["tls.handshake_invalid_length"], Status::Ongoing),
        (record(21, &[2, 40]), &["tls.error_message_encountered"], Status::Ongoing),
        (record(21, &[1, 0]), &[], Status::Ongoing),
        (record(21, &[7, 40]), &["tls.invalid_alert_message"], Status::Ongoing),
        (record(21, &[1, 0, 0]), &["tls.invalid_alert_message"], Status::Ongoing),
        (heartbeat(1, 4, 20), &["tls.heartbeat_message"], Status::Ongoing),
        (
            heartbeat(1, 0x4000, 20),
            &["tls.heartbeat_message", "tls.overflow_heartbeat_message"],
            Status::Ongoing,
        ),
        (heartbeat(1, 4, 19), &["tls.heartbeat_message", "tls.invalid_heartbeat_message"], Status::Ongoing),
        (heartbeat(3, 4, 20), &["tls.heartbeat_message", "tls.invalid_heartbeat_message"], Status::Ongoing),
        (hello(&[(0, server_names(&[(0, name)]))]), &[], Status::Ongoing),
        (
            hello(&[(0, server_names(&[(0, name), (0, name)]))]),
            &["tls.multiple_sni_extensions"],
            Status::Ongoing,
        ),
        (
            hello(&[(0, server_names(&[(0, name)])), (0, server_names(&[(0, name)]))]),
            &["tls.multiple_sni_extensions"],
            Status::Ongoing,
        ),
        (hello(&[(0, server_names(&[(9, name)]))]), &["tls.invalid_sni_type"], Status::Ongoing),
        (hello(&[(0, server_names(&[(0, &[b'a'; 256])]))]), &["tls.invalid_sni_length"], Status::Ongoing),
        (hello(&[(0, vec![0, 9, 0, 0, 99, b'a'])]), &["tls.invalid_sni_length"], Status::Ongoing),
        (
            [record(22, &[1, 0, 0, 50]), record(21, &[1, 0])].concat(),
            &["tls.invalid_ssl_record"],
            Status::Ongoing,
        ),
        (
            record(22, &message(11, &[0, 0, 5, 0, 0, 2, 0x30, 0x05])),
            &["tls.invalid_certificate", "tls.certificate_invalid_length"],
            Status::Ongoing,
        ),
        (record(22, &message(11, &[0, 0, 9])), &["tls.handshake_invalid_length"], Status::Ongoing),
        (vec![0x80, 5, 1, 3, 1], &["tls.invalid_sslv2_header"], Status::Lost),
    ];
    for (bytes, events, expected) in cases {
        let (_, recorded, status) = pushed(TlsConfig::default(), &[(ToServer, bytes.clone())]);
        assert_eq!((recorded.events(), status), (events.to_vec(), expected), "{bytes:02x?}");
    }
}

#[test]
fn an_event_is_told_once_however_often_it_occurs() {
    let flood = record(21, &[2, 40]).repeat(1000);
    let (_, recorded, _) = pushed(TlsConfig::default(), &[(ToServer, flood)]);
    assert_eq!(recorded.events(), ["tls.error_message_encountered"]);
}

#[test]
fn a_hello_in_the_shape_of_ssl2_is_told_and_the_connection_goes_on() {
    let body = [&[0, 3, 0, 0, 0, 16, 0, 0, 5][..], &[9; 16]].concat();
    let ssl2 =
        |version: [u8; 2]| [&[0x80, body.len() as u8 + 3, 1, version[0], version[1]][..], &body].concat();
    let pushes =
        [(ToServer, ssl2([3, 1])), (ToClient, chosen(0x0303, [1; 32])), (ToServer, record(20, &[1]))];
    let (tls, recorded, status) = pushed(TlsConfig::default(), &pushes);
    assert_eq!((recorded.events(), status), (vec!["tls.sslv2_hello"], Status::Ongoing));
    assert_eq!(tls.session().version, Some(TlsVersion::TLS12));
    let (tls, recorded, status) = pushed(TlsConfig::default(), &[(ToServer, ssl2([0, 2]))]);
    assert_eq!((recorded.events(), status), (vec!["tls.sslv2_hello"], Status::Lost));
    assert_eq!(tls.session().version, Some(TlsVersion::SSL2));
}

#[test]
fn the_hello_after_a_retry_is_told_even_behind_early_data() {
    let first = hello(&[(0, server_names(&[(0, b"first.example")]))]);
    let second = hello(&[(0, server_names(&[(0, b"second.example")]))]);
    let pushes = [
        (ToServer, [first, record(20, &[1]), record(23, b"early")].concat()),
        (ToClient, [chosen(0x0304, RETRY), record(20, &[1])].concat()),
        (ToServer, [record(20, &[1]), second].concat()),
        (ToClient, [chosen(0x0304, [1; 32]), record(23, b"hidden")].concat()),
        (ToServer, record(23, b"hidden")),
    ];
    let (tls, recorded, status) = pushed(TlsConfig::default(), &pushes);
    assert_eq!(recorded.values(ToServer, FieldId::TlsSni), ["first.example", "second.example"]);
    assert_eq!(recorded.stages(ToServer), [Stage::Line, Stage::Complete]);
    assert_eq!(recorded.stages(ToClient), [Stage::Line, Stage::Complete]);
    assert_eq!((recorded.events().len(), status, tls.encrypted()), (0, Status::Ongoing, true));
}

#[test]
fn a_longer_answer_to_an_encrypted_heartbeat_is_a_leak() {
    let config = TlsConfig { after_encryption: AfterEncryption::FollowRecords, ..TlsConfig::default() };
    let mut pushes = vec![
        (ToServer, hello(&[])),
        (ToClient, [chosen(0x0303, [1; 32]), record(20, &[1])].concat()),
        (ToServer, [record(20, &[1]), record(24, &[0; 60])].concat()),
        (ToClient, record(24, &[0; 60])),
        (ToServer, record(24, &[0; 60])),
    ];
    assert_eq!(pushed(config, &pushes).1.events(), ["tls.heartbeat_message"]);
    pushes.push((ToClient, record(24, &[0; 9000])));
    assert_eq!(
        pushed(config, &pushes).1.events(),
        ["tls.heartbeat_message", "tls.dataleak_heartbeat_mismatch"]
    );
    assert_eq!(pushed(TlsConfig::default(), &pushes).1.events(), ["tls.heartbeat_message"; 0]);
}

#[test]
fn a_gap_loses_a_handshake_but_nothing_that_is_encrypted() {
    let payloads = fixture(TLS12_MTLS);
    let mut recorded = Recorded::default();
    let mut tls = Tls::new(TlsConfig::default());
    tls.push(ToServer, &payloads[0].1, &mut recorded);
    assert_eq!(tls.gap(ToServer, 1, &mut recorded), Status::Lost);
    assert_eq!(tls.push(ToServer, b"anything", &mut recorded), Status::Lost);
    assert_eq!(recorded.stages(ToServer), [Stage::Line, Stage::Complete]);
    assert_eq!(tls.push(ToClient, &payloads[1].1, &mut recorded), Status::Ongoing);
    let (mut tls, mut recorded, _) = pushed(TlsConfig::default(), &fixture(TLS13));
    assert_eq!(tls.gap(ToServer, 100_000, &mut recorded), Status::Ongoing);
    assert_eq!(tls.push(ToServer, b"anything", &mut recorded), Status::Ongoing);
}

#[test]
fn fingerprints_can_be_left_out() {
    let config = TlsConfig { fingerprints: Fingerprints::LeaveOut, ..TlsConfig::default() };
    let (tls, recorded, _) = pushed(config, &fixture(TLS13));
    let told = |direction, field| recorded.values(direction, field).len();
    assert_eq!((told(ToServer, FieldId::Ja3Hash), told(ToServer, FieldId::Ja4Hash)), (0, 0));
    assert_eq!((told(ToClient, FieldId::Ja3sHash), told(ToServer, FieldId::TlsRandom)), (0, 1));
    assert!(tls.session().ja3.is_empty() && tls.session().ja4.is_empty());
}

#[test]
fn published_ja3_and_ja4_come_out() {
    let ja3 = |hello: Vec<u8>| {
        let (_, recorded, _) = pushed(TlsConfig::default(), &[(ToServer, record(22, &message(1, &hello)))]);
        recorded.values(ToServer, FieldId::Ja3Hash)
    };
    // The examples of github.com/salesforce/ja3.
    let ciphers = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
    let extensions = [(0, vec![]), (10, numbers16(&[23, 24, 25])), (11, vec![1, 0])];
    assert_eq!(ja3(client_hello(769, &ciphers, &extensions)), ["ada70206e40642a3e4461f35503241d5"]);
    let ciphers = [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99];
    assert_eq!(ja3(client_hello(769, &ciphers, &[])), ["de350869b8c85de67a350c8d186f11e6"]);

    // The example of github.com/FoxIO-LLC/ja4, technical_details/JA4.md, with GREASE strewn in.
    let ciphers = [
        0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
        0x009c, 0x009d, 0x002f, 0x0035,
    ];
    let kinds = [
        0x4a4a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
        0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
    ];
    let value = |kind| match kind {
        0x0000 => server_names(&[(0, b"chrome.example")]),
        0x0010 => vec![0, 12, 2, b'h', b'2', 8, b'h', b't', b't', b'p', b'/', b'1', b'.', b'1'],
        0x000d => numbers16(&[0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]),
        0x002b => vec![6, 0xfa, 0xfa, 3, 4, 3, 3],
        _ => vec![],
    };
    let extensions = kinds.map(|kind| (kind, value(kind)));
    let bytes = record(22, &message(1, &client_hello(0x0303, &ciphers, &extensions)));
    let (_, recorded, _) = pushed(TlsConfig::default(), &[(ToServer, bytes)]);
    assert_eq!(recorded.values(ToServer, FieldId::Ja4Hash), ["t13d1516h2_8daaf6152771_e5627efa2ab1"]);

    let nothing = record(22, &message(1, &client_hello(0x0301, &[], &[])));
    let (_, recorded, _) = pushed(TlsConfig::default(), &[(ToServer, nothing)]);
    assert_eq!(recorded.values(ToServer, FieldId::Ja4Hash), ["t10i000000_000000000000_000000000000"]);
}
