//! What is odd about the headers of a frame, in the words of signatures (`decode-event:ipv6.trunc_exthdr`).
//!
//! The parser finds the innermost packet and stops at what makes that impossible. Much that signatures ask about is of
//! no concern to it: options that are there twice, an unknown type of ICMP, padding where there should be none. So
//! this is a second look, from the outside in, which is taken only where signatures ask for such events, and only at
//! frames that are not as [ordinary](is_ordinary) as nearly all are. It changes nothing and decides nothing.

mod icmp;
mod ipv4;
mod ipv6;
mod link;
mod look;
#[cfg(test)]
mod look_tests;
mod table;
mod tcp;
mod transport;
mod tunnel;

pub use look::{decode_events, is_ordinary};
pub use table::{DecodeEvent, DecodeEvents};
