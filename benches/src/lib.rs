//! Traffic and rules to measure weir with: made from a seed, so that every run and every machine measures the same.

#![forbid(unsafe_code)]

pub mod ai_chat;
pub mod datagrams;
pub mod frames;
pub mod mix;
pub mod rule_set;
pub mod seeded;
pub mod words;
