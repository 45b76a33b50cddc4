//! weir: an inline inspection and segmentation data plane.
//!
//! The packet's life is one file, `worker.rs`; every stage it names is a module of this crate.

#![forbid(unsafe_code)]

pub mod flow;
pub mod packet;
pub mod stream;
pub mod time;
