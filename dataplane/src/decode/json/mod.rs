//! JSON (RFC 8259) as it arrives: no tree, no whole document, no wait for its end.
//!
//! Which parts of a document are of interest is written as paths ([`Shape`]); everything else is stepped over at the speed
//! of `memchr`. What is of interest goes to a [`Visitor`] in pieces that lie in the input where they can, with escapes
//! undone:
//!
//! ```text
//!  {"model":"m","messages":[{"role":"user","content":"What is\u0020it?"}]}
//!           └ text, whole                               └───────┘└┴───┘ text in pieces
//! ```
//!
//! Documents may follow each other (NDJSON). Whoever reads JSON leniently is followed: what is not right is reported
//! ([`Trouble`]) and read on, as the most lenient reader would.

mod escape;
mod parser;
#[cfg(test)]
mod parser_tests;
mod scan;
mod shape;
mod trouble;
mod visitor;
mod word;

pub use escape::{Undone, Unescape};
pub use parser::{Json, JsonLimits, MAX_DEPTH};
pub use shape::{NodeId, Shape};
pub use trouble::Trouble;
pub use visitor::Visitor;
