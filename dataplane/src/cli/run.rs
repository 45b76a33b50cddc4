//! `weir run`: the data plane, until SIGTERM.

use std::path::PathBuf;

use clap::Args;

use super::plain_table::plain_table;
use super::{Failure, number};
use crate::config;
use crate::counter::{Counter, Counters};
use crate::live::{Instance, StartError};
use crate::verdict::ReasonKind;

/// What `weir run` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Signals: SIGTERM and SIGINT stop (what has arrived is still forwarded, totals are printed); SIGUSR2 reads
configuration, policy and rules anew, and keeps the old ones where the new ones are wrong; SIGHUP opens the
event file anew. Under systemd, use Type=notify; the watchdog is served.")]
pub struct Arguments {
    /// The configuration file.
    #[arg(short, long, value_name = "FILE", default_value = "/etc/weir/weir.yaml")]
    config: PathBuf,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = config::load(&arguments.config).map_err(Failure::usage)?;
    let instance = Instance::start(&arguments.config, config).map_err(|error| match error {
        StartError::NoWires | StartError::Core { .. } | StartError::Ruleset(_) => Failure::usage(error),
        error => Failure::work(error),
    })?;
    let counters = instance.run().map_err(Failure::work)?;
    print!("{}", totals(&counters));
    Ok(())
}

/// The totals of a run, for people.
fn totals(counters: &Counters) -> String {
    let mut table = plain_table();
    for counter in [
        Counter::Packets,
        Counter::Bytes,
        Counter::FlowsNew,
        Counter::Alerts,
        Counter::Forwarded,
        Counter::Dropped,
        Counter::Rejected,
        Counter::Observed,
        Counter::PassedUninspected,
        Counter::TxFailed,
        Counter::EventsLost,
    ] {
        table.add_row([counter.name(), &number::grouped(counters.get(counter))]);
    }
    for kind in ReasonKind::ALL.into_iter().filter(|&kind| counters.reason(kind) > 0) {
        table.add_row([&format!("reason {}", kind.name()), &number::grouped(counters.reason(kind))]);
    }
    format!("totals\n{table}\n")
}
