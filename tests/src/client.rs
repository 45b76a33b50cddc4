//! Clients that people use: curl and iperf3.

use std::process::Output;

use serde_json::Value;

use crate::namespace::Namespace;

/// `curl URL` with a limit of 15 seconds.
///
/// # Panics
///
/// When curl can't be run.
pub fn curl(from: &Namespace, arguments: &[&str]) -> Output {
    let mut command = from.command("curl");
    command.args(["--silent", "--show-error", "--noproxy", "*", "--max-time", "15"]).args(arguments);
    command.output().expect("curl runs")
}

/// Sends so many bytes to an `iperf3 -s` at `address`, with more options. Returns iperf3's report.
///
/// # Panics
///
/// When iperf3 can't be run or does not report.
pub fn iperf3(from: &Namespace, address: &str, bytes: &str, more: &[&str]) -> Value {
    let mut command = from.bounded(30, "iperf3");
    command.args(["--client", address, "--bytes", bytes, "--connect-timeout", "5000", "--json"]).args(more);
    let output = command.output().expect("iperf3 runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("iperf3: {error}: {output:?}"))
}
