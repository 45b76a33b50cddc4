//! `weir rules list`: signatures with what they ask and what they cost.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use weir_rules::signature::{Buffer, RuleIndex, Signature};

use super::super::Failure;
use super::super::plain_table::plain_table;
use super::super::rules_source::RulesSource;
use crate::explanation::{CostClass, cost_of};
use crate::ruleset::Ruleset;

/// What `weir rules list` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
The cost is a class, from `header` (asked once for each flow) over `scan`, `scan-with-state`, `rare-candidate` and
`common-candidate` to `always` (evaluated for every value); `not-asked` is left out. `weir rules explain SID` says
more of one.")]
pub struct Arguments {
    /// Signature files.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// Only signatures with this text in number, message, protocol, fields or metadata.
    #[arg(long = "match", value_name = "TEXT")]
    matching: Option<String>,
    /// Only signatures of this cost class.
    #[arg(long, value_name = "CLASS")]
    cost: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// A signature in the list.
struct Row<'s> {
    signature: &'s Signature,
    fields: String,
    cost: CostClass,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (_, ruleset) = super::compile_quietly(&arguments.source, &arguments.files)?;
    let wanted = arguments.matching.as_deref().map(str::to_lowercase);
    let rows: Vec<Row<'_>> = ruleset
        .signatures
        .iter()
        .map(|(rule, signature)| row(&ruleset, rule, signature))
        .filter(|row| wanted.as_deref().is_none_or(|text| row.has(text)))
        .filter(|row| arguments.cost.as_deref().is_none_or(|cost| cost == row.cost.name()))
        .collect();
    if arguments.json {
        println!("{:#}", Value::from(rows.iter().map(Row::json).collect::<Vec<_>>()));
        return Ok(());
    }
    let mut table = plain_table();
    table.set_header(["sid", "rev", "action", "protocol", "asked of", "cost", "message"]);
    for Row { signature, fields, cost } in &rows {
        table.add_row([
            &signature.id.sid.to_string(),
            &signature.rev.to_string(),
            signature.action.name(),
            protocol(signature),
            fields,
            cost.name(),
            &signature.msg,
        ]);
    }
    println!("{table}\n{} signatures", rows.len());
    Ok(())
}

fn row<'s>(ruleset: &Ruleset, rule: RuleIndex, signature: &'s Signature) -> Row<'s> {
    let mut fields: Vec<&str> = signature
        .buffers
        .iter()
        .map(|buffer| match buffer.buffer {
            Buffer::Payload => "payload",
            other => other.name(),
        })
        .collect();
    fields.dedup();
    let fields = if fields.is_empty() { "header".to_owned() } else { fields.join(", ") };
    Row { signature, fields, cost: cost_of(ruleset, rule) }
}

fn protocol(signature: &Signature) -> &'static str {
    signature.app.map_or(signature.protocol.name(), |app| app.name())
}

impl Row<'_> {
    fn has(&self, text: &str) -> bool {
        let Row { signature, fields, .. } = self;
        let number = signature.id.sid.to_string();
        let has = |part: &str| part.to_lowercase().contains(text);
        [&number, &*signature.msg, protocol(signature), fields].into_iter().any(has)
            || signature.metadata.iter().any(|(key, value)| has(key) || has(value))
    }

    fn json(&self) -> Value {
        let Row { signature, fields, cost } = self;
        let metadata: Vec<String> =
            signature.metadata.iter().map(|(key, value)| format!("{key} {value}")).collect();
        json!({
            "gid": signature.id.gid,
            "sid": signature.id.sid,
            "rev": signature.rev,
            "action": signature.action.name(),
            "protocol": protocol(signature),
            "asked_of": fields,
            "cost": cost,
            "msg": signature.msg,
            "metadata": metadata,
            "origin": signature.origin.to_string(),
        })
    }
}
