//! The command line: `weir check`, `run`, `replay`, `show`, `bench`, `devices`, and what talks to a running instance.
//!
//! Exit codes: 0 fine, 1 the work failed, 2 wrong usage or configuration.

mod bench;
mod check;
mod control;
mod devices;
mod failure;
mod number;
mod plain_table;
mod replay;
mod rules;
mod rules_source;
mod run;
mod show;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

pub use failure::Failure;

/// weir sits between two ports, inspects what passes, and decides about every packet.
#[derive(Debug, Parser)]
#[command(name = "weir", version, about, long_about = None, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  weir replay traffic.pcap --rules ai.rules          what would these rules have found?
  weir show traffic.pcap                              what was said to models, and by them?
  weir check -c /etc/weir/weir.yaml                   is this configuration right?
  weir run -c /etc/weir/weir.yaml                     put it to work
  weir stats                                          what is it doing?

Exit codes: 0 fine, 1 the work failed, 2 wrong usage or configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Validate configuration, policy and rules, and say what they compile to.
    Check(check::Arguments),
    /// Measure how fast the pipeline is, against the null loop and Hyperscan alone.
    Bench(bench::Arguments),
    /// Run the data plane until SIGTERM.
    Run(run::Arguments),
    /// Replay captures offline, and say what would have been decided.
    Replay(replay::Arguments),
    /// Show what was said in captures: who asked which model what, what it answered, which tools it called.
    Show(show::Arguments),
    /// Check, list, explain, profile and test signatures.
    Rules(rules::Arguments),
    /// List the ports and devices of this machine.
    Devices(devices::Arguments),
    /// Show the counters of a running instance.
    Stats(control::StatsArguments),
    /// Make a running instance read its configuration, policy and rules anew.
    Reload(control::ReloadArguments),
    /// List the flows of a running instance.
    Flows(control::FlowsArguments),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr();
    let done = match arguments.command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Devices(arguments) => devices::run(&arguments),
        Command::Stats(arguments) => control::stats(&arguments),
        Command::Reload(arguments) => control::reload(&arguments),
        Command::Flows(arguments) => control::flows(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Log lines go to standard error, so that standard output is for results; `RUST_LOG` chooses what is logged.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}
