//! Signatures in Suricata's rule syntax: a header (who talks to whom) and options (what is said).
//!
//! [`load`] turns rule files into a [`SignatureSet`]. A rule that is wrong is reported and left out; one that needs a
//! protocol that weir does not decode is left out and counted apart; the others load. The order of work for one rule is:
//! `text` finds it, `header` and `keyword` read its two halves into a `draft`, `build` and `agreement` check what the
//! draft says as a whole, and it becomes a [`Signature`].
//!
//! A signature asks five things, all of which must hold: its [`Header`] and [`FlowOptions`], its `numbers`
//! ([`NumberCondition`]), its `packet` conditions ([`PacketCondition`]), its `buffers` ([`BufferMatch`]), and those of
//! its `state` operations that are conditions ([`StateCondition`]).
//!
//! Adding a keyword is a file in `keyword/` and a line in its table; a sticky buffer is a line in [`field`](crate::field),
//! a number a line in [`number`](crate::number).

mod address;
mod adjust;
mod agreement;
mod buffer;
mod build;
mod bytes;
mod classification;
mod condition;
mod dataset;
mod draft;
mod expression;
mod fast_pattern;
mod fault;
mod flow;
mod fuse;
mod header;
mod keyword;
mod limits;
mod names;
mod number_names;
mod numeric;
mod operand;
mod packet;
mod parse;
mod plain;
mod port;
mod print;
mod protocol;
mod rule;
mod set;
mod state;
mod text;
mod transform;
mod value_check;
mod variables;

#[cfg(test)]
mod buffer_tests;
#[cfg(test)]
mod header_tests;
#[cfg(test)]
mod keyword_tests;
#[cfg(test)]
mod parse_tests;

pub use adjust::{Adjustment, Adjustments, RateFilter, SuppressedEnd, Suppression, adjustments};
pub use buffer::{
    Absent, Base64Decode, Buffer, BufferCondition, BufferMatch, Capture, CaptureScope, Content, DataAt,
    Dollar, Edge, End, Entropy, EntropyBound, Greed, HeaderBytes, PacketEnd, Regex, RegexStart,
};
pub use bytes::{
    Align, Arithmetic, ByteExtract, ByteField, ByteJump, ByteMath, ByteTest, Comparison, Encoding, JumpFrom,
};
pub use classification::Classification;
pub use condition::{Case, Condition, Pattern, Placement, Presence, RegexFlags};
pub use dataset::{DataReputation, Dataset, DatasetFormat, DatasetKind, DatasetOperation, DatasetSource};
pub use fast_pattern::{FastPattern, FastPatternChoice};
pub use flow::{FlowDirection, FlowOptions, FlowState, FragmentOption, StreamOption};
pub use header::{Endpoint, Header, HeaderDirection};
pub use limits::Limits;
pub use number_names::number_name;
pub use numeric::{NumberCondition, NumberTest, Which};
pub use operand::{Base, MAX_VARIABLES, Operand, Variable};
pub use packet::{
    Checksum, ChecksumLayer, Event, EventLayer, FlagMode, FlagTest, IpOption, PacketCondition, ProtocolFound,
    ProtocolSide, Relation, ReputationBound, ReputationEnd, StreamSide, Validity,
};
pub use plain::MAX_PLAIN_CONDITIONS;
pub use protocol::{AppProtocol, Decoded, RuleProtocol};
pub use rule::{Reference, RejectTo, ReportAs, RuleAction, RuleIndex, Signature, SignatureId, Target};
pub use set::{Loaded, SignatureSet, load, load_with};
pub use state::{
    BitOperation, BitScope, BitsCondition, CounterOperation, CounterValue, DetectionFilter, StateCondition,
    Tag, TagMetric, TagScope, Threshold, ThresholdKind, Track, UniqueOn,
};
pub use transform::{Base64Mode, FromBase64, Transform, Truncate};
pub use variables::Variables;

pub use crate::origin::Origin;
