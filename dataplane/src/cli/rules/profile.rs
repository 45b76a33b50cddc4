//! `weir rules profile`: which signatures take the time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use weir_rules::signature::RuleIndex;

use super::super::plain_table::plain_table;
use super::super::rules_source::RulesSource;
use super::super::{Failure, number};
use crate::profile::{RuleCost, RuleProfile};
use crate::ruleset::Ruleset;
use crate::trial::{Outcome, Profiling, Trial};

/// What `weir rules profile` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
candidates     matches of its patterns, or times that its fast pattern was found
confirmations  times that the full rule was evaluated; none for rules that the scan decides by itself
matches        times that it held, before header, numbers and state were asked
alerts         times that it was reported
time           for all of that, reading the clock included (some 40 ns each time); that of the scan, which is for
               all signatures at once, is not in it")]
pub struct Arguments {
    /// Captures: pcap or pcapng.
    #[arg(required = true, value_name = "FILE")]
    captures: Vec<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// How many signatures are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Print JSON instead of a table; all signatures that were looked at are in it.
    #[arg(long)]
    json: bool,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (config, ruleset) = super::compile_quietly(&arguments.source, &[])?;
    let started = Instant::now();
    let mut sum = Outcome::default();
    for path in &arguments.captures {
        let mut trial = Trial::new(Arc::clone(&ruleset), &config, Profiling::On).map_err(Failure::work)?;
        trial
            .capture(path)
            .with_context(|| format!("can't profile {}", path.display()))
            .map_err(Failure::Work)?;
        sum.add(trial.finish());
    }
    let took = started.elapsed();
    let costs = sum.profile.as_ref().map(RuleProfile::slowest_first).unwrap_or_default();
    if arguments.json {
        println!("{:#}", json_of(&ruleset, &sum, &costs, took));
    } else {
        print!("{}", text_of(&ruleset, &sum, &costs, took, arguments.top));
    }
    Ok(())
}

fn alerts(outcome: &Outcome, rule: RuleIndex) -> u64 {
    outcome.alerts.get(&rule).copied().unwrap_or(0)
}

fn text_of(
    ruleset: &Ruleset,
    outcome: &Outcome,
    costs: &[(RuleIndex, RuleCost)],
    took: Duration,
    top: usize,
) -> String {
    let mut table = plain_table();
    table.set_header([
        "time",
        "share",
        "sid",
        "candidates",
        "confirmations",
        "matches",
        "alerts",
        "each",
        "message",
    ]);
    let all: Duration = costs.iter().map(|(_, cost)| cost.time).sum();
    for (rule, cost) in costs.iter().take(top) {
        let Some(signature) = ruleset.signatures.get(*rule) else { continue };
        let looked = u32::try_from(cost.candidates.max(cost.confirmations).max(1)).unwrap_or(u32::MAX);
        table.add_row([
            &number::duration(cost.time),
            &format!("{:.1} %", 100.0 * cost.time.as_secs_f64() / all.as_secs_f64().max(f64::MIN_POSITIVE)),
            &signature.id.sid.to_string(),
            &number::grouped(cost.candidates),
            &number::grouped(cost.confirmations),
            &number::grouped(cost.matches),
            &number::grouped(alerts(outcome, *rule)),
            &number::duration(cost.time / looked),
            &*signature.msg,
        ]);
    }
    let left = costs.len().saturating_sub(top);
    let more = if left > 0 {
        format!("and {} more; --top shows them\n", number::grouped(left as u64))
    } else {
        String::new()
    };
    format!(
        "{table}\n{more}{} frames, {} bytes in {}, {} of it in {} signatures\n",
        number::grouped(outcome.frames),
        number::grouped(outcome.bytes),
        number::duration(took),
        number::duration(all),
        number::grouped(costs.len() as u64),
    )
}

fn json_of(ruleset: &Ruleset, outcome: &Outcome, costs: &[(RuleIndex, RuleCost)], took: Duration) -> Value {
    let rules: Vec<Value> = costs
        .iter()
        .filter_map(|(rule, cost)| {
            let signature = ruleset.signatures.get(*rule)?;
            Some(json!({
                "gid": signature.id.gid,
                "sid": signature.id.sid,
                "msg": signature.msg,
                "candidates": cost.candidates,
                "confirmations": cost.confirmations,
                "matches": cost.matches,
                "alerts": alerts(outcome, *rule),
                "nanoseconds": u64::try_from(cost.time.as_nanos()).unwrap_or(u64::MAX),
            }))
        })
        .collect();
    json!({
        "frames": outcome.frames,
        "bytes": outcome.bytes,
        "seconds": took.as_secs_f64(),
        "rules": rules,
    })
}
