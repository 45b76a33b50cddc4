//! The part of `weir.yaml` about what is written down.

use std::path::PathBuf;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::units::{Size, Span};
use crate::app::{Family, LogConfig};
use crate::event::Redaction;

/// What is written down, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Events {
    /// The EVE file, `-` for standard output; nothing is written where it is not given.
    pub file: Option<PathBuf>,
    /// Events that can wait for the writer, for each worker.
    pub ring: usize,
    /// Whether the end of every flow is an event.
    pub flows: bool,
    /// How often counters are an event; `0s` for never.
    pub stats: Span,
    /// The kinds of transactions that are events when they end.
    pub transactions: Vec<Family>,
    /// Bytes of what is said that the event of a transaction holds; none where only sizes are written.
    pub contents: Size,
    /// Expressions of what is never written of contents.
    pub redact: Vec<Spanned<String>>,
}

impl Default for Events {
    fn default() -> Events {
        Events {
            file: None,
            ring: 16_384,
            flows: true,
            stats: Span::seconds(30),
            transactions: Family::ALL.to_vec(),
            contents: Size(0),
            redact: Vec::new(),
        }
    }
}

impl Events {
    /// What is written down of transactions: nothing, where no events are written.
    pub fn log_config(&self) -> LogConfig {
        if self.file.is_none() {
            return LogConfig::default();
        }
        LogConfig { families: self.transactions.clone(), contents: self.contents.bytes() }
    }

    /// What is taken out of contents; the error names the expression that is wrong by its position.
    pub fn redaction(&self) -> Result<Redaction, (usize, regex::Error)> {
        let expressions: Vec<String> = self.redact.iter().map(|text| text.value.clone()).collect();
        Redaction::new(&expressions)
    }
}
