//! `weir replay`: captures through the pipeline, offline.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value, json};
use weir_hw::{Eal, EalConfig, Hugepages, Mempool, MempoolConfig};

use super::plain_table::plain_table;
use super::rules_source::RulesSource;
use super::{Failure, number};
use crate::capture::CaptureEnd;
use crate::config::Config;
use crate::config::units::Size;
use crate::counter::Counter;
use crate::event::{EveTarget, EveWriter};
use crate::replay::{REPLAY_ROOM, ReplayOptions, ReplayReport, replay};
use crate::ruleset::Ruleset;
use crate::verdict::ReasonKind;

/// Memory for buffers and DPDK's own tables, MiB.
const MEMORY_MIB: u32 = 96;
/// Buffers: a burst of the longest frames that captures hold, and the answers to it.
const MBUFS: u32 = 8191;

/// What `weir replay` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Every file is a run of its own: flows do not continue from one file to the next. Time is the capture's,
so a replay gives the same result on every machine. Frames pass the worker that also runs live; they are
read by weir's own reader, which knows pcap, pcapng and link types that DPDK's pcap device does not.")]
pub struct Arguments {
    /// Write the sets that rules save at the end, as a live run does.
    #[arg(long)]
    save_sets: bool,
    /// Captures: pcap or pcapng.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// Write events as EVE JSON to this file, or to standard output (`-`).
    #[arg(long, value_name = "FILE")]
    eve: Option<PathBuf>,
    /// Write so many bytes of what is said to models, and by them, into the events of each transaction.
    #[arg(long, value_name = "BYTES", requires = "eve")]
    contents: Option<u64>,
    /// Write the frames that come out, answers to rejected ones included, to this capture.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Sizes that fit captures, where no configuration says otherwise.
pub(super) fn defaults() -> Config {
    let mut config = Config::default();
    config.flows.capacity.value = 1 << 18;
    config.inspect.streams = 1 << 14;
    config
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.write.is_some() && arguments.files.len() > 1 {
        return Err(Failure::usage(anyhow::anyhow!("--write takes one capture at a time")));
    }
    if arguments.json && arguments.eve.as_deref() == Some(Path::new("-")) {
        return Err(Failure::usage(anyhow::anyhow!(
            "--json and --eve - would both write to standard output"
        )));
    }
    let mut config = arguments.source.config(defaults)?;
    config.events.file.clone_from(&arguments.eve);
    if let Some(contents) = arguments.contents {
        config.events.contents = Size(contents);
    }
    let ruleset = arguments.source.compile(&config)?;
    let pool = pool().map_err(Failure::Work)?;
    let target = arguments.eve.clone().map(|path| match EveTarget::from_path(path) {
        EveTarget::File(path) => EveTarget::NewFile(path),
        target => target,
    });
    let mut eve = target.map(EveWriter::open).transpose().map_err(Failure::work)?;
    if let (Some(eve), Ok(redaction)) = (&mut eve, config.events.redaction()) {
        eve.set_redaction(redaction);
    }
    let to_stdout = arguments.eve.as_deref() == Some(Path::new("-"));
    let (mut reports, mut failed) = (Vec::new(), None);
    for file in &arguments.files {
        let options = ReplayOptions {
            config: &config,
            ruleset: Arc::clone(&ruleset),
            pool: pool.clone(),
            eve: eve.as_mut(),
            write: arguments.write.as_deref(),
            look: None,
        };
        match replay(file, options).with_context(|| format!("can't replay {}", file.display())) {
            Ok(report) if arguments.json => reports.push(json_of(file, &report, &ruleset)),
            // With events on standard output, the tables go where they do not mix.
            Ok(report) if to_stdout => eprintln!("{}", text_of(file, &report)),
            Ok(report) => println!("{}", text_of(file, &report)),
            Err(error) => {
                eprintln!("weir: {error:#}");
                failed = Some(error);
            }
        }
    }
    if arguments.save_sets {
        ruleset.save_sets();
    }
    if arguments.json {
        println!("{:#}", json!({ "files": reports }));
    }
    match failed {
        None => Ok(()),
        Some(_) => Err(Failure::work(anyhow::anyhow!("not all captures could be replayed"))),
    }
}

pub(super) fn pool() -> anyhow::Result<Mempool> {
    let config = EalConfig { memory_mib: MEMORY_MIB, hugepages: Hugepages::Never, ..EalConfig::default() };
    let eal = Eal::init(&config)?;
    let shape = MempoolConfig {
        name: "replay".into(),
        mbufs: MBUFS,
        data_room: REPLAY_ROOM,
        ..MempoolConfig::default()
    };
    Ok(Mempool::new(eal, &shape)?)
}

fn text_of(file: &Path, report: &ReplayReport) -> String {
    let counters = &report.counters;
    let count = |counter| number::grouped(counters.get(counter));
    let mut text = format!("{}\n", file.display());
    let mut totals = plain_table();
    let packets = count(Counter::Packets);
    totals.add_row(["packets", &packets, "forwarded", &count(Counter::Forwarded)]);
    totals.add_row(["bytes", &count(Counter::Bytes), "dropped", &count(Counter::Dropped)]);
    totals.add_row(["flows", &count(Counter::FlowsNew), "rejected", &count(Counter::Rejected)]);
    let span =
        format!("{} of traffic in {}", number::duration(report.span), number::duration(report.elapsed));
    totals.add_row(["alerts", &count(Counter::Alerts), "would drop", &count(Counter::Observed)]);
    text += &format!("{totals}\n  {span}\n");
    if let Some(note) = end_note(report) {
        text += &format!("  note: {note}\n");
    }
    let reasons: Vec<_> = ReasonKind::ALL.into_iter().filter(|&kind| counters.reason(kind) > 0).collect();
    if !reasons.is_empty() {
        let mut table = plain_table();
        for kind in reasons {
            table.add_row(["", &number::grouped(counters.reason(kind)), kind.name()]);
        }
        text += &format!("\npackets not forwarded, by reason\n{table}\n");
    }
    if report.findings.iter().next().is_some() {
        let mut table = plain_table();
        table.set_header(["what", "times", "reason", "rule", "flow", "says"]);
        for (finding, times) in report.findings.iter() {
            table.add_row([
                finding.what,
                &number::grouped(times),
                finding.reason,
                &finding.rule,
                &finding.flow,
                &finding.text,
            ]);
        }
        text += &format!("\nfindings\n{table}\n");
    }
    text
}

fn end_note(report: &ReplayReport) -> Option<String> {
    match report.end {
        Some(CaptureEnd::Truncated { after, offset }) => {
            Some(format!("the capture is cut short after packet {after}, at byte {offset}"))
        }
        _ if report.unsupported > 0 => {
            Some(format!("{} frames of link types that can't be read were passed over", report.unsupported))
        }
        _ => None,
    }
}

fn json_of(file: &Path, report: &ReplayReport, ruleset: &Ruleset) -> Value {
    let counters = &report.counters;
    let reasons: Map<String, Value> = ReasonKind::ALL
        .into_iter()
        .filter(|&kind| counters.reason(kind) > 0)
        .map(|kind| (kind.name().to_owned(), counters.reason(kind).into()))
        .collect();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|(finding, times)| json!({ "finding": finding, "times": times }))
        .collect();
    json!({
        "file": file.display().to_string(),
        "packets": counters.get(Counter::Packets),
        "bytes": counters.get(Counter::Bytes),
        "flows": counters.get(Counter::FlowsNew),
        "alerts": counters.get(Counter::Alerts),
        "signatures": ruleset.signatures.signatures.len(),
        "verdicts": {
            "forward": counters.get(Counter::Forwarded),
            "drop": counters.get(Counter::Dropped),
            "reject": counters.get(Counter::Rejected),
            "would_drop": counters.get(Counter::Observed),
            "reasons": reasons,
        },
        "truncated": matches!(report.end, Some(CaptureEnd::Truncated { .. })),
        "unsupported": report.unsupported,
        "findings": findings,
        "seconds": report.elapsed.as_secs_f64(),
        "span_seconds": report.span.as_secs_f64(),
    })
}
