//! What of transactions is written down as events, whatever signatures ask for.
//!
//! An event of a transaction says the values of its fields, by their keyword names; so a decoder that tells a field has
//! told all that an event needs. Of what is said to models and by them only the size is kept, unless contents are asked
//! for.

use std::collections::VecDeque;

use serde::Deserialize;
use weir_rules::field::{Continuity, FieldId};
use weir_rules::number::{Level, NumberId};

use super::transaction::Transaction;
use super::transaction_record::TransactionRecord;

/// A kind of event of transactions, as the configuration names it too: the fields whose names begin so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// HTTP requests and responses.
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

impl Family {
    /// All of them.
    pub const ALL: [Family; 7] =
        [Family::Http, Family::Tls, Family::Grpc, Family::Llm, Family::Mcp, Family::A2a, Family::ModelFile];

    /// The `event_type`, and what names of its fields begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Http => "http",
            Family::Tls => "tls",
            Family::Grpc => "grpc",
            Family::Llm => "llm",
            Family::Mcp => "mcp",
            Family::A2a => "a2a",
            Family::ModelFile => "model_file",
        }
    }

    /// The family that a field or number of this name belongs to.
    pub fn of(name: &str) -> Option<Family> {
        let prefix = name.split('.').next()?;
        match prefix {
            "ja3" | "ja3s" | "ja4" => Some(Family::Tls),
            _ => Family::ALL.into_iter().find(|family| family.name() == prefix),
        }
    }
}

/// What is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogConfig {
    /// The kinds of events.
    pub families: Vec<Family>,
    /// Bytes of what is said that each event holds; none where only sizes are to be known.
    pub contents: usize,
}

/// What is kept of a field for events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    #[default]
    Nothing,
    /// How long its values are.
    Length,
    /// Its values.
    Value,
}

/// Events that can be filled before the writer gives them back.
const RECORDS: usize = 256;

/// What was written down and is still to be handed over.
#[derive(Debug)]
#[expect(clippy::vec_box, reason = "records go to the writer and come back as they are")]
pub struct TransactionLog {
    config: LogConfig,
    keep: [Keep; FieldId::ALL.len()],
    numbers: [bool; NumberId::ALL.len()],
    free: Vec<Box<TransactionRecord>>,
    finished: VecDeque<Box<TransactionRecord>>,
    lost: u64,
}

impl TransactionLog {
    /// A log that takes the memory it needs at once.
    pub fn new(config: LogConfig) -> TransactionLog {
        let is_wanted = |name: &str| Family::of(name).is_some_and(|family| config.families.contains(&family));
        let records = if config.families.is_empty() { 0 } else { RECORDS };
        TransactionLog {
            keep: FieldId::ALL.map(|field| {
                if is_wanted(field.name()) { keep(field, config.contents) } else { Keep::Nothing }
            }),
            numbers: NumberId::ALL
                .map(|number| number.level() == Level::Transaction && is_wanted(number.name())),
            free: (0..records).map(|_| Box::default()).collect(),
            finished: VecDeque::with_capacity(records),
            lost: 0,
            config,
        }
    }

    /// Whether anything is written down.
    pub fn is_on(&self) -> bool {
        !self.config.families.is_empty()
    }

    /// Whether anything of what is meant is ([`semantics`](crate::semantics)).
    pub fn wants_meaning(&self) -> bool {
        let is_meant = |family: &Family| {
            matches!(family, Family::Llm | Family::Mcp | Family::A2a | Family::ModelFile | Family::Grpc)
        };
        self.config.families.iter().any(is_meant)
    }

    /// What is kept of a field.
    pub fn keep(&self, field: FieldId) -> Keep {
        self.keep.get(field.index()).copied().unwrap_or_default()
    }

    /// Whether a number is kept.
    pub fn keeps_number(&self, number: NumberId) -> bool {
        self.numbers.get(number.index()).copied().unwrap_or(false)
    }

    /// Writes a transaction down that has ended.
    pub fn finish(&mut self, transaction: &Transaction) {
        if !self.is_on() {
            return;
        }
        let Some(mut record) = self.free.pop() else {
            self.lost += 1;
            return;
        };
        record.fill(transaction, self);
        if record.is_empty() {
            self.free.push(record);
        } else {
            self.finished.push_back(record);
        }
    }

    /// The next record that is to be handed over.
    pub fn pop(&mut self) -> Option<Box<TransactionRecord>> {
        self.finished.pop_front()
    }

    /// Takes a record back.
    pub fn recycle(&mut self, record: Box<TransactionRecord>) {
        if self.free.len() < RECORDS {
            self.free.push(record);
        }
    }

    /// Whether anything is to be handed over.
    pub fn has_finished(&self) -> bool {
        !self.finished.is_empty()
    }

    /// Transactions that were not written down, because the writer did not keep up.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Bytes of contents that each event holds.
    pub(super) fn contents(&self) -> usize {
        self.config.contents
    }
}

/// What is kept of a field of a family that is written down.
fn keep(field: FieldId, contents: usize) -> Keep {
    match field {
        FieldId::HttpMethod
        | FieldId::HttpUriRaw
        | FieldId::HttpHost
        | FieldId::HttpUserAgent
        | FieldId::HttpReferer
        | FieldId::HttpContentType
        | FieldId::HttpProtocol
        | FieldId::HttpStatusCode
        | FieldId::HttpLocation
        | FieldId::TlsSni
        | FieldId::TlsAlpn
        | FieldId::TlsCertSubject
        | FieldId::TlsCertIssuer
        | FieldId::TlsCertSerial
        | FieldId::TlsCertFingerprint
        | FieldId::TlsSubjectAltName
        | FieldId::Ja3Hash
        | FieldId::Ja3sHash
        | FieldId::Ja4Hash => Keep::Value,
        FieldId::HttpRequestBody | FieldId::HttpResponseBody | FieldId::GrpcMessage => Keep::Length,
        _ if matches!(Family::of(field.name()), Some(Family::Http | Family::Tls)) => Keep::Nothing,
        _ if field.continuity() == Continuity::Block => Keep::Value,
        _ if contents > 0 => Keep::Value,
        _ => Keep::Length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_said_only_the_size_is_kept_unless_contents_are_asked_for() {
        let log = |contents| TransactionLog::new(LogConfig { families: vec![Family::Llm], contents });
        let kept = [0, 100].map(|contents| {
            [FieldId::LlmModel, FieldId::LlmPrompt, FieldId::HttpHost].map(|field| log(contents).keep(field))
        });
        assert_eq!(kept[0], [Keep::Value, Keep::Length, Keep::Nothing]);
        assert_eq!(kept[1], [Keep::Value, Keep::Value, Keep::Nothing]);
        assert!(log(0).keeps_number(NumberId::LlmTokensIn) && !log(0).keeps_number(NumberId::TlsVersion));
        assert!(!TransactionLog::new(LogConfig::default()).is_on());
    }
}
