//! The part of `weir.yaml` about what is written down.

use std::path::PathBuf;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::units::{Size, Span};
use crate::app::{Family, LogConfig};
use crate::event::Redaction;

/// A kind of transactions, as the configuration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transactions {
    /// HTTP requests with their responses.
    Http,
    /// TLS handshakes.
    Tls,
    /// Calls of gRPC.
    Grpc,
    /// Calls of language models.
    Llm,
    /// Messages of the Model Context Protocol.
    Mcp,
    /// Messages between agents.
    A2a,
    /// Model files.
    ModelFile,
}

impl Transactions {
    /// All of them.
    pub const ALL: [Transactions; 7] = [
        Transactions::Http,
        Transactions::Tls,
        Transactions::Grpc,
        Transactions::Llm,
        Transactions::Mcp,
        Transactions::A2a,
        Transactions::ModelFile,
    ];

    const fn family(self) -> Family {
        match self {
            Transactions::Http => Family::Http,
            Transactions::Tls => Family::Tls,
            Transactions::Grpc => Family::Grpc,
            Transactions::Llm => Family::Llm,
            Transactions::Mcp => Family::Mcp,
            Transactions::A2a => Family::A2a,
            Transactions::ModelFile => Family::ModelFile,
        }
    }
}

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
    pub transactions: Vec<Transactions>,
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
            transactions: Transactions::ALL.to_vec(),
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
        LogConfig {
            families: self.transactions.iter().map(|kind| kind.family()).collect(),
            contents: self.contents.bytes(),
        }
    }

    /// What is taken out of contents; the error names the expression that is wrong by its position.
    pub fn redaction(&self) -> Result<Redaction, (usize, regex::Error)> {
        let expressions: Vec<String> = self.redact.iter().map(|text| text.value.clone()).collect();
        Redaction::new(&expressions)
    }
}
