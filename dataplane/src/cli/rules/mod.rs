//! `weir rules`: tools for those who write signatures.

mod check;
mod explain;
mod list;
mod profile;
mod test;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::Failure;
use super::rules_source::RulesSource;
use crate::config::Config;
use crate::event::Generation;
use crate::ruleset::{Compiled, Ruleset};

/// What `weir rules` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  weir rules check my.rules                        which of them are wrong, and which are left out for what?
  weir rules list my.rules --match sqli            what is there, and what does each cost?
  weir rules explain 1000001 --rules my.rules      what does this one compile to?
  weir rules profile traffic.pcap --rules my.rules which of them take the time?
  weir rules test my.rules --pcap traffic.pcap     do they find what their author expects?")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say which signatures are wrong, which are left out, and what the others compile to.
    Check(check::Arguments),
    /// List signatures with what they ask and what they cost.
    List(list::Arguments),
    /// Explain what a signature compiles to, and why.
    Explain(explain::Arguments),
    /// Replay captures and say which signatures took the time.
    Profile(profile::Arguments),
    /// Hold signatures against what their author expects of them.
    Test(test::Arguments),
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Profile(arguments) => profile::run(arguments),
        Command::Test(arguments) => test::run(arguments),
    }
}

/// Compiles the rules that `source` and `files` name; what is wrong with them is in the result.
fn compile(source: &RulesSource, files: &[PathBuf]) -> Result<(Config, Compiled), Failure> {
    if source.config.is_none() && source.rules.is_empty() && files.is_empty() {
        return Err(Failure::usage(anyhow::anyhow!("which rules? name a file, or use --rules or -c")));
    }
    let mut config = source.config(crate::trial::Trial::sizes)?;
    config.rules.extend(files.iter().cloned());
    let compiled = Ruleset::load(&config.ruleset_files(), None, Generation(1), config.strictness());
    Ok((config, compiled.map_err(Failure::usage)?))
}

/// Compiles them, and says in a line how many are left out.
fn compile_quietly(source: &RulesSource, files: &[PathBuf]) -> Result<(Config, Arc<Ruleset>), Failure> {
    let (config, compiled) = compile(source, files)?;
    if compiled.left_out > 0 {
        eprintln!("{} signatures are left out; `weir rules check` says why", compiled.left_out);
    }
    Ok((config, Arc::new(compiled.ruleset)))
}
