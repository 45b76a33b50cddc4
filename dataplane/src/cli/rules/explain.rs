//! `weir rules explain`: what a signature compiles to.

use clap::Args;
use weir_rules::signature::RuleIndex;

use super::super::plain_table::plain_table;
use super::super::rules_source::RulesSource;
use super::super::{Failure, number};
use crate::explanation::{Explanation, explain};
use crate::ruleset::Ruleset;

/// What `weir rules explain` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Says whom the signature is about, what it asks of which field, what is looked for first and why, whether the full
rule is evaluated behind that, which group it is scanned for in, what else it needs, and what it costs.")]
pub struct Arguments {
    /// The number of the signature: `1000001`, or `3:1000001` with a generator other than 1.
    #[arg(value_name = "SID", value_parser = signature_number)]
    sid: (u32, u32),
    #[command(flatten)]
    source: RulesSource,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Generator and signature.
fn signature_number(text: &str) -> Result<(u32, u32), String> {
    let (gid, sid) = text.split_once(':').unwrap_or(("1", text));
    match (gid.parse(), sid.parse()) {
        (Ok(gid), Ok(sid)) => Ok((gid, sid)),
        _ => Err("it is a number, or two with a colon between".to_owned()),
    }
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (_, ruleset) = super::compile_quietly(&arguments.source, &[])?;
    let explained = find(&ruleset, arguments.sid).and_then(|rule| explain(&ruleset, rule));
    let Some(explained) = explained else {
        let (gid, sid) = arguments.sid;
        return Err(Failure::work(anyhow::anyhow!(
            "there is no signature {gid}:{sid} among {}; `weir rules check` says which were left out",
            number::grouped(ruleset.signatures.signatures.len() as u64)
        )));
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&explained).map_err(Failure::work)?);
    } else {
        print!("{}", text_of(&explained));
    }
    Ok(())
}

fn find(ruleset: &Ruleset, (gid, sid): (u32, u32)) -> Option<RuleIndex> {
    let found = |id: weir_rules::signature::SignatureId| id.gid == gid && id.sid == sid;
    ruleset.signatures.iter().find(|(_, signature)| found(signature.id)).map(|(rule, _)| rule)
}

fn text_of(explained: &Explanation) -> String {
    let mut table = plain_table();
    let mut row = |name: &str, value: &str| {
        table.add_row([name, value]);
    };
    row("signature", &format!("{} rev {}, {}", explained.id, explained.rev, explained.origin));
    row("says", &explained.msg);
    row("header", &explained.header);
    row("asked", &explained.asked);
    for buffer in &explained.buffers {
        let transforms: String = buffer.transforms.iter().map(|name| format!(" → {name}")).collect();
        row("in", &format!("{}{transforms}", buffer.buffer));
        for condition in &buffer.conditions {
            row("", &format!("  {condition}"));
        }
    }
    match &explained.fast_pattern {
        Some(fast) => {
            row("fast pattern", &format!("\"{}\", {} bytes in {}", fast.bytes, fast.length, fast.buffer));
            row("", &format!("  {}; chosen among {}", fast.why, fast.among));
        }
        None => row("fast pattern", "none"),
    }
    for group in &explained.groups {
        row(
            "group",
            &format!(
                "{} {}: {} signatures, found by {}",
                group.field, group.direction, group.signatures, group.by
            ),
        );
    }
    for need in &explained.needs {
        row("also", need);
    }
    row("cost", explained.cost.describe());
    format!("{table}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_name_a_generator() {
        assert_eq!(signature_number("1000001"), Ok((1, 1_000_001)));
        assert_eq!(signature_number("3:7"), Ok((3, 7)));
        assert!(signature_number("x").is_err() && signature_number("1:").is_err());
    }
}
