//! weir: an inline inspection and segmentation data plane.
//!
//! The packet's life is one file, `worker.rs`; every stage it names is a module of this crate.

#![forbid(unsafe_code)]

pub mod app;
pub mod bench;
pub mod capture;
pub mod cli;
pub mod config;
pub mod confirm;
pub mod counter;
pub mod database;
pub mod dataset;
pub mod decode;
pub mod detect;
pub mod engine;
pub mod event;
pub mod explanation;
pub mod flow;
pub mod inspect;
pub mod latency;
pub mod live;
mod named_events;
pub mod packet;
pub mod profile;
pub mod replay;
pub mod reputation;
pub mod ruleset;
pub mod semantics;
pub mod stream;
pub mod time;
pub mod trial;
pub mod verdict;
pub mod worker;
