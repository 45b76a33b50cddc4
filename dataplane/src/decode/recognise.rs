//! Tells a protocol by its first bytes, never by its port: a service that hides on another port, or another service on
//! a well-known one, is what inspection is for.
//!
//! Each protocol has a rule that says of a prefix *is*, *may become* or *is not*; rules exclude each other, so a longer
//! prefix never changes what a shorter one was recognised as. Of a stream no more than [`LOOK_AHEAD`] bytes are looked
//! at, and both directions can be asked: whichever is sure first tells for the flow.

use super::dns::DnsHeader;
use super::sip::FirstLine;
use super::{nccl, nvme, redis};
use crate::flow::Direction;

/// How many bytes of a stream are looked at. A stream that is not recognised by then never will be.
pub const LOOK_AHEAD: usize = 64;

/// A protocol above transport that can be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AppProtocol {
    /// HTTP/1 (RFC 9112).
    Http1,
    /// HTTP/2 (RFC 9113) in the clear.
    Http2,
    /// gRPC, which is HTTP/2 and is known by its content type.
    Grpc,
    /// DNS over HTTP/2 (RFC 8484).
    Doh2,
    /// WebSocket (RFC 6455), which HTTP/1 hands over to.
    Websocket,
    /// SSL and TLS.
    Tls,
    /// DNS, in datagrams or a stream.
    Dns,
    /// SIP (RFC 3261).
    Sip,
    /// SSH (RFC 4253).
    Ssh,
    /// SMTP (RFC 5321).
    Smtp,
    /// FTP (RFC 959).
    Ftp,
    /// IMAP (RFC 9051).
    Imap,
    /// POP3 (RFC 1939).
    Pop3,
    /// SMB 1 to 3.
    Smb,
    /// PostgreSQL.
    Pgsql,
    /// Redis.
    Redis,
    /// NVMe over TCP.
    Nvme,
    /// NCCL.
    Nccl,
    /// QUIC (RFC 9000).
    Quic,
    /// RoCEv2, which is told by its port and not here: its headers have no mark of their own.
    Rdma,
}

impl AppProtocol {
    /// The name by which rules and events call it.
    pub const fn name(self) -> &'static str {
        match self {
            AppProtocol::Http1 => "http",
            AppProtocol::Http2 => "http2",
            AppProtocol::Grpc => "grpc",
            AppProtocol::Doh2 => "doh2",
            AppProtocol::Websocket => "websocket",
            AppProtocol::Tls => "tls",
            AppProtocol::Dns => "dns",
            AppProtocol::Sip => "sip",
            AppProtocol::Ssh => "ssh",
            AppProtocol::Smtp => "smtp",
            AppProtocol::Ftp => "ftp",
            AppProtocol::Imap => "imap",
            AppProtocol::Pop3 => "pop3",
            AppProtocol::Smb => "smb",
            AppProtocol::Pgsql => "pgsql",
            AppProtocol::Redis => "redis",
            AppProtocol::Nvme => "nvme",
            AppProtocol::Nccl => "nccl",
            AppProtocol::Quic => "quic",
            AppProtocol::Rdma => "rdma",
        }
    }
}

/// What the first bytes of a direction say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// They are of this protocol.
    Known(AppProtocol),
    /// More of them may tell.
    NeedMore,
    /// They are of none, whatever follows.
    Unknown,
}

/// What a rule says of a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Is(AppProtocol),
    MayBecome,
    IsNot,
}

/// Recognises a TCP stream by the first bytes of one direction, all that there are so far.
pub fn recognise(direction: Direction, bytes: &[u8]) -> Recognition {
    let seen = bytes.get(..LOOK_AHEAD).unwrap_or(bytes);
    match direction {
        // What begins in a fixed way comes first: `EHLO ` is known before a `/` could make a method of it.
        Direction::ToServer => first_that_fits(
            direction,
            seen,
            [
                prefixes(seen, CLIENT),
                redis::fit(seen),
                nvme::first_of_host(seen),
                nccl::fit(seen),
                sip(seen),
                http1_request(seen),
                tls(seen, CLIENT_HELLO),
                pgsql(seen),
                smb(seen),
            ],
        ),
        Direction::ToClient => first_that_fits(
            direction,
            seen,
            [
                prefixes(seen, SERVER),
                sip(seen),
                banner(seen),
                tls(seen, SERVER_HELLO),
                http2_settings(seen),
                nvme::first_of_controller(seen),
                smb(seen),
            ],
        ),
    }
}

fn first_that_fits<const N: usize>(direction: Direction, seen: &[u8], fits: [Fit; N]) -> Recognition {
    let mut may_become = seen.is_empty();
    // DNS last: it is told by its numbers, which a text could have by chance.
    for fit in fits.into_iter().chain(std::iter::once_with(|| dns_stream(direction, seen))) {
        match fit {
            Fit::Is(protocol) => return Recognition::Known(protocol),
            Fit::MayBecome => may_become = true,
            Fit::IsNot => {}
        }
    }
    if may_become && seen.len() < LOOK_AHEAD { Recognition::NeedMore } else { Recognition::Unknown }
}

/// Recognises a UDP flow by one datagram. It never needs more.
pub fn recognise_datagram(direction: Direction, bytes: &[u8]) -> Recognition {
    if is_quic(direction, bytes) {
        return Recognition::Known(AppProtocol::Quic);
    }
    if let Fit::Is(protocol) = sip(bytes) {
        return Recognition::Known(protocol);
    }
    match dns_message(direction, bytes) {
        Fit::Is(protocol) => Recognition::Known(protocol),
        Fit::MayBecome | Fit::IsNot => Recognition::Unknown,
    }
}

/// What clients begin with, where it is fixed.
const CLIENT: &[(&[u8], AppProtocol)] = &[
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", AppProtocol::Http2),
    (b"SSH-2.0-", AppProtocol::Ssh),
    (b"SSH-1.", AppProtocol::Ssh),
    (b"EHLO ", AppProtocol::Smtp),
    (b"HELO ", AppProtocol::Smtp),
    (b"USER ", AppProtocol::Ftp),
    (b"FEAT\r\n", AppProtocol::Ftp),
    (b"CAPA\r\n", AppProtocol::Pop3),
];

/// What servers begin with, where it is fixed.
const SERVER: &[(&[u8], AppProtocol)] = &[
    (b"HTTP/1.", AppProtocol::Http1),
    (b"SSH-2.0-", AppProtocol::Ssh),
    (b"SSH-1.", AppProtocol::Ssh),
    (b"* OK ", AppProtocol::Imap),
    (b"* PREAUTH ", AppProtocol::Imap),
    (b"+OK ", AppProtocol::Pop3),
    (b"+OK\r\n", AppProtocol::Pop3),
];

fn prefixes(bytes: &[u8], table: &[(&[u8], AppProtocol)]) -> Fit {
    let mut fit = Fit::IsNot;
    for &(prefix, protocol) in table {
        if bytes.starts_with(prefix) {
            return Fit::Is(protocol);
        }
        if prefix.starts_with(bytes) {
            fit = Fit::MayBecome;
        }
    }
    fit
}

/// The methods that need nothing behind them to be told (RFC 9110 §9.3, RFC 5789, RFC 4918).
const METHODS: &[&[u8]] = &[
    b"GET",
    b"POST",
    b"PUT",
    b"HEAD",
    b"DELETE",
    b"CONNECT",
    b"TRACE",
    b"PATCH",
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
    b"REPORT",
    b"SEARCH",
];

/// A method and a space; for a method that is not known, also the slash of a target. Empty lines before are passed
/// over as servers do (RFC 9112 §2.2).
fn http1_request(bytes: &[u8]) -> Fit {
    const LONGEST_METHOD: usize = 20;
    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let line = bytes.get(empty..).unwrap_or(&[]);
    let length =
        line.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')).count();
    let (method, rest) = line.split_at_checked(length).unwrap_or((line, &[]));
    match rest {
        [] if length <= LONGEST_METHOD => Fit::MayBecome,
        [b' ', ..] if METHODS.contains(&method) => Fit::Is(AppProtocol::Http1),
        [b' '] if (1..=LONGEST_METHOD).contains(&length) => Fit::MayBecome,
        // SIP has this method too, and targets of its own.
        [b' ', b'*' | b'h' | b'H', ..] if method == b"OPTIONS" => Fit::Is(AppProtocol::Http1),
        [b' ', b'/', ..] if (1..=LONGEST_METHOD).contains(&length) => Fit::Is(AppProtocol::Http1),
        _ => Fit::IsNot,
    }
}

/// Either end of a call may begin.
fn sip(bytes: &[u8]) -> Fit {
    match FirstLine::of(bytes) {
        FirstLine::Request | FirstLine::Response => Fit::Is(AppProtocol::Sip),
        FirstLine::NeedMore => Fit::MayBecome,
        FirstLine::Other => Fit::IsNot,
    }
}

/// SMTP and FTP greet with the same code, and tell which they are in the text behind it.
fn banner(bytes: &[u8]) -> Fit {
    const READY: &[u8] = b"220";
    let Some(line) = bytes.strip_prefix(READY) else {
        return if READY.starts_with(bytes) { Fit::MayBecome } else { Fit::IsNot };
    };
    match line.first() {
        None => return Fit::MayBecome,
        Some(b' ' | b'-') => {}
        Some(_) => return Fit::IsNot,
    }
    let end = line.iter().position(|&byte| byte == b'\n');
    for window in line.get(..end.unwrap_or(line.len())).unwrap_or(line).windows(4) {
        if window.eq_ignore_ascii_case(b"SMTP") {
            return Fit::Is(AppProtocol::Smtp);
        }
        // The line begins with a separator, so that a name always has a byte before it.
        if matches!(window, [_, name @ ..] if name.eq_ignore_ascii_case(b"FTP")) {
            return Fit::Is(AppProtocol::Ftp);
        }
    }
    if end.is_some() { Fit::IsNot } else { Fit::MayBecome }
}

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// A handshake record that begins with this side's hello, an alert of a server that refuses, or a client's hello in the
/// shape of SSL 2.0.
fn tls(bytes: &[u8], hello: u8) -> Fit {
    const ALERT: u8 = 21;
    const HANDSHAKE: u8 = 22;
    const SMALLEST_HELLO: u16 = 41;
    let fits = |place: usize, test: &dyn Fn(u8) -> bool| bytes.get(place).copied().is_none_or(test);
    let is_version = fits(1, &|major| major == 3) && fits(2, &|minor| minor <= 4);
    let (plausible, needed) = match bytes.first() {
        None => return Fit::MayBecome,
        Some(&HANDSHAKE) => {
            (is_version && fits(3, &|high| high <= 0x48) && fits(5, &|kind| kind == hello), 6)
        }
        Some(&ALERT) if hello == SERVER_HELLO => {
            let is_alert = fits(3, &|high| high == 0)
                && fits(4, &|low| low == 2)
                && fits(5, &|level| matches!(level, 1 | 2));
            (is_version && is_alert, 6)
        }
        Some(&first) if hello == CLIENT_HELLO && first & 0x80 != 0 => {
            let length = |low: u8| u16::from_be_bytes([first & 0x7f, low]) >= SMALLEST_HELLO - 16;
            let is_version = fits(3, &|major| matches!(major, 0 | 3))
                && fits(4, &|minor| if bytes.get(3) == Some(&0) { minor == 2 } else { minor <= 4 });
            // Three bytes for each cipher.
            let has_ciphers = match bytes.get(5..7) {
                Some(&[high, low]) => u16::from_be_bytes([high, low]).is_multiple_of(3),
                _ => true,
            };
            (fits(1, &length) && fits(2, &|kind| kind == 1) && is_version && has_ciphers, 7)
        }
        Some(_) => return Fit::IsNot,
    };
    match plausible {
        false => Fit::IsNot,
        true if bytes.len() < needed => Fit::MayBecome,
        true => Fit::Is(AppProtocol::Tls),
    }
}

/// The first frame of a server is SETTINGS on stream 0 (RFC 9113 §3.4): whole settings of six bytes each.
fn http2_settings(bytes: &[u8]) -> Fit {
    const SETTINGS: [u8; 6] = [4, 0, 0, 0, 0, 0];
    let (length, rest) = bytes.split_at_checked(3).unwrap_or((bytes, &[]));
    let plausible = length.iter().zip([0, 0]).all(|(&byte, zero)| byte == zero)
        && length.get(2).is_none_or(|low| low % 6 == 0)
        && (SETTINGS.starts_with(rest) || rest.starts_with(&SETTINGS));
    match plausible {
        false => Fit::IsNot,
        true if rest.len() < SETTINGS.len() => Fit::MayBecome,
        true => Fit::Is(AppProtocol::Http2),
    }
}

/// A startup message of protocol 3, or a request for encryption or to cancel, each of a length of its own.
fn pgsql(bytes: &[u8]) -> Fit {
    const REQUESTS: [[u8; 8]; 3] = [
        [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f],
        [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30],
        [0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e],
    ];
    const VERSION: [u8; 3] = [0, 3, 0];
    let (length, version) = bytes.split_at_checked(4).unwrap_or((bytes, &[]));
    let short = length.iter().zip([0, 0]).all(|(&byte, zero)| byte == zero);
    if REQUESTS.iter().any(|request| bytes.starts_with(request)) || short && version.starts_with(&VERSION) {
        return Fit::Is(AppProtocol::Pgsql);
    }
    let may_become =
        REQUESTS.iter().any(|request| request.starts_with(bytes)) || short && VERSION.starts_with(version);
    if may_become { Fit::MayBecome } else { Fit::IsNot }
}

/// A NetBIOS session message with the magic of SMB.
fn smb(bytes: &[u8]) -> Fit {
    let (head, magic) = bytes.split_at_checked(4).unwrap_or((bytes, &[]));
    if head.first().is_some_and(|&kind| kind != 0) {
        return Fit::IsNot;
    }
    for known in [b"\xffSMB", b"\xfeSMB", b"\xfdSMB"] {
        if magic.starts_with(known) {
            return Fit::Is(AppProtocol::Smb);
        }
        if known.starts_with(magic) {
            return Fit::MayBecome;
        }
    }
    Fit::IsNot
}

fn dns_stream(direction: Direction, bytes: &[u8]) -> Fit {
    let Some((&length, message)) = bytes.split_first_chunk() else { return Fit::MayBecome };
    if usize::from(u16::from_be_bytes(length)) < DnsHeader::LEN {
        return Fit::IsNot;
    }
    dns_message(direction, message)
}

/// A header whose numbers make sense, and a first question that does.
fn dns_message(direction: Direction, bytes: &[u8]) -> Fit {
    let Some(header) = DnsHeader::parse(bytes) else { return Fit::MayBecome };
    let [questions, answers, authorities, additionals] = header.counts;
    let plausible = header.opcode() <= 6
        && match direction {
            Direction::ToServer => {
                !header.is_response()
                    && questions == 1
                    && answers <= 1
                    && authorities <= 64
                    && additionals <= 64
            }
            Direction::ToClient => {
                header.is_response()
                    && questions <= 1
                    && answers <= 2048
                    && authorities <= 256
                    && additionals <= 256
            }
        };
    if !plausible {
        return Fit::IsNot;
    }
    if questions == 0 {
        // An error without its question, or an answer of a transfer.
        let says_something = header.rcode() != 0 || answers > 0;
        return if says_something { Fit::Is(AppProtocol::Dns) } else { Fit::IsNot };
    }
    dns_question(bytes.get(DnsHeader::LEN..).unwrap_or(&[]))
}

/// Labels without compression, since there is nothing before them to point to, and a class that exists (RFC 6895
/// §3.2); the top bit of it is mDNS's.
fn dns_question(bytes: &[u8]) -> Fit {
    const ENOUGH: usize = LOOK_AHEAD - DnsHeader::LEN - 2;
    let mut rest = bytes;
    loop {
        match rest.split_first() {
            None if bytes.len() >= ENOUGH => return Fit::Is(AppProtocol::Dns),
            None => return Fit::MayBecome,
            Some((0, after)) => {
                return match after.get(2..4) {
                    Some(&[high, low]) if matches!((high & 0x7f, low), (0, 1 | 3 | 4 | 254 | 255)) => {
                        Fit::Is(AppProtocol::Dns)
                    }
                    Some(_) => Fit::IsNot,
                    None if bytes.len() >= ENOUGH => Fit::Is(AppProtocol::Dns),
                    None => Fit::MayBecome,
                };
            }
            Some((&length, _)) if length > 63 => return Fit::IsNot,
            Some((&length, after)) => rest = after.get(usize::from(length)..).unwrap_or(&[]),
        }
    }
}

/// A packet with a long header of a version that is in use (RFC 9000 §17.2). A client's first fills 1,200 bytes (§14.1).
fn is_quic(direction: Direction, bytes: &[u8]) -> bool {
    const LONG_HEADER: u8 = 0x80;
    const FIXED_BIT: u8 = 0x40;
    const SMALLEST_INITIAL: usize = 1200;
    const LONGEST_ID: u8 = 20;
    let Some((&[first, a, b, c, d, id], _)) = bytes.split_first_chunk::<6>() else { return false };
    if first & LONG_HEADER == 0 || id > LONGEST_ID {
        return false;
    }
    let version = u32::from_be_bytes([a, b, c, d]);
    match version {
        // Version negotiation, which only servers send (§17.2.1).
        0 => direction == Direction::ToClient,
        // 1, 2 (RFC 9369), and the drafts before them.
        1 | 0x6b33_43cf | 0xff00_0017..=0xff00_0022 => {
            first & FIXED_BIT != 0 && (direction == Direction::ToClient || bytes.len() >= SMALLEST_INITIAL)
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod recognise_tests;
