//! `weir check`: is the configuration right, and what does it compile to?

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};
use weir_hw::{DeviceSpec, allowed_cores};
use weir_rules::diagnostic::{Diagnostic, Severity};

use super::plain_table::plain_table;
use super::rules_source::RulesSource;
use super::{Failure, number};
use crate::config::Config;
use crate::config::units::Size;
use crate::event::Generation;
use crate::flow::Direction;
use crate::ruleset::{Compiled, Ruleset};

/// What `weir check` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Everything that can be told without opening a device is checked: shapes, ranges, names, addresses, patterns.
Diagnostics go to standard error with file, line and column; the summary goes to standard output.")]
pub struct Arguments {
    #[command(flatten)]
    source: RulesSource,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let source = &arguments.source;
    if source.config.is_none() && source.rules.is_empty() && source.policy.is_empty() {
        return Err(Failure::usage(anyhow::anyhow!(
            "nothing to check: name a file with -c, --rules or --policy"
        )));
    }
    let config = source.config(Config::default)?;
    check_machine(&config)?;
    let started = Instant::now();
    let compiled = Ruleset::load(&config.ruleset_files(), None, Generation(1), config.strictness());
    let compiled = compiled.map_err(Failure::usage)?;
    let took = started.elapsed();
    for diagnostic in &compiled.diagnostics {
        eprintln!("{}\n", diagnostic.render());
    }
    if arguments.json {
        println!("{:#}", json_of(&config, &compiled));
    } else {
        print!("{}", text_of(&config, &compiled));
        println!("compiled in {}", number::duration(took));
    }
    Ok(())
}

/// What depends on this machine: names of devices, and cores.
fn check_machine(config: &Config) -> Result<(), Failure> {
    for wire in &config.wires {
        for port in &wire.ports.value {
            port.value.parse::<DeviceSpec>().map_err(|error| {
                Failure::usage(anyhow::anyhow!("wire `{}`, port `{}`: {error}", wire.name.value, port.value))
            })?;
        }
    }
    let allowed = allowed_cores().map_err(Failure::work)?;
    let missing = config.workers.cores.value.iter().find(|&&core| !allowed.iter().any(|c| c.0 == core));
    match missing {
        None => Ok(()),
        Some(core) => {
            let list: Vec<String> = allowed.iter().map(|core| core.0.to_string()).collect();
            Err(Failure::usage(anyhow::anyhow!(
                "workers.cores: core {core} can't be used here; these can: {}",
                list.join(", ")
            )))
        }
    }
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|found| found.severity == severity).count()
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::ToServer => "to server",
        Direction::ToClient => "to client",
    }
}

fn text_of(config: &Config, compiled: &Compiled) -> String {
    let ruleset = &compiled.ruleset;
    let (errors, warnings) =
        (count(&compiled.diagnostics, Severity::Error), count(&compiled.diagnostics, Severity::Warning));
    let mut table = plain_table();
    table.add_row(["wires", &config.wires.len().to_string()]);
    table.add_row(["identities", &number::grouped(ruleset.policy.identities().len() as u64)]);
    table.add_row(["policy rules", &number::grouped(ruleset.policy.rules().len() as u64)]);
    table.add_row(["signatures", &number::grouped(ruleset.signatures.signatures.len() as u64)]);
    table.add_row(["signatures left out", &number::grouped(compiled.left_out as u64)]);
    table.add_row(["errors, warnings", &format!("{errors}, {warnings}")]);
    if let Some(cache) = &compiled.cache {
        table.add_row(["databases compiled", &number::grouped(cache.misses)]);
        table.add_row(["databases from the cache", &number::grouped(cache.hits)]);
        let unusable = cache.damaged + cache.untrusted + cache.unwritten;
        if unusable > 0 {
            table.add_row(["files of the cache that were no use", &number::grouped(unusable)]);
        }
    }
    let mut text = format!("{table}\n");
    let groups = ruleset.databases.summary();
    if !groups.is_empty() {
        let mut table = plain_table();
        table.set_header(["field", "direction", "signatures", "patterns", "database", "state of a stream"]);
        for group in groups {
            table.add_row([
                group.field.name(),
                direction(group.direction),
                &number::grouped(group.signatures as u64),
                &number::grouped(group.patterns as u64),
                &Size(group.database_bytes as u64).to_string(),
                &Size(group.stream_bytes as u64).to_string(),
            ]);
        }
        text += &format!("\n{table}\n");
    }
    text
}

fn json_of(config: &Config, compiled: &Compiled) -> Value {
    let ruleset = &compiled.ruleset;
    let groups: Vec<Value> = ruleset
        .databases
        .summary()
        .into_iter()
        .map(|group| {
            json!({
                "field": group.field.name(),
                "direction": direction(group.direction),
                "signatures": group.signatures,
                "patterns": group.patterns,
                "database_bytes": group.database_bytes,
                "stream_bytes": group.stream_bytes,
            })
        })
        .collect();
    let diagnostics: Vec<String> = compiled.diagnostics.iter().map(ToString::to_string).collect();
    json!({
        "wires": config.wires.len(),
        "identities": ruleset.policy.identities().len(),
        "policy_rules": ruleset.policy.rules().len(),
        "signatures": ruleset.signatures.signatures.len(),
        "left_out": compiled.left_out,
        "cache": compiled.cache.map(|cache| json!({
            "hits": cache.hits,
            "misses": cache.misses,
            "damaged": cache.damaged,
            "untrusted": cache.untrusted,
            "unwritten": cache.unwritten,
            "evicted": cache.evicted,
        })),
        "groups": groups,
        "diagnostics": diagnostics,
    })
}
