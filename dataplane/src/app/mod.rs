//! Applications: which protocol a stream speaks, and what is said in it.
//!
//! ```text
//!  bytes of a stream ─▶ recognise ─▶ decoder ─▶ values of a transaction ─▶ observer (signatures)
//! ```
//!
//! The protocol is told by content and not by port. Values are kept only where a signature wants them, within limits.

mod app_flow;
pub mod events;
mod layer;
pub mod numbers;
mod observer;
pub mod transaction;
pub mod values;

pub use app_flow::{AppFlow, DETECTION_EVENTS, Decoder};
pub use layer::{AppConfig, AppCounters, AppHandle, AppLayer};
pub use observer::Observer;
pub use transaction::{Outcome, Transaction};
pub use values::{Added, ValueLimits, ValueRef};
