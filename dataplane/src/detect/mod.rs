//! Detection beyond the stream matcher: signatures on fields, headers, numbers and state, confirmed by the full rule.
//!
//! ```text
//!  value of a field ─▶ prefilter (one literal a signature) ─▶ candidates ─▶ confirm ─┐
//!  packet ───────────▶ prefilter ──────────────────────────▶ candidates ─▶ confirm ──┴▶ hits ─▶ settle (state, counts)
//! ```

mod cue;
mod detector;
mod facts;
mod first_look;
mod flow_bits;
mod flow_counters;
mod header_match;
mod headers;
mod memory;
mod names;
mod prefilter;
mod raised;
mod scores;
mod shared_bits;
mod support;
mod table;
mod threshold;
mod told;
mod transaction_look;

pub use cue::{Cue, Literal};
pub use detector::{DetectCounters, Detector, PacketLook};
pub use facts::{PacketView, fill_numbers, packet_facts, rule_protocol, stream_bytes};
pub use flow_bits::{FlowBit, FlowBits};
pub use flow_counters::{CounterId, FlowCounters, Operand};
pub use header_match::{has_ports, header_applies, is_of_version};
pub use memory::{FlowMemory, Memory, MemoryCounters, Order, Surroundings};
pub use names::{Names, StateNames};
pub use prefilter::{Looked, Membership, Prefilter, PrefilterBuilder};
pub use raised::Raised;
pub use scores::{MAX_CONTRIBUTORS, Reached, ScoreAction, ScoreLimits, Scores};
pub use shared_bits::{BitKey, Displaced, Ends, Owner, SharedBit, SharedBits};
pub use support::{is_spoken_within, unsupported};
pub use table::{Asked, DetectReport, DetectTable, Inheritance, SHARED_BITS};
pub use threshold::{Passage, Thresholds};
pub use transaction_look::TransactionLook;
