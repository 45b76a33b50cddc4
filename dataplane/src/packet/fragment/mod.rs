//! Fragments of IP datagrams, put together for inspection.

mod blocks;
mod claimed;
mod compose;
mod config;
mod datagram;
#[cfg(test)]
mod fragment_tests;
mod slots;
mod table;

pub use config::{FragmentConfig, FragmentCounters, FragmentError};
pub use datagram::Realm;
pub use table::{Conclusion, FragmentOutcome, FragmentTable};
