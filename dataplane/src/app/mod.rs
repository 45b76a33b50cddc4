//! Applications: which protocol a stream speaks, and what is said in it.
//!
//! ```text
//!  bytes of a stream ─▶ recognise ─▶ decoder ─▶ values of a transaction ─▶ observer (signatures)
//! ```
//!
//! The protocol is told by content and not by port. Values are kept only where a signature or
//! an event wants them, within limits.

mod app_flow;
mod app_sink;
pub mod events;
mod keeping;
mod layer;
pub mod log;
pub mod numbers;
mod observer;
pub mod transaction;
mod transaction_record;
pub mod values;

pub use app_flow::{AppFlow, DETECTION_EVENTS, Decoder};
pub use layer::{AppConfig, AppCounters, AppHandle, AppLayer};
pub use log::{Family, LogConfig};
pub use observer::Observer;
pub use transaction::{Outcome, Transaction};
pub use transaction_record::{Times, Told, TransactionRecord};
pub use values::{Added, ValueLimits, ValueRef};
