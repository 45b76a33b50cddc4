//! TCP byte streams out of segments: reassembly for a device that sits inline.

pub mod counters;
mod filled;
pub mod half;
pub mod reassemble;
#[cfg(test)]
mod reassembly_model;
pub mod store;

pub use counters::StreamCounters;
pub use half::Half;
pub use reassemble::{AckOutcome, Reassembler, Retain, SegmentOutcome, StreamBytes};
pub use store::{ChunkStore, StoreConfig};
