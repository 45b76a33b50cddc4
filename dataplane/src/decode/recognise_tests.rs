use proptest::prelude::*;

use super::*;
use crate::flow::Direction::{ToClient, ToServer};

const QUERY: &[u8] = b"\x10\x32\x01\0\0\x01\0\0\0\0\0\0\x06google\x03com\0\0\x01\0\x01";
const ANSWER: &[u8] =
    b"\x10\x32\x81\x80\0\x01\0\x01\0\0\0\0\x06google\x03com\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01";

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

/// Streams with what they are to be recognised as.
fn streams() -> Vec<(Direction, Vec<u8>, Option<AppProtocol>)> {
    use AppProtocol::*;
    let to_server: Vec<(&[u8], Option<AppProtocol>)> = vec![
        (b"GET /v1/models HTTP/1.1\r\n", Some(Http1)),
        (b"\r\n\r\nPOST /v1/chat/completions HTTP/1.1\r\n", Some(Http1)),
        (b"CONNECT api.example:443 HTTP/1.1\r\n", Some(Http1)),
        (b"OPTIONS * HTTP/1.1\r\n", Some(Http1)),
        (b"FROBNICATE /x HTTP/1.1\r\n", Some(Http1)),
        (b"OPTIONS http://a/ HTTP/1.1\r\n", Some(Http1)),
        (b"OPTIONS sip:a@example.com SIP/2.0\r\n", Some(Sip)),
        (b"INVITE sips:a@example.com SIP/2.0\r\n", Some(Sip)),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04", Some(Http2)),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", Some(Tls)),
        (b"\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10", Some(Tls)),
        (b"\x80\x2e\x01\0\x02\0\x15\0\0\0\x10", Some(Tls)),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Some(Ssh)),
        (b"EHLO mail.example\r\n", Some(Smtp)),
        (b"USER anonymous\r\n", Some(Ftp)),
        (b"CAPA\r\n", Some(Pop3)),
        (b"\0\0\0\x08\x04\xd2\x16\x2f", Some(Pgsql)),
        (b"\0\0\0\x08\x04\xd2\x16\x30", Some(Pgsql)),
        (b"\0\0\0\x10\x04\xd2\x16\x2e", Some(Pgsql)),
        (b"\0\0\0\x29\0\x03\0\0user\0", Some(Pgsql)),
        (b"\0\0\0\x29\0\x03\0\x02user\0", Some(Pgsql)),
        (b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", Some(Redis)),
        (b"*1048576\r\n$4\r\n", Some(Redis)),
        (b"ping\r\n", Some(Redis)),
        (b"CONFIG SET dir /var/spool/cron\r\n", Some(Redis)),
        (b"\0\0\x80\0\x80\0\0\0\0\0\0\x03", Some(Nvme)),
        (b"\x6c\x9d\x4b\xfc\xf2\xb9\x4a\x56\x04\0\0\0", Some(Nccl)),
        (b"\x80\x02\x80\x02\x80\x02\x80\x02\x01\0\0\0", Some(Nccl)),
        (b"\x6c\x9d\x4b\xfc\xf2\xb9\x4a\x56\x09\0\0\0\0\0", None),
        (b"*0\r\n$3\r\nabcdefgh", None),
        (b"*2\r\n:3\r\nabcdefghij", None),
        (b"\0\0\0\x54\xffSMB\x72", Some(Smb)),
        (b"\x16\x03\x01\x02\0\x02\0\x01\xfc\x03\x03\xff\xff\xff", None),
        (b"NOOP noop noop\r\n", None),
        (b"\x16\x04\x01\x02\0\x01\xff\xff\xff\xff\xff\xff\xff\xff", None),
        (b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4\xf3\xf2", None),
        (b"FROBNICATE x\r\n", None),
    ];
    let to_client: Vec<(&[u8], Option<AppProtocol>)> = vec![
        (b"HTTP/1.1 200 OK\r\n", Some(Http1)),
        (b"SIP/2.0 200 OK\r\n", Some(Sip)),
        (b"\0\0\x12\x04\0\0\0\0\0\0\x03", Some(Http2)),
        (b"\x16\x03\x03\0\x7a\x02\0\0\x76", Some(Tls)),
        (b"\x15\x03\x03\0\x02\x02\x28", Some(Tls)),
        (b"220 mail.example ESMTP Postfix\r\n", Some(Smtp)),
        (b"220 (vsFTPd 3.0.3)\r\n", Some(Ftp)),
        (b"220 ready for you\r\n", None),
        (b"220 ProFTPD FTP Server ready\r\n", Some(Ftp)),
        (b"220-FTP server\r\n", Some(Ftp)),
        (b"* OK IMAP4rev2\r\n", Some(Imap)),
        (b"+OK ready\r\n", Some(Pop3)),
        (b"SSH-1.99-x\r\n", Some(Ssh)),
        (b"\x01\0\x80\0\x80\0\0\0\0\0\0\x03\0\0\x02\0", Some(Nvme)),
        (b"GET / HTTP/1.1\r\n", None),
    ];
    let server = to_server.into_iter().map(|(bytes, known)| (ToServer, bytes.to_vec(), known));
    let client = to_client.into_iter().map(|(bytes, known)| (ToClient, bytes.to_vec(), known));
    let dns = [(ToServer, framed(QUERY), Some(Dns)), (ToClient, framed(ANSWER), Some(Dns))];
    server.chain(client).chain(dns).collect()
}

#[test]
fn streams_are_recognised_by_their_first_bytes() {
    for (direction, bytes, known) in streams() {
        let expected = known.map_or(Recognition::Unknown, Recognition::Known);
        assert_eq!(recognise(direction, &bytes), expected, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(recognise(direction, &[]), Recognition::NeedMore);
    }
}

#[test]
fn datagrams_are_recognised_one_by_one() {
    let initial = |len: usize| [&[0xc3, 0, 0, 0, 1, 8][..], &vec![0; len - 6]].concat();
    let cases: [(Direction, Vec<u8>, Recognition); 10] = [
        (ToServer, QUERY.to_vec(), Recognition::Known(AppProtocol::Dns)),
        (ToClient, ANSWER.to_vec(), Recognition::Known(AppProtocol::Dns)),
        (ToClient, QUERY.to_vec(), Recognition::Unknown),
        (ToServer, QUERY[..20].to_vec(), Recognition::Unknown),
        (ToServer, initial(1200), Recognition::Known(AppProtocol::Quic)),
        (ToServer, initial(1199), Recognition::Unknown),
        (ToClient, initial(100), Recognition::Known(AppProtocol::Quic)),
        (ToClient, vec![0x80, 0, 0, 0, 0, 8, 0], Recognition::Known(AppProtocol::Quic)),
        (ToServer, vec![], Recognition::Unknown),
        (ToServer, vec![0x40; 1200], Recognition::Unknown),
    ];
    for (direction, bytes, expected) in cases {
        assert_eq!(recognise_datagram(direction, &bytes), expected, "{:02x?}", bytes.get(..12));
    }
}

#[test]
fn a_stream_that_tells_nothing_is_given_up_at_the_look_ahead() {
    let crlf = vec![b'\r'; LOOK_AHEAD];
    assert_eq!(recognise(ToServer, &crlf[1..]), Recognition::NeedMore);
    assert_eq!(recognise(ToServer, &crlf), Recognition::Unknown);
    let long = [b"220 ", &[b'x'; 100][..], b"SMTP\r\n"].concat();
    assert_eq!(recognise(ToClient, &long), Recognition::Unknown);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// What a prefix was recognised as, or not, no longer prefix takes back.
    #[test]
    fn more_bytes_never_change_an_answer(
        which in any::<prop::sample::Index>(),
        change in prop::option::of((0..12usize, any::<u8>())),
        tail in prop::collection::vec(prop_oneof![Just(0u8), Just(b'\r'), Just(b'F'), any::<u8>()], 0..70),
    ) {
        let streams = streams();
        let (direction, mut bytes, _) = streams[which.index(streams.len())].clone();
        if let Some((place, byte)) = change && let Some(place) = bytes.get_mut(place) {
            *place = byte;
        }
        bytes.extend(tail);
        let mut answer = Recognition::NeedMore;
        for len in 0..=bytes.len() {
            let next = recognise(direction, &bytes[..len]);
            prop_assert!(answer == Recognition::NeedMore || answer == next, "{answer:?} {next:?} at {len}");
            answer = next;
        }
    }
}

#[test]
fn a_greeting_stays_one_whatever_follows() {
    for text in [&b"EHLO "[..], b"EHLO /", b"EHLO /x HTTP/1.1\r\n"] {
        assert_eq!(recognise(Direction::ToServer, text), Recognition::Known(AppProtocol::Smtp), "{text:?}");
    }
}
