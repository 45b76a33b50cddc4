//! Words that stand for the values of numbers.

use crate::number::NumberId;

/// The value that a word stands for.
pub(super) fn value(number: NumberId, word: &str) -> Option<u64> {
    table(number).iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|&(_, value)| value)
}

/// The word that stands for a value; the first, where there are several.
pub fn number_name(number: NumberId, value: u64) -> Option<&'static str> {
    table(number).iter().find(|&&(_, named)| named == value).map(|&(name, _)| name)
}

fn table(number: NumberId) -> &'static [(&'static str, u64)] {
    match number {
        NumberId::IpProtocol => IP_PROTOCOLS,
        NumberId::DnsRcode => DNS_RCODES,
        NumberId::DnsRrType => DNS_TYPES,
        NumberId::TlsVersion => TLS_VERSIONS,
        NumberId::Http2FrameType => HTTP2_FRAME_TYPES,
        NumberId::Http2ErrorCode => HTTP2_ERROR_CODES,
        NumberId::WebsocketOpcode => WEBSOCKET_OPCODES,
        _ => &[],
    }
}

/// IANA's protocol numbers, those that rules name.
const IP_PROTOCOLS: &[(&str, u64)] = &[
    ("icmp", 1),
    ("igmp", 2),
    ("ipip", 4),
    ("tcp", 6),
    ("egp", 8),
    ("udp", 17),
    ("ipv6", 41),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("ipv6-icmp", 58),
    ("eigrp", 88),
    ("ospf", 89),
    ("pim", 103),
    ("vrrp", 112),
    ("l2tp", 115),
    ("sctp", 132),
];

/// IANA's DNS RCODEs.
const DNS_RCODES: &[(&str, u64)] = &[
    ("NOERROR", 0),
    ("FORMERR", 1),
    ("SERVFAIL", 2),
    ("NXDOMAIN", 3),
    ("NOTIMP", 4),
    ("REFUSED", 5),
    ("YXDOMAIN", 6),
    ("YXRRSET", 7),
    ("NXRRSET", 8),
    ("NOTAUTH", 9),
    ("NOTZONE", 10),
    ("BADVERS", 16),
    ("BADSIG", 16),
    ("BADKEY", 17),
    ("BADTIME", 18),
    ("BADMODE", 19),
    ("BADNAME", 20),
    ("BADALG", 21),
    ("BADTRUNC", 22),
];

/// IANA's DNS resource record types, those in use.
const DNS_TYPES: &[(&str, u64)] = &[
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("SOA", 6),
    ("NULL", 10),
    ("WKS", 11),
    ("PTR", 12),
    ("HINFO", 13),
    ("MINFO", 14),
    ("MX", 15),
    ("TXT", 16),
    ("RP", 17),
    ("SIG", 24),
    ("KEY", 25),
    ("AAAA", 28),
    ("LOC", 29),
    ("SRV", 33),
    ("NAPTR", 35),
    ("DNAME", 39),
    ("OPT", 41),
    ("DS", 43),
    ("SSHFP", 44),
    ("RRSIG", 46),
    ("NSEC", 47),
    ("DNSKEY", 48),
    ("NSEC3", 50),
    ("TLSA", 52),
    ("SVCB", 64),
    ("HTTPS", 65),
    ("SPF", 99),
    ("TSIG", 250),
    ("IXFR", 251),
    ("AXFR", 252),
    ("ANY", 255),
    ("URI", 256),
    ("CAA", 257),
];

/// Versions of TLS, as `tls.version` and as `ssl_version` write them.
const TLS_VERSIONS: &[(&str, u64)] = &[
    ("sslv2", 0x0200),
    ("sslv3", 0x0300),
    ("1.0", 0x0301),
    ("tls1.0", 0x0301),
    ("1.1", 0x0302),
    ("tls1.1", 0x0302),
    ("1.2", 0x0303),
    ("tls1.2", 0x0303),
    ("1.3", 0x0304),
    ("tls1.3", 0x0304),
];

/// Types of HTTP/2 frames (RFC 9113 §6), as Suricata writes them and as the RFC does.
const HTTP2_FRAME_TYPES: &[(&str, u64)] = &[
    ("DATA", 0),
    ("HEADERS", 1),
    ("PRIORITY", 2),
    ("RSTSTREAM", 3),
    ("RST_STREAM", 3),
    ("SETTINGS", 4),
    ("PUSHPROMISE", 5),
    ("PUSH_PROMISE", 5),
    ("PING", 6),
    ("GOAWAY", 7),
    ("WINDOWUPDATE", 8),
    ("WINDOW_UPDATE", 8),
    ("CONTINUATION", 9),
];

/// Error codes of HTTP/2 (RFC 9113 §7).
const HTTP2_ERROR_CODES: &[(&str, u64)] = &[
    ("NO_ERROR", 0),
    ("PROTOCOL_ERROR", 1),
    ("INTERNAL_ERROR", 2),
    ("FLOW_CONTROL_ERROR", 3),
    ("SETTINGS_TIMEOUT", 4),
    ("STREAM_CLOSED", 5),
    ("FRAME_SIZE_ERROR", 6),
    ("REFUSED_STREAM", 7),
    ("CANCEL", 8),
    ("COMPRESSION_ERROR", 9),
    ("CONNECT_ERROR", 10),
    ("ENHANCE_YOUR_CALM", 11),
    ("INADEQUATE_SECURITY", 12),
    ("HTTP_1_1_REQUIRED", 13),
    ("HTTP11_REQUIRED", 13),
];

/// Identifiers of HTTP/2's settings: IANA's registry (RFC 9113 §11.3).
pub(super) const HTTP2_SETTINGS: &[(&str, u64)] = &[
    ("SETTINGS_HEADER_TABLE_SIZE", 1),
    ("SETTINGS_ENABLE_PUSH", 2),
    ("SETTINGS_MAX_CONCURRENT_STREAMS", 3),
    ("SETTINGS_INITIAL_WINDOW_SIZE", 4),
    ("SETTINGS_MAX_FRAME_SIZE", 5),
    ("SETTINGS_MAX_HEADER_LIST_SIZE", 6),
    ("SETTINGS_ENABLE_CONNECT_PROTOCOL", 8),
    ("SETTINGS_NO_RFC7540_PRIORITIES", 9),
];

/// Opcodes of WebSocket (RFC 6455 §5.2).
const WEBSOCKET_OPCODES: &[(&str, u64)] = &[
    ("continuation", 0),
    ("text", 1),
    ("binary", 2),
    ("connection_close", 8),
    ("close", 8),
    ("ping", 9),
    ("pong", 10),
];
