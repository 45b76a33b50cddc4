//! What goes into the engine and what comes out of it.

use crate::flow::WireId;
use crate::time::Nanos;
use crate::verdict::Verdict;

/// A frame as a port received it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    /// From the Ethernet header on, without the frame check sequence.
    pub bytes: &'a [u8],
    /// The wire it came in on.
    pub wire: WireId,
    /// When.
    pub time: Nanos,
    /// Its number in a capture, from 1; 0 when live.
    pub number: u64,
    /// What the device says of its checksums.
    pub checksum: Checksum,
}

/// What a device says of the checksums of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// It did not look, or they are right.
    #[default]
    NotBad,
    /// One is wrong, and the receiver will discard the packet.
    Bad,
}

/// What is to be done with a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Forward, drop or reject.
    pub verdict: Verdict,
    /// For a rejected TCP segment of an established connection: the sequence number that its receiver expects next,
    /// which a reset to it must carry (RFC 5961 §3.2).
    pub expected: Option<u32>,
}

impl Decision {
    /// Forwarded.
    pub const FORWARD: Decision = Decision { verdict: Verdict::Forward, expected: None };

    /// A verdict that nothing else is needed for.
    pub const fn of(verdict: Verdict) -> Decision {
        Decision { verdict, expected: None }
    }
}
