//! Flows: what is remembered of a conversation from one packet to the next.
//!
//! Each worker has one [`FlowTable`], and nobody else touches it. The table finds the [`FlowRecord`] of a packet, says
//! which flows are over and whom to evict when it is full; it ends none by itself, because a flow's end has to be
//! written down and its streams given back, which is the engine's affair.

mod buckets;
mod expiry;
mod hash;
mod key;
mod prefetch;
mod record;
mod rings;
mod sequence;
mod settings;
mod spread;
mod state;
mod stream_event;
mod table;
#[cfg(test)]
mod table_tests;
mod tcp;
mod timeouts;
mod victim;
#[cfg(test)]
mod victim_tests;
mod wheel;
#[cfg(test)]
mod wheel_tests;

pub use hash::{FlowHash, HashSeed};
pub use key::{Direction, FlowKey, Side, WireId};
pub use record::{CachedVerdict, FlowFlags, FlowRecord};
pub use sequence::{Expected, SequenceCheck, acknowledges, isn};
pub use settings::FlowConfig;
pub use spread::{SpreadBy, spread};
pub use state::{FlowPhase, FlowState, Transition};
pub use stream_event::{StreamEvent, StreamEvents, stream_events};
pub use table::{FlowCounters, FlowId, FlowTable, TableFull};
pub use tcp::{AckFit, Isn, Segment, TcpAnomaly, initiator};
pub use timeouts::{PhaseTimeouts, Pressure, ProtocolTimeouts, Timeouts};
