//! Databases of Hyperscan: what they are compiled from, compiling them side by side, and keeping them on disk.
//!
//! ```text
//!  pattern sets ─▶ equal ones once ─▶ in the cache? ── yes ─▶ read, checked, deserialised ─┐
//!                                        │ no                                              ├▶ databases
//!                                        └──▶ compiled, on as many threads as cores ─▶ kept┘
//! ```
//!
//! This module knows patterns and not signatures: what a pattern is for is the business of `inspect` and `detect`.

mod cache;
mod cache_file;
mod compiler;
mod directory;
mod patterns;

pub use cache::{CacheCounters, DatabaseCache};
pub use compiler::{Compiler, Database, Refused};
pub use directory::{Untrusted, default_directory};
pub use patterns::{PatternSet, ScanMode, ScanPattern};
