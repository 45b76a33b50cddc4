//! Confirms candidates: whether the complete value of a buffer holds all that a signature asks of it.
//!
//! The scan by Hyperscan is a net with holes of the right size: what it lets through can't match, what it catches may.
//! This module is the full rule, condition by condition, with the meaning that Suricata's content inspection gives to
//! them: places relative to the match before, numbers read out of the buffer, expressions of PCRE, transforms.
//!
//! ```text
//! value ─ transforms ─▶ bytes ─▶ condition ─▶ condition ─▶ … ─▶ matches
//!                                  ▲              │
//!                                  └─ next match ─┘ where one that depends on it does not hold
//! ```
//!
//! A [`Confirmer`] is compiled once and shared by all workers; each has a [`Scratch`], which holds all memory that an
//! evaluation needs. Work for a value is bounded by [`Limits`]: what exceeds them does not match, and is counted.

mod base64;
mod base64_decode;
mod byte_field;
mod byte_keywords;
mod captures;
mod compile;
mod content;
mod dataset;
mod dataset_changes;
mod dataset_table;
mod dataset_values;
mod entropy;
mod evaluate;
mod expression;
mod limits;
mod literal;
mod named_sets;
pub mod packet;
mod place;
mod program;
mod regex;
mod scratch;
mod size;
mod transform;
mod value;
mod variables;

#[cfg(test)]
mod evaluate_tests;
#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod test_rules;

pub use base64::decode as decode_base64;
pub use captures::Captured;
pub use compile::{Compiled, Confirmer};
pub use dataset::{DatasetId, Datasets, Member};
pub use dataset_changes::FoundElement;
pub use dataset_table::{DatasetFull, DatasetTable, SetUse, Sets};
pub use limits::{Counters, Limits};
pub use named_sets::NamedSet;
pub use scratch::Scratch;
pub(crate) use transform::shape;
pub use value::{Extent, Value};
