//! `weir bench`: how fast the pipeline is, and how near to the two ceilings.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};
use serde_json::{Value, json};
use weir_hw::{CoreId, Eal, EalConfig, allowed_cores};

use super::plain_table::plain_table;
use super::rules_source::RulesSource;
use super::{Failure, number};
use crate::bench::{
    Addresses, BenchOptions, BenchReport, CaptureTraffic, LiveTraffic, Machine, Traffic, bench,
};
use crate::config::Config;

/// Memory for the buffers of one worker, MiB.
const MEMORY_PER_WORKER_MIB: u32 = 48;
/// The most streams of Hyperscan that are opened where no configuration says otherwise.
const MAX_STREAMS: usize = 1 << 20;

/// What `weir bench` takes.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("traffic").required(true).args(["file", "live_flows"])),
    after_help = "\
The capture is held in memory and sent through the real worker as fast as it goes. A round is the whole
capture, and the end of the flows that it began; every round has other addresses. In the same run, in
turns with the pipeline, two ceilings are measured:

  null loop        the same frames received and sent, with no stage in between
                   ratio_to_null = time of a round there / time of a round in the pipeline
  Hyperscan alone  the same pieces of payload in the same order, with the same databases
                   ratio_to_scan = time of a round there / time of a round in the pipeline

All figures are medians of rounds. Frames are copied into buffers in both the null loop and the pipeline,
and freed where they would be sent. Latency is from receiving a burst to having sent it.

With --live-flows there is no capture: 64-byte UDP packets over that many flows, all of which stay alive."
)]
pub struct Arguments {
    /// A capture: pcap or pcapng.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// Instead of a capture: small packets over this many flows that stay alive.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(LiveTraffic::MAX_FLOWS)))]
    live_flows: Option<u32>,
    /// How long the pipeline is measured, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    seconds: f64,
    /// The cores to use, one worker on each; those of the configuration or the last one where not given.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    cores: Vec<u16>,
    /// Whether every round has addresses of its own; kept where a policy is loaded, as it goes by addresses.
    #[arg(long, value_name = "WHICH")]
    addresses: Option<AddressChoice>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// See [`Arguments::addresses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AddressChoice {
    /// Every round has other addresses.
    Fresh,
    /// Every round has those of the capture.
    Kept,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let time =
        Duration::try_from_secs_f64(arguments.seconds).ok().filter(|time| !time.is_zero()).ok_or_else(
            || Failure::usage(anyhow::anyhow!("--seconds {} is no time to measure for", arguments.seconds)),
        )?;
    let config = arguments.source.config(Config::default)?;
    let cores = cores(arguments, &config)?;
    let ruleset = arguments.source.compile(&config)?;
    let mut options = BenchOptions { config, ruleset, time, cores };
    let report = match (&arguments.file, arguments.live_flows) {
        (Some(file), _) => {
            let addresses = match arguments.addresses {
                Some(AddressChoice::Fresh) => Addresses::Fresh,
                Some(AddressChoice::Kept) => Addresses::Kept,
                None if options.config.policy.is_empty() => Addresses::Fresh,
                None => Addresses::Kept,
            };
            let parser = options.config.parser_config();
            let traffic = CaptureTraffic::load(file, &parser, addresses, options.cores.len())
                .map_err(|error| anyhow::anyhow!("can't measure with {}: {error}", file.display()))
                .map_err(Failure::Work)?;
            let tcp_flows = traffic.tcp_flows();
            measure(arguments, &mut options, &traffic, tcp_flows)?
        }
        (None, flows) => measure(arguments, &mut options, &LiveTraffic::new(flows.unwrap_or(1)), 0)?,
    };
    println!("{report}");
    Ok(())
}

/// Measures, and gives the text to print.
fn measure<T: Traffic + Clone>(
    arguments: &Arguments,
    options: &mut BenchOptions,
    traffic: &T,
    tcp_flows: usize,
) -> Result<String, Failure> {
    if arguments.source.config.is_none() {
        size_for(&mut options.config, traffic.flows(), tcp_flows);
    }
    let eal = eal(options)?;
    let report = bench(eal, options, traffic).map_err(Failure::work)?;
    let machine = Machine::this(eal);
    let rules = options.ruleset.signatures.signatures.len();
    if arguments.json {
        Ok(format!("{:#}", json_of(&report, rules, options.cores.len(), &machine)))
    } else {
        Ok(text_of(&report, rules, &options.cores, &machine))
    }
}

/// Makes the tables large enough for `flows` at once, so that it is not eviction which is measured: flows that nobody
/// answers may take half of the table.
fn size_for(config: &mut Config, flows: usize, tcp_flows: usize) {
    let capacity = flows.saturating_mul(5) / 2;
    let capacity = u32::try_from(capacity).unwrap_or(u32::MAX).min(1 << 30);
    config.flows.capacity.value = config.flows.capacity.value.max(capacity);
    config.inspect.streams = tcp_flows.saturating_mul(2).clamp(1 << 14, MAX_STREAMS);
    config.events.ring = config.events.ring.max(flows.saturating_mul(2).min(1 << 20));
}

fn cores(arguments: &Arguments, config: &Config) -> Result<Vec<CoreId>, Failure> {
    let named = if arguments.cores.is_empty() { &config.workers.cores.value } else { &arguments.cores };
    if let Some(twice) =
        named.iter().enumerate().find_map(|(at, core)| named[..at].contains(core).then_some(core))
    {
        return Err(Failure::usage(anyhow::anyhow!("core {twice} is named twice; one worker runs on each")));
    }
    if !named.is_empty() {
        return Ok(named.iter().copied().map(CoreId).collect());
    }
    let last = allowed_cores().map_err(Failure::work)?.last().copied();
    Ok(vec![last.unwrap_or(CoreId(0))])
}

fn eal(options: &BenchOptions) -> Result<Eal, Failure> {
    let workers = u32::try_from(options.cores.len()).unwrap_or(1);
    let config = EalConfig {
        memory_mib: MEMORY_PER_WORKER_MIB * workers + MEMORY_PER_WORKER_MIB,
        ..EalConfig::default()
    };
    let eal = Eal::init(&config).map_err(Failure::work)?;
    if eal.memory().is_degraded() {
        eprintln!("weir: {}", eal.memory());
    }
    Ok(eal)
}

fn json_of(report: &BenchReport, rules: usize, workers: usize, machine: &Machine) -> Value {
    let mut value = json!(report);
    value["rules"] = rules.into();
    value["workers"] = workers.into();
    value["machine"] = json!(machine);
    value
}

fn text_of(report: &BenchReport, rules: usize, cores: &[CoreId], machine: &Machine) -> String {
    let mut table = plain_table();
    let rate = |pps: f64| format!("{} packets/s", number::grouped(pps as u64));
    table.add_row([
        "pipeline",
        &rate(report.pps),
        &format!("{:.2} Gbit/s", report.gbps),
        &format!("{:.1} ns/packet", report.ns_per_packet),
    ]);
    table.add_row(["null loop", &rate(report.null_pps), "", &format!("ratio {:.3}", report.ratio_to_null)]);
    if let (Some(gbps), Some(ratio)) = (report.scan_gbps_alone, report.ratio_to_scan) {
        table.add_row(["Hyperscan alone", "", &format!("{gbps:.2} Gbit/s"), &format!("ratio {ratio:.3}")]);
    }
    let latency = report.latency_ns;
    let nanos = |time| number::duration(Duration::from_nanos(time));
    let count = number::grouped;
    let cores: Vec<String> = cores.iter().map(CoreId::to_string).collect();
    let pages = machine.hugepages_kib.map_or("none".to_owned(), |kib| format!("{kib} KiB"));
    format!(
        "{table}\n\
         \n latency     p50 {}, p99 {}, p99.9 {}, max {}\
         \n measured    {} packets, {} bytes, {} flows begun, {} live, in {} rounds\
         \n scanned     {} bytes in {} pieces each round, with {} rules\
         \n findings    {} alerts, {} packets dropped, {} events lost\
         \n machine     {}, {} cores (used: {}), Linux {}\
         \n             huge pages: {pages}; {}; Hyperscan {}",
        nanos(latency.p50),
        nanos(latency.p99),
        nanos(latency.p999),
        nanos(latency.max),
        count(report.packets),
        count(report.bytes),
        count(report.flows),
        count(report.live_flows),
        count(report.rounds),
        count(report.scanned_bytes),
        count(report.scanned_pieces),
        count(rules as u64),
        count(report.alerts),
        count(report.dropped),
        count(report.events_lost),
        machine.cpu,
        machine.cores,
        cores.join(", "),
        machine.kernel,
        machine.dpdk,
        machine.hyperscan,
    )
}
