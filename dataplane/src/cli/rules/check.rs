//! `weir rules check`: which signatures are wrong, and which are left out for what.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use weir_rules::diagnostic::{Diagnostic, Severity};

use super::super::plain_table::plain_table;
use super::super::rules_source::RulesSource;
use super::super::{Failure, number};
use crate::ruleset::Compiled;

/// What `weir rules check` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Findings go to standard error with file, line, column and what would be right; standard output has the sum, and
what was left out by reason. Rules that need a protocol that is not decoded are not errors: a warning tells the
first of each kind, and the others load.

Exit codes: 0 all signatures are in force or need what is not decoded, 1 some are wrong, 2 wrong usage.")]
pub struct Arguments {
    /// Signature files.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// Say no more than the sum.
    #[arg(short, long)]
    quiet: bool,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let started = Instant::now();
    let (_, compiled) = super::compile(&arguments.source, &arguments.files)?;
    let took = started.elapsed();
    if !arguments.quiet {
        for diagnostic in &compiled.diagnostics {
            eprintln!("{}\n", diagnostic.render());
        }
    }
    let reasons = by_reason(&compiled);
    if arguments.json {
        let diagnostics: Vec<String> = compiled.diagnostics.iter().map(ToString::to_string).collect();
        let summary = json!({
            "in_force": in_force(&compiled),
            "left_out": compiled.left_out,
            "reasons": reasons,
            "diagnostics": diagnostics,
            "seconds": took.as_secs_f64(),
        });
        println!("{summary:#}");
    } else {
        print!("{}", text_of(&compiled, &reasons, took));
    }
    match compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).count() {
        0 => Ok(()),
        wrong => {
            Err(Failure::work(anyhow::anyhow!("{} signatures can't be used", number::grouped(wrong as u64))))
        }
    }
}

/// Signatures that are asked.
fn in_force(compiled: &Compiled) -> usize {
    let undecoded: usize = compiled.undecoded.values().sum();
    let read = compiled.ruleset.signatures.signatures.len();
    let unusable = compiled.left_out.saturating_sub(undecoded + compiled.unread);
    read.saturating_sub(unusable)
}

/// How many signatures are left out, by why.
fn by_reason(compiled: &Compiled) -> BTreeMap<String, usize> {
    let mut reasons: BTreeMap<String, usize> =
        compiled.undecoded.iter().map(|(what, count)| (format!("{what} is not decoded"), *count)).collect();
    for diagnostic in compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
        *reasons.entry(reason(diagnostic)).or_default() += 1;
    }
    reasons
}

/// What a finding has in common with others of its kind.
fn reason(diagnostic: &Diagnostic) -> String {
    let message = &diagnostic.message;
    let common = message.strip_prefix("this signature is left out: ").unwrap_or(message);
    // Behind a colon stands what is particular.
    common.split_once(": ").map_or(common, |(common, _)| common).to_owned()
}

fn text_of(compiled: &Compiled, reasons: &BTreeMap<String, usize>, took: Duration) -> String {
    let mut table = plain_table();
    table.add_row(["in force", &number::grouped(in_force(compiled) as u64)]);
    table.add_row(["left out", &number::grouped(compiled.left_out as u64)]);
    let mut text = format!("{table}\n");
    if !reasons.is_empty() {
        let mut sorted: Vec<_> = reasons.iter().collect();
        sorted.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), reason.as_str()));
        let mut table = plain_table();
        for (reason, count) in sorted {
            table.add_row(["", &number::grouped(*count as u64), reason]);
        }
        text += &format!("\nleft out, by reason\n{table}\n");
    }
    text + &format!("compiled in {}\n", number::duration(took))
}
