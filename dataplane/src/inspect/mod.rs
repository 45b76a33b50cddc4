//! Inspection: fields in, hits out.
//!
//! Signatures compile to one Hyperscan database for each field and direction ([`Databases`]); an [`Inspector`] owns
//! what one worker needs to scan with them. Nothing here knows a protocol: a chunk of a field is all it sees.

mod database;
#[cfg(test)]
mod database_tests;
mod inspector;
mod matcher;
#[cfg(test)]
mod matcher_tests;
mod plan;
mod progress;
#[cfg(test)]
mod reference;
mod refused;
mod stream_pool;
mod tap;
mod walk;

pub use database::{CompileReport, Databases, Group, GroupSummary};
pub use inspector::{InspectCounters, InspectError, Inspector, InspectorConfig, Opened, Scanned};
pub use matcher::{Hit, Hits, MAX_HITS, Reporting};
pub use plan::literal_expression;
pub use refused::is_for_pcre;
pub use stream_pool::StreamHandle;
pub use tap::{ScanPiece, ScanTap};

pub use crate::database::Database;
