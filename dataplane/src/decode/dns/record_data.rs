//! Where in a record's data names stand, by its type.

/// Types of records (RFC 6895 §3.1).
pub(super) mod rrtype {
    pub(in super::super) const A: u16 = 1;
    pub(in super::super) const NS: u16 = 2;
    pub(in super::super) const CNAME: u16 = 5;
    pub(in super::super) const SOA: u16 = 6;
    pub(in super::super) const PTR: u16 = 12;
    pub(in super::super) const MX: u16 = 15;
    pub(in super::super) const AAAA: u16 = 28;
    pub(in super::super) const SRV: u16 = 33;
    pub(in super::super) const DNAME: u16 = 39;
    pub(in super::super) const OPT: u16 = 41;
    pub(in super::super) const SVCB: u16 = 64;
    pub(in super::super) const HTTPS: u16 = 65;
}

/// How many bytes stand before the first name in a record's data, and how many names there are; `None` for types
/// without.
pub(super) const fn names_in(kind: u16) -> Option<(usize, usize)> {
    match kind {
        rrtype::NS | rrtype::CNAME | rrtype::PTR | rrtype::DNAME => Some((0, 1)),
        rrtype::SOA => Some((0, 2)),
        rrtype::MX | rrtype::SVCB | rrtype::HTTPS => Some((2, 1)),
        rrtype::SRV => Some((6, 1)),
        _ => None,
    }
}
