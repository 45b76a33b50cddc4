//! The two languages that a person writes for weir: **signatures** (Suricata's rule syntax) and **segmentation
//! policy** (YAML).
//!
//! This crate parses them, reports what is wrong with file, line and column, and compiles them to immutable tables.
//! It does no I/O, reads no clock and knows neither packets nor DPDK: bytes and names go in, tables come out.

#![forbid(unsafe_code)]

pub mod diagnostic;
pub mod field;
mod names;
pub mod number;
pub mod origin;
pub mod policy;
pub mod ranges;
pub mod signature;
pub mod yaml;
