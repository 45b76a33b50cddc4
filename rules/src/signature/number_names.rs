//! Words that stand for the values of numbers.

use crate::number::NumberId;

/// The value that a word stands for.
pub(super) fn value(number: NumberId, word: &str) -> Option<u64> {
    let table: &[(&str, u64)] = match number {
        NumberId::IpProtocol => IP_PROTOCOLS,
        NumberId::DnsRcode => DNS_RCODES,
        NumberId::DnsRrType => DNS_TYPES,
        NumberId::TlsVersion => TLS_VERSIONS,
        _ => return None,
    };
    table.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|&(_, value)| value)
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
