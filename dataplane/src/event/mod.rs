//! Events: what happened on the data path, on its way to the people who have to know.
//!
//! A worker pushes small fixed-size [`Event`]s into its own [ring]; a writer off the data path takes them out, looks
//! names up in the [`Catalog`] of their generation and writes EVE JSON, Suricata's schema with objects of weir's added.

mod alert_line;
pub mod catalog;
mod dns;
pub mod eve;
pub mod record;
mod redact;
pub mod ring;
mod score_line;
mod transaction_line;
pub mod writer;
pub mod writer_thread;

pub use catalog::{Catalog, Generation};
pub use record::{
    AlertEvent, AlertOutcome, AnomalyKind, DropEvent, Effect, Endpoints, Event, EventKind, FlowEnd,
    FlowEvent, FlowTotals, Identities, PolicyEvent, PolicyNote, ScoreEvent,
};
pub use redact::Redaction;
pub use ring::{EventConsumer, EventProducer, ring as event_ring};
pub use writer::{EveError, EveTarget, EveWriter};
pub use writer_thread::{WriterHandle, WriterStatus};
