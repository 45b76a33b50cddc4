//! Detection beyond the stream matcher: signatures on fields, headers, numbers and state, confirmed by the full rule.
//!
//! ```text
//!  value of a field ─▶ prefilter (one literal a signature) ─▶ candidates ─▶ confirm ─┐
//!  packet ───────────▶ prefilter ──────────────────────────▶ candidates ─▶ confirm ──┴▶ hits ─▶ settle (state, counts)
//! ```

mod detector;
mod facts;
mod flow_bits;
mod prefilter;
mod support;
mod table;
mod threshold;

pub use detector::{DetectCounters, Detector, PacketLook, TransactionLook};
pub use facts::{PacketView, fill_numbers, packet_facts};
pub use flow_bits::{FlowBit, FlowBitNames, FlowBits};
pub use prefilter::{Literal, Looked, Prefilter, PrefilterBuilder};
pub use table::{Asked, DetectReport, DetectTable};
pub use threshold::{Passage, Thresholds};
