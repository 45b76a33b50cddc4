//! Flows: what is remembered of a conversation from one packet to the next.

mod key;

pub use key::{Direction, FlowKey, Side, WireId};
