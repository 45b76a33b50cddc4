//! Messages as phones send them, in datagrams and in streams that are cut anywhere.

use proptest::prelude::*;
use weir_rules::field::FieldId;

use super::message::FirstLine;
use super::{Sip, SipTcp};
use crate::decode::Status;
use crate::decode::http1::transcript::Transcript;
use crate::flow::Direction::{self, ToClient, ToServer};

const INVITE: &[u8] = b"INVITE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\
    Via: SIP/2.0/UDP b\r\nf: \"Alice\"\r\n <sip:alice@example.com>;tag=1\r\nt: <sip:bob@example.com>\r\n\
    User-Agent: Nero \r\nc: application/sdp\r\nl: 5\r\nX: y\r\n\r\nv=0\r\n";
const RINGING: &[u8] = b"SIP/2.0 180 Ringing Loud\r\nTo: bob\r\nContent-Length: 0\r\n\r\n";

fn stream(turns: &[(Direction, &[u8])], piece: usize) -> (Transcript, Status) {
    let (mut sip, mut transcript, mut status) = (SipTcp::default(), Transcript::default(), Status::Ongoing);
    for (direction, bytes) in turns {
        for piece in bytes.chunks(piece) {
            status = sip.push(*direction, piece, &mut transcript);
        }
    }
    sip.end(ToServer, &mut transcript);
    sip.end(ToClient, &mut transcript);
    (transcript, status)
}

fn check(transcript: &Transcript) {
    for (field, expected) in [
        (FieldId::SipMethod, &["INVITE"][..]),
        (FieldId::SipUri, &["sip:bob@example.com"]),
        (FieldId::SipRequestLine, &["INVITE sip:bob@example.com SIP/2.0"]),
        (FieldId::SipProtocol, &["SIP/2.0", "SIP/2.0"]),
        (FieldId::SipVia, &["SIP/2.0/UDP a;branch=z9hG4bK1", "SIP/2.0/UDP b"]),
        (FieldId::SipFrom, &["\"Alice\"\r\n <sip:alice@example.com>;tag=1"]),
        (FieldId::SipTo, &["<sip:bob@example.com>", "bob"]),
        (FieldId::SipUserAgent, &["Nero"]),
        (FieldId::SipContentType, &["application/sdp"]),
        (FieldId::SipContentLength, &["5", "0"]),
        (FieldId::SipStatusCode, &["180"]),
        (FieldId::SipStatusMessage, &["Ringing Loud"]),
        (FieldId::SipResponseLine, &["SIP/2.0 180 Ringing Loud"]),
    ] {
        assert_eq!(transcript.values(field), expected, "{}", field.name());
    }
}

#[test]
fn messages_in_datagrams() {
    let (mut sip, mut transcript) = (Sip::default(), Transcript::default());
    sip.push_datagram(ToServer, INVITE, &mut transcript);
    sip.push_datagram(ToClient, RINGING, &mut transcript);
    check(&transcript);
    assert!(transcript.events().is_empty());
    sip.push_datagram(ToServer, &INVITE[..60], &mut transcript);
    sip.push_datagram(ToServer, b"nothing of the kind", &mut transcript);
    assert_eq!(transcript.events(), ["sip.incomplete_data", "sip.invalid_data"]);
}

#[test]
fn messages_in_streams() {
    let first = [b"\r\n\r\n", INVITE, b"\r\n"].concat();
    for piece in 1..first.len() {
        let (transcript, status) = stream(&[(ToServer, &first), (ToClient, RINGING)], piece);
        check(&transcript);
        assert_eq!((transcript.events().len(), status), (0, Status::Ongoing), "{piece}");
    }
    let long = [b"INVITE sip:a SIP/2.0\r\nX: ", &[b'x'; 70_000][..]].concat();
    assert_eq!(stream(&[(ToServer, &long)], 1000).1, Status::Lost);
    assert_eq!(stream(&[(ToServer, b"SSH-2.0-x\r\n")], 1).0.events(), ["sip.invalid_data"]);
    assert_eq!(stream(&[(ToServer, &INVITE[..50])], 1).0.events(), ["sip.incomplete_data"]);
}

#[test]
fn first_lines_are_told_from_those_of_others() {
    for (bytes, expected) in [
        (&b"OPTIONS sip:a SIP/2.0"[..], FirstLine::Request),
        (b"X-Own SIPS:a", FirstLine::Request),
        (b"OPTIONS s", FirstLine::NeedMore),
        (b"SIP/2.0 200 OK", FirstLine::Response),
        (b"SIP/2", FirstLine::NeedMore),
        (b"", FirstLine::NeedMore),
        (b"OPTIONS / HTTP/1.1", FirstLine::Other),
        (b"GET /sip: HTTP/1.1", FirstLine::Other),
        (b"SIP/1.0 200", FirstLine::Other),
        (b" sip:a", FirstLine::Other),
    ] {
        assert_eq!(FirstLine::of(bytes), expected, "{}", bytes.escape_ascii());
    }
}

proptest! {
    #[test]
    fn cuts_don_t_matter(
        words in prop::collection::vec(prop_oneof![
            Just(INVITE.to_vec()), Just(RINGING.to_vec()), Just(b"\r\n".to_vec()), Just(b"BYE tel:1 SIP/2.0\n".to_vec()),
            Just(b"To : a\r\n b\n\n".to_vec()), Just(b"l: 3\r\n".to_vec()), prop::collection::vec(any::<u8>(), 0..9),
        ], 0..8),
        piece in 1_usize..50,
    ) {
        let bytes = words.concat();
        prop_assert_eq!(stream(&[(ToServer, &bytes)], usize::MAX), stream(&[(ToServer, &bytes)], piece));
    }
}
