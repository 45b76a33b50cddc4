//! Messages for tests: recorded ones, and such as are put together from parts.

use crate::flow::Direction;

pub(super) const Z_FLAG: &str = include_str!("fixtures/z_flag.hex");
pub(super) const NXDOMAIN: &str = include_str!("fixtures/nxdomain_edns.hex");
pub(super) const RESOLVER: &str = include_str!("fixtures/resolver.hex");
pub(super) const NOTIFY: &str = include_str!("fixtures/notify.hex");

/// The payloads of a capture in their order, with their directions.
pub(super) fn fixture(text: &str) -> Vec<(Direction, Vec<u8>)> {
    let line = |line: &str| {
        let (side, hex) = line.split_once(' ').unwrap();
        let direction = if side == ">" { Direction::ToServer } else { Direction::ToClient };
        let digits = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        (direction, hex.as_bytes().chunks(2).map(digits).collect())
    };
    text.lines().map(line).collect()
}

/// A header with these flags and counts, and id 7.
pub(super) fn header(flags: u16, counts: [u16; 4]) -> Vec<u8> {
    [7, flags].into_iter().chain(counts).flat_map(u16::to_be_bytes).collect()
}

/// A name without compression.
pub(super) fn name(text: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        wire.push(label.len() as u8);
        wire.extend_from_slice(label.as_bytes());
    }
    wire.push(0);
    wire
}

/// A record of class 1 with a TTL of 60.
pub(super) fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let len = (data.len() as u16).to_be_bytes();
    [owner, &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 60], &len, data].concat()
}

/// A query for a name's address.
pub(super) fn query(text: &str) -> Vec<u8> {
    [&header(0x0100, [1, 0, 0, 0])[..], &name(text), &[0, 1, 0, 1]].concat()
}
