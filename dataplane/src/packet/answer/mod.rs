//! Answers to packets that are rejected, so that the ends need not wait for a timeout: resets for TCP, "unreachable"
//! for the rest.
//!
//! An answer speaks for an end: weir has no addresses. It goes through the same VLANs and tunnels as the packet it
//! answers, with what is around it turned about where it goes back.

#[cfg(test)]
mod answer_tests;
mod envelope;
mod reset;
mod unreachable;

pub use reset::{Towards, tcp_reset};
pub use unreachable::icmp_unreachable;
