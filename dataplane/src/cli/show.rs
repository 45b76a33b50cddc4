//! `weir show`: what was said in a capture, as a person reads it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use weir_rules::field::{Continuity, FieldId};
use weir_rules::number::NumberId;

use super::Failure;
use super::replay::{defaults, pool};
use super::rules_source::RulesSource;
use crate::app::{Family, TransactionRecord};
use crate::config::units::Size;
use crate::event::eve::{EveLine, Stamp};
use crate::event::{AlertOutcome, Catalog, Event, EventKind, Redaction};
use crate::flow::Direction;
use crate::replay::{ReplayOptions, replay};

/// What `weir show` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Each exchange is shown with its ends, its API, who said what and which tools were called; what signatures found in it
stands below. Of a long text the end is shown. Characters that a terminal obeys and a reader does not see (controls,
bidirectional overrides, zero-width and tag characters) are shown by their numbers.

Over HTTP/2, findings stand below the exchange of their connection that ends next.")]
pub struct Arguments {
    /// Captures: pcap or pcapng.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// How much of each text is shown.
    #[arg(long, value_name = "BYTES", default_value_t = 4096)]
    contents: u64,
    /// Print JSON: the events, one on each line.
    #[arg(long)]
    json: bool,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut config = arguments.source.config(defaults)?;
    // Nothing is written there: it is what makes transactions events at all.
    config.events.file = Some("-".into());
    config.events.contents = Size(arguments.contents);
    config.events.transactions = Family::ALL.into_iter().filter(|family| !is_carrier(*family)).collect();
    let ruleset = arguments.source.compile(&config)?;
    let pool = pool().map_err(Failure::Work)?;
    for file in &arguments.files {
        if arguments.files.len() > 1 && !arguments.json {
            println!("== {}\n", file.display());
        }
        let mut transcript = Transcript { json: arguments.json, ..Transcript::default() };
        let mut look = |event: &Event, catalog: &Catalog| transcript.event(event, catalog);
        let options = ReplayOptions {
            config: &config,
            ruleset: Arc::clone(&ruleset),
            pool: pool.clone(),
            eve: None,
            write: None,
            look: Some(&mut look),
        };
        replay(file, options)
            .with_context(|| format!("can't replay {}", file.display()))
            .map_err(Failure::Work)?;
        transcript.end();
    }
    Ok(())
}

/// Whether a kind of transactions only carries what others say.
fn is_carrier(family: Family) -> bool {
    matches!(family, Family::Http | Family::Tls)
}

/// What was said so far.
#[derive(Default)]
struct Transcript {
    json: bool,
    exchanges: usize,
    /// What signatures found in flows, until the exchange that it was found in has ended.
    found: HashMap<u64, Vec<String>>,
}

/// Findings that are kept for one flow; a hostile capture must not fill the memory with them.
const MAX_FOUND: usize = 100;

/// Flows whose findings are kept.
const MAX_FLOWS: usize = 10_000;

impl Transcript {
    fn event(&mut self, event: &Event, catalog: &Catalog) {
        match &event.kind {
            EventKind::Alert(alert) => {
                if self.json {
                    self.line(&json!(EveLine::new(event, Some(catalog))));
                }
                let Some(signature) = catalog.signatures.get(alert.rule) else { return };
                let what = match alert.outcome {
                    AlertOutcome::Allowed => "alert",
                    AlertOutcome::Blocked => "BLOCKED",
                    AlertOutcome::WouldBlock => "would block",
                };
                let place = alert.field.map_or(String::new(), |field| format!(" in {}", field.name()));
                if self.found.len() >= MAX_FLOWS && !self.found.contains_key(&event.flow_id) {
                    return;
                }
                let found = self.found.entry(event.flow_id).or_default();
                if found.len() < MAX_FOUND {
                    found.push(format!("{what}{place}: {} [{}]", signature.msg, signature.id.sid));
                }
            }
            EventKind::Transaction(record) if self.json => {
                for line in EveLine::of_transaction(event, record, Some(catalog), &Redaction::default()) {
                    self.line(&json!(line));
                }
            }
            EventKind::Transaction(record) => self.exchange(event, record),
            _ => {}
        }
    }

    fn line(&mut self, value: &serde_json::Value) {
        self.exchanges += 1;
        println!("{value}");
    }

    fn exchange(&mut self, event: &Event, record: &TransactionRecord) {
        self.exchanges += 1;
        let mut text = String::new();
        let ends = &event.endpoints;
        let value = |wanted| {
            let found = record.values().find(|told| told.field == wanted);
            found.and_then(|told| told.bytes).map(|bytes| visible(bytes, "")).unwrap_or_default()
        };
        let titles = |fields: &[FieldId]| {
            let texts = fields.iter().map(|field| value(*field));
            texts.filter(|text| !text.is_empty()).collect::<Vec<String>>()
        };
        let mut title = titles(&[FieldId::LlmProvider, FieldId::LlmOperation, FieldId::LlmModel]);
        if title.is_empty() {
            title = titles(&[FieldId::GrpcService, FieldId::GrpcMethod]);
        }
        let time = serde_json::to_value(Stamp(record.times.begun)).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {}:{} → {}:{}  {}",
            time.as_str().unwrap_or_default(),
            ends.src.to_ip(),
            ends.src_port,
            ends.dst.to_ip(),
            ends.dst_port,
            title.join(" "),
        );
        for told in record.values() {
            let Some(label) = label(told.field, told.direction) else { continue };
            let Some(bytes) = told.bytes else { continue };
            let shown = visible(bytes, &" ".repeat(INDENT + 2));
            let cut = told.field.continuity() == Continuity::Streaming && told.total > bytes.len() as u64;
            let note = if cut { format!("[the end of {} bytes] ", told.total) } else { String::new() };
            let _ = writeln!(text, "  {label:<width$}{note}{shown}", width = INDENT);
        }
        if let Some(end) = end_of(record) {
            let _ = writeln!(text, "  {:<width$}{end}", "end", width = INDENT);
        }
        for found in self.found.remove(&event.flow_id).unwrap_or_default() {
            let _ = writeln!(text, "  ⚑ {found}");
        }
        println!("{text}");
    }

    /// Shows what is left at the end of a capture.
    fn end(&self) {
        let rest: Vec<&String> = self.found.values().flatten().collect();
        if !self.json && !rest.is_empty() {
            println!("found outside of what is shown:");
            rest.iter().for_each(|found| println!("  ⚑ {found}"));
            println!();
        }
        if self.exchanges == 0 && !self.json {
            println!("nothing was said to models, tools or agents that weir can read\n");
        }
    }
}

/// Where texts begin.
const INDENT: usize = 22;

/// What stands before a value; none of one that is in the title, or in the last line.
fn label(field: FieldId, direction: Direction) -> Option<&'static str> {
    let before = direction == Direction::ToServer;
    Some(match field {
        FieldId::LlmProvider
        | FieldId::LlmOperation
        | FieldId::LlmModel
        | FieldId::LlmRole
        | FieldId::LlmFinishReason
        | FieldId::GrpcService
        | FieldId::GrpcMethod => return None,
        FieldId::LlmSystem => "system",
        FieldId::LlmPrompt => "user",
        FieldId::LlmCompletion if before => "model, before",
        FieldId::LlmCompletion => "model",
        FieldId::LlmReasoning => "model thinks",
        FieldId::LlmToolOffered => "tool offered",
        FieldId::LlmToolDescription => "  which",
        FieldId::LlmToolName if before => "called, before",
        FieldId::LlmToolName => "calls",
        FieldId::LlmToolArguments => "  with",
        FieldId::LlmToolResult => "tool answers",
        FieldId::LlmRetrieved => "retrieved",
        _ => field.name(),
    })
}

/// How an answer of a model ended, and what it took.
fn end_of(record: &TransactionRecord) -> Option<String> {
    let mut parts = Vec::new();
    let reasons = record.values().filter(|told| told.field == FieldId::LlmFinishReason);
    parts.extend(reasons.filter_map(|told| told.bytes).map(|bytes| visible(bytes, "")));
    for (number, _, value) in record.numbers() {
        match number {
            NumberId::LlmTokensIn => parts.push(format!("{value} tokens in")),
            NumberId::LlmTokensOut => parts.push(format!("{value} tokens out")),
            _ if Family::of(number.name()) == Some(Family::Llm) => {}
            _ => parts.push(format!("{} {value}", number.name())),
        }
    }
    if let Some((first, _)) = record.times.of_answer() {
        parts.push(format!("first token after {}", super::number::duration(first)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Text that a terminal can be given, every line but the first behind `indent`.
fn visible(bytes: &[u8], indent: &str) -> String {
    let mut shown = String::new();
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\n' => {
                shown.push('\n');
                shown.push_str(indent);
            }
            _ if is_hidden(character) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Whether a reader does not see a character, or a terminal does something for it.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_given_nothing_that_it_obeys() {
        let text = "a\x1b[2Jb\u{202e}c\u{e0041}\nd\té";
        assert_eq!(visible(text.as_bytes(), "  "), "a\\u{1b}[2Jb\\u{202e}c\\u{e0041}\n  d\\u{9}é");
    }
}
