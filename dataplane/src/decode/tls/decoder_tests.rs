//! Recorded connections, against what tshark 4.0 and openssl 3.0 say of them.

use proptest::prelude::*;
use weir_rules::field::FieldId;

use super::test_hellos::{
    ALL, TLS10, TLS12_ALPN, TLS12_MTLS, TLS12_ZERO, TLS13, TLS13_DRAFT, TLS13_RESUMED, fixture,
};
use super::{AfterEncryption, Tls, TlsConfig, TlsVersion};
use crate::decode::recorded::Recorded;
use crate::decode::{Stage, Status};
use crate::flow::Direction::{self, ToClient, ToServer};

fn decoded(text: &str) -> (Tls, Recorded) {
    let mut tls = Tls::new(TlsConfig::default());
    let mut recorded = Recorded::default();
    for (direction, bytes) in fixture(text) {
        assert_eq!(tls.push(direction, &bytes, &mut recorded), Status::Ongoing);
    }
    (tls, recorded)
}

#[test]
fn fingerprints_are_those_that_tshark_computes() {
    let cases = [
        (TLS10, "9a35e493f961ac377f948690b5334a9c", "6aa98948bfa9626adc8d77e0f16d39c6"),
        (TLS12_MTLS, "b0020a04d796a92096d3928b119a51f6", "ec74a5c51106f0419184d0dd08fb05bc"),
        (TLS12_ZERO, "5182f54f9c6e99d117d9dde3fa2b4cff", "a12e7cf312a93d444dbdbf19e8e25960"),
        (TLS12_ALPN, "308b0bd904abbef5e0034a1ff7a78920", "ccc514751b175866924439bdbb5bba34"),
        (TLS13, "b0020a04d796a92096d3928b119a51f6", "15af977ce25de452b96affa2addb1036"),
        (TLS13_DRAFT, "43202faa1c8c1760d6f7f4bd9adde4ab", "15af977ce25de452b96affa2addb1036"),
        (TLS13_RESUMED, "d00857e0c8e7a7f35e446508c6233460", "2253c82f03b621c5144709b393fde2c9"),
    ];
    for (text, ja3, ja3s) in cases {
        let (tls, recorded) = decoded(text);
        assert_eq!(recorded.values(ToServer, FieldId::Ja3Hash), [ja3]);
        assert_eq!(recorded.values(ToClient, FieldId::Ja3sHash), [ja3s]);
        assert_eq!((&*tls.session().ja3.to_str(), &*tls.session().ja3s.to_str()), (ja3, ja3s));
        assert_eq!(recorded.events(), [""; 0]);
    }
}

/// Computed by a script of its own from the numbers that tshark prints.
#[test]
fn ja4_is_what_a_second_implementation_computes() {
    let cases = [
        (TLS10, "t10d120300_d94e65cdb899_33a13ba74d1c"),
        (TLS12_MTLS, "t13i1811h1_85036bcba153_d41ae481755e"),
        (TLS12_ZERO, "t12d260700_db6bc8f7861c_595eacc76d13"),
        (TLS12_ALPN, "t12i1810s1_27d4652c4487_06a4338d0495"),
        (TLS13, "t13i1811h1_85036bcba153_d41ae481755e"),
        (TLS13_DRAFT, "t00d291200_723694b0fccc_aaaa04918165"),
        (TLS13_RESUMED, "t00d291300_723694b0fccc_4c6658849c25"),
    ];
    for (text, ja4) in cases {
        let (tls, recorded) = decoded(text);
        assert_eq!(recorded.values(ToServer, FieldId::Ja4Hash), [ja4]);
        assert_eq!(tls.session().ja4.to_str(), ja4);
    }
}

#[test]
fn the_versions_of_all_are_found_and_where_they_encrypt() {
    let cases = [
        (TLS10, TlsVersion::TLS10, false),
        (TLS12_MTLS, TlsVersion::TLS12, true),
        (TLS12_ZERO, TlsVersion::TLS12, true),
        (TLS12_ALPN, TlsVersion::TLS12, true),
        (TLS13, TlsVersion::TLS13, true),
        (TLS13_DRAFT, TlsVersion(0x7f1c), true),
        (TLS13_RESUMED, TlsVersion(0x7f1c), true),
    ];
    for (text, version, encrypted) in cases {
        let (tls, recorded) = decoded(text);
        assert_eq!((tls.session().version, tls.encrypted()), (Some(version), encrypted));
        let stages = if encrypted { vec![Stage::Line, Stage::Complete] } else { vec![Stage::Line] };
        for direction in [ToServer, ToClient] {
            // A chain of certificates is complete before its direction is.
            let mut stages = stages.clone();
            if !recorded.values(direction, FieldId::TlsCerts).is_empty() {
                stages.insert(1, Stage::Headers);
            }
            assert_eq!(recorded.stages(direction), stages);
        }
    }
}

#[test]
fn both_certificates_of_mutual_tls_are_told() {
    let (tls, recorded) = decoded(TLS12_MTLS);
    let of = |direction, field| recorded.values(direction, field);
    assert_eq!(of(ToClient, FieldId::TlsCertSubject), ["CN=srv"]);
    assert_eq!(of(ToClient, FieldId::TlsSubjectAltName), ["llm-gateway.ai.example", "10.77.0.2"]);
    assert_eq!(of(ToServer, FieldId::TlsCertSubject), ["CN=cli"]);
    assert_eq!(of(ToServer, FieldId::TlsCertIssuer), ["CN=ca"]);
    assert_eq!(
        of(ToServer, FieldId::TlsCertSerial),
        ["3D:28:D8:16:17:6B:6C:FB:36:8C:8C:61:02:0F:F5:00:69:2B:01:BF"]
    );
    assert_eq!(
        of(ToServer, FieldId::TlsCertFingerprint),
        ["cd:16:c4:b8:82:1c:59:7c:e4:14:a4:11:54:4b:ff:7f:09:f8:9e:08"]
    );
    let client = &tls.session().client_certificate;
    let ids: Vec<_> = client.spiffe_ids.iter().collect();
    assert_eq!(ids, [b"spiffe://ai.example/ns/agents/sa/billing-bot"]);
    assert_eq!((client.not_before, client.not_after), (Some(1_795_492_444), Some(2_110_852_444)));
    assert!(tls.session().server_certificate.spiffe_ids.is_empty());
    assert_eq!(tls.session().cipher, Some(0xc030));
    let offered: Vec<_> = tls.session().alpn_offered.iter().collect();
    assert_eq!(offered, [b"http/1.1"]);
}

#[test]
fn a_zero_byte_in_a_name_stays_where_it_is() {
    let (tls, recorded) = decoded(TLS12_ZERO);
    let issuer = "C=US, O=Microsoft Corporation, CN=Microsoft RSA TL\0 CA 01";
    assert_eq!(recorded.values(ToClient, FieldId::TlsCertIssuer), [issuer]);
    let subject =
        "C=US, ST=WA, L=Redmond, O=Microsoft Corporation, OU=Microsoft Corporation, CN=go.microsoft.com";
    assert_eq!(tls.session().server_certificate.subject.to_str(), subject);
    assert_eq!(recorded.values(ToServer, FieldId::TlsSni), ["go.microsoft.com"]);
    assert_eq!(recorded.values(ToClient, FieldId::TlsSubjectAltName).len(), 5);
}

#[test]
fn randoms_and_protocols_are_told() {
    let (_, recorded) = decoded(TLS12_ALPN);
    let random = recorded.0.iter().find_map(|find| match find {
        crate::decode::recorded::Find::Field(_, ToClient, FieldId::TlsRandom, _, value) => {
            Some(value.clone())
        }
        _ => None,
    });
    assert_eq!(random.unwrap()[..6], [0x54, 0xf9, 0xfc, 0x15, 0x77, 0xe4]);
    assert_eq!(recorded.values(ToServer, FieldId::TlsAlpn), ["spdy/3.1", "http/1.1"]);
    assert_eq!(recorded.values(ToServer, FieldId::TlsRandomTime).len(), 1);
    assert_eq!(recorded.values(ToClient, FieldId::TlsRandomBytes).len(), 1);
}

#[test]
fn a_decoder_that_was_reset_is_as_new() {
    let (mut tls, _) = decoded(TLS12_MTLS);
    for text in ALL {
        let (fresh, expected) = decoded(text);
        tls.reset();
        let mut recorded = Recorded::default();
        for (direction, bytes) in fixture(text) {
            tls.push(direction, &bytes, &mut recorded);
        }
        assert_eq!(recorded, expected);
        assert_eq!(tls.session(), fresh.session());
    }
}

/// Pushes a connection with every payload cut where `cuts` say, and gives what came of it.
fn cut_up(
    payloads: &[(Direction, Vec<u8>)],
    config: TlsConfig,
    mut cut: impl FnMut(usize) -> usize,
) -> (Recorded, Vec<Status>, bool) {
    let mut tls = Tls::new(config);
    let mut recorded = Recorded::default();
    let mut statuses = vec![Status::Ongoing; 2];
    for (direction, bytes) in payloads {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cut(rest.len()).clamp(1, rest.len()));
            statuses[direction.index()] = tls.push(*direction, piece, &mut recorded);
            rest = after;
        }
    }
    tls.end(ToServer, &mut recorded);
    tls.end(ToClient, &mut recorded);
    (recorded, statuses, tls.encrypted())
}

/// A recorded connection, most often with some bytes of it changed.
fn connections() -> impl Strategy<Value = Vec<(Direction, Vec<u8>)>> {
    let changes = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()),
        0..6,
    );
    (0..ALL.len(), changes).prop_map(|(which, changes)| {
        let mut payloads = fixture(ALL[which]);
        for (payload, place, byte) in changes {
            let payload = payload.index(payloads.len());
            let bytes = &mut payloads[payload].1;
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        payloads
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_of_any_connection_tells_the_same(
        payloads in connections(),
        cuts in prop::collection::vec(prop_oneof![1usize..8, 1usize..2000], 1..40),
        follow in any::<bool>(),
        max_certificates in prop_oneof![Just(64 * 1024), 100u32..2000],
    ) {
        let after_encryption = if follow { AfterEncryption::FollowRecords } else { AfterEncryption::Stop };
        let config = TlsConfig { after_encryption, max_certificates, ..TlsConfig::default() };
        let whole = cut_up(&payloads, config, |len| len);
        let mut turn = cuts.iter().cycle();
        let cut = cut_up(&payloads, config, |_| *turn.next().unwrap());
        prop_assert_eq!(&whole, &cut);
        prop_assert_eq!(whole, cut_up(&payloads, config, |_| 1));
    }

    #[test]
    fn no_bytes_bring_it_down(
        pushes in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..200)), 0..12),
    ) {
        let mut tls = Tls::new(TlsConfig::default());
        let mut recorded = Recorded::default();
        for (to_server, bytes) in pushes {
            let direction = if to_server { ToServer } else { ToClient };
            tls.push(direction, &bytes, &mut recorded);
            if bytes.len() % 7 == 0 {
                tls.gap(direction, bytes.len() as u64, &mut recorded);
            }
        }
    }
}
