//! Trials: traffic through the engine without ports, to see what signatures make of it.
//!
//! The traffic is a capture, or an exchange that is told by what its ends say ([`Exchange`]). Each trial has an engine of
//! its own, so that none remembers what another saw. Rule authors state what they expect of their signatures
//! ([`Expectation`]); `weir rules test` holds it against trials.

mod exchange;
mod expectation;
mod run;
mod segment;

#[cfg(test)]
mod expectation_tests;
#[cfg(test)]
mod run_tests;

pub use exchange::Exchange;
pub use expectation::{Expectation, Said, Traffic, Wanted, read_expectations};
pub use run::{Outcome, Profiling, Trial, TrialError};
