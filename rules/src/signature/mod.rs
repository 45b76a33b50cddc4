//! Signatures in Suricata's rule syntax: a header (who talks to whom) and options (what is said).
//!
//! [`load`] turns rule files into a [`SignatureSet`]. A rule that is wrong, or needs what is not there yet, is reported
//! and left out; the others load. The order of work for one rule is: `text` finds it, `header` and `keyword` read
//! its two halves into a `draft`, and the draft becomes a [`Signature`].
//!
//! Adding a keyword is a file in `keyword/` and a line in its table.

mod address;
mod classification;
mod condition;
mod draft;
mod expression;
mod fault;
mod flow;
mod fuse;
mod header;
mod keyword;
mod limits;
mod names;
mod parse;
mod port;
mod print;
mod rule;
mod set;
mod text;
mod variables;

#[cfg(test)]
mod header_tests;
#[cfg(test)]
mod parse_tests;

pub use classification::Classification;
pub use condition::{Case, Condition, Pattern, Placement, Presence, RegexFlags};
pub use flow::{FlowDirection, FlowOptions, FlowState, StreamOption};
pub use header::{Endpoint, Header, HeaderDirection};
pub use limits::Limits;
pub use rule::{
    Reference, RejectTo, ReportAs, RuleAction, RuleIndex, RuleProtocol, Signature, SignatureId, Target,
};
pub use set::{Loaded, SignatureSet, load, load_with};
pub use variables::Variables;

pub use crate::origin::Origin;
