//! Content codings (RFC 9110 §8.4.1): gzip, deflate, br and zstd, undone as the bytes come.
//!
//! A [`Chain`] takes the bytes of one body as they were sent and gives what they mean, through up to a configured
//! number of codings. It holds no more than the windows that the codings need, gives out all that can be decoded from
//! what it was given, and gives up on what grows beyond all measure ([`Trouble::Bomb`]); what follows a fault comes
//! out as it was sent. It knows no protocol.

mod brotli;
mod chain;
#[cfg(test)]
mod chain_tests;
mod coding;
mod gzip;
mod inflate;
mod zlib;
mod zstandard;

pub use chain::{Chain, ChainLimits, Output, Trouble};
pub use coding::Coding;
pub(super) use coding::Outcome;
pub(super) use inflate::Inflate;
