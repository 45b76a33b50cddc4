//! `weir stats`, `weir reload`, `weir flows`: what talks to a running instance.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::plain_table::plain_table;
use super::{Failure, number};
use crate::live::{Request, Response, StatsReport, ask};

/// Which instance.
#[derive(Debug, Args)]
struct Target {
    /// The control socket of the instance (`control.socket` of its configuration).
    #[arg(short, long, value_name = "PATH", default_value = "/run/weir.sock")]
    socket: PathBuf,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

impl Target {
    fn ask(&self, request: &Request) -> Result<Value, Failure> {
        match ask(&self.socket, request).map_err(Failure::work)? {
            Response::Ok(value) => Ok(value),
            Response::Error(error) => Err(Failure::work(anyhow::anyhow!(error))),
        }
    }
}

/// What `weir stats` takes.
#[derive(Debug, Args)]
pub struct StatsArguments {
    #[command(flatten)]
    target: Target,
}

/// What `weir reload` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
The configuration is compiled aside and swapped between two bursts. Where it has errors they are printed, and
what was in force stays in force. Connections under inspection go on under the rules they began with, for at
most `inspect.drain`; policy is decided anew for every flow.")]
pub struct ReloadArguments {
    #[command(flatten)]
    target: Target,
}

/// What `weir flows` takes.
#[derive(Debug, Args)]
pub struct FlowsArguments {
    #[command(flatten)]
    target: Target,
    /// How many flows at most.
    #[arg(short, long, default_value_t = 100)]
    limit: usize,
}

/// `weir stats`.
pub fn stats(arguments: &StatsArguments) -> Result<(), Failure> {
    let value = arguments.target.ask(&Request::Stats)?;
    if arguments.target.json {
        println!("{value:#}");
        return Ok(());
    }
    let report: StatsReport = serde_json::from_value(value).map_err(Failure::work)?;
    println!("up {}, rule set {}", number::duration(Duration::from_secs(report.uptime)), report.generation);
    let mut workers = plain_table();
    workers.set_header(["core", "packets", "bytes", "latency p50", "p99", "p99.9", "max"]);
    for worker in &report.workers {
        let latency = worker.latency_ns;
        let time = |nanos| number::duration(Duration::from_nanos(nanos));
        workers.add_row([
            worker.core.to_string(),
            number::grouped(worker.packets),
            number::grouped(worker.bytes),
            time(latency.p50),
            time(latency.p99),
            time(latency.p999),
            time(latency.max),
        ]);
    }
    println!("\n{workers}");
    let mut ports = plain_table();
    ports.set_header(["wire", "port", "link", "received", "sent", "missed", "errors"]);
    for port in &report.ports {
        ports.add_row([
            port.wire.clone(),
            port.port.clone(),
            port.link.clone(),
            number::grouped(port.rx_packets),
            number::grouped(port.tx_packets),
            number::grouped(port.rx_missed + port.rx_no_buffer),
            number::grouped(port.rx_errors + port.tx_errors),
        ]);
    }
    println!("\n{ports}");
    let mut counters = plain_table();
    let mut rows = Vec::new();
    flatten("", &report.stats, &mut rows);
    for (name, value) in rows.into_iter().filter(|(_, value)| *value > 0) {
        counters.add_row([name, number::grouped(value)]);
    }
    println!("\n{counters}");
    Ok(())
}

/// Nested counters as rows: `decoder.pkts`, 7.
fn flatten(prefix: &str, value: &Value, rows: &mut Vec<(String, u64)>) {
    let Value::Object(map) = value else { return };
    for (name, value) in map {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value.as_u64() {
            Some(number) => rows.push((path, number)),
            None => flatten(&path, value, rows),
        }
    }
}

/// `weir reload`.
pub fn reload(arguments: &ReloadArguments) -> Result<(), Failure> {
    let value = arguments.target.ask(&Request::Reload)?;
    if arguments.target.json {
        println!("{value:#}");
        return Ok(());
    }
    println!(
        "rule set {} is in force: {} signatures ({} left out), {} policy rules",
        value["generation"], value["signatures"], value["left_out"], value["policy_rules"]
    );
    for key in value["needs_restart"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        println!("changed, and takes effect at the next start: {key}");
    }
    Ok(())
}

/// `weir flows`.
pub fn flows(arguments: &FlowsArguments) -> Result<(), Failure> {
    let value = arguments.target.ask(&Request::Flows { limit: arguments.limit })?;
    if arguments.target.json {
        println!("{value:#}");
        return Ok(());
    }
    let mut table = plain_table();
    table.set_header(["flow", "proto", "from", "to", "state", "verdict", "packets", "bytes"]);
    for flow in value["flows"].as_array().into_iter().flatten() {
        let text = |key: &str| flow[key].as_str().unwrap_or_default().to_owned();
        let count = |a: &str, b: &str| {
            let number = |key: &str| number::grouped(flow[key].as_u64().unwrap_or(0));
            format!("{} / {}", number(a), number(b))
        };
        table.add_row([
            flow["flow_id"].to_string(),
            text("proto"),
            text("from"),
            text("to"),
            text("state"),
            text("verdict"),
            count("pkts_toserver", "pkts_toclient"),
            count("bytes_toserver", "bytes_toclient"),
        ]);
    }
    println!("{table}");
    if value["more"] == true {
        println!("… and more; raise --limit");
    }
    Ok(())
}
