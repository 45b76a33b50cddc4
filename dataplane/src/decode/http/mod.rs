//! What HTTP/1 and HTTP/2 have in common (RFC 9110): headers that mean something, hosts, targets, bodies with their
//! codings and files, and what may be odd about them. How messages are framed is each version's own.

pub(in crate::decode) mod body;
pub(in crate::decode) mod host;
pub(in crate::decode) mod known;
pub(in crate::decode) mod octet;
pub(in crate::decode) mod oddity;
pub(in crate::decode) mod target;
