//! What a running instance does when it is asked: statistics, flows, reloads.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_hw::Link;

use super::control_socket::Incoming;
use super::instance::{Instance, wire_names};
use super::reload::{Prepared, ReloadJob, needs_restart};
use super::report::{PortReport, StatsReport, WorkerReport, nested};
use super::request::{Request, Response};
use crate::config::{Config, Source};
use crate::counter::{Counter, Counters};
use crate::engine::EngineSettings;
use crate::event::eve::Stamp;
use crate::flow::FlowId;
use crate::latency::Latency;
use crate::packet::{Address, IpProtocol};
use crate::time::Nanos;
use crate::worker::{Command, FlowRow, Reply};

/// How long a worker may take to answer: it looks for commands between two bursts.
const WORKER_PATIENCE: Duration = Duration::from_secs(1);
/// Flows asked for at once.
const ROWS: usize = 256;
/// The most flows that are listed.
const MAX_LISTED: usize = 100_000;

/// A rule set on its way into the workers.
pub(super) struct Installing {
    waiting: usize,
    asked_by: Vec<Sender<Response>>,
    answer: Value,
    since: Instant,
}

impl Instance {
    /// Answers a request; a reload is answered when it is done.
    pub(super) fn answer(&mut self, incoming: Incoming) {
        let response = match incoming.request {
            Request::Reload => return self.begin_reload(Some(incoming.answer)),
            Request::Stats => match serde_json::to_value(self.stats()) {
                Ok(value) => Response::Ok(value),
                Err(error) => Response::Error(error.to_string()),
            },
            Request::Flows { limit } => Response::Ok(self.flows(limit.min(MAX_LISTED))),
        };
        // The client may have gone.
        let _ = incoming.answer.send(response);
    }

    /// Begins a reload, or joins the one that is under way.
    pub(super) fn begin_reload(&mut self, asked_by: Option<Sender<Response>>) {
        if let Some(installing) = &mut self.installing {
            installing.asked_by.extend(asked_by);
            return;
        }
        if self.reload.is_none() {
            let (path, generation) = (self.path.clone(), self.generation.next());
            match ReloadJob::start(path, Arc::clone(&self.ruleset), generation, self.workers.len()) {
                Ok(job) => self.reload = Some(job),
                Err(error) => {
                    tracing::error!("can't reload: {error}");
                    asked_by.map(|client| client.send(Response::Error(error.to_string())));
                    return;
                }
            }
        }
        if let Some(job) = &mut self.reload {
            job.asked_by.extend(asked_by);
        }
    }

    /// Takes what the workers say, and goes on with a reload.
    pub(super) fn go_on(&mut self) {
        for index in 0..self.workers.len() {
            while let Some(reply) = self.workers[index].control.reply() {
                self.take(reply);
            }
        }
        if let Some(prepared) = self.reload.as_ref().and_then(ReloadJob::poll) {
            let asked_by = self.reload.take().map(|job| job.asked_by).unwrap_or_default();
            match prepared {
                Ok(prepared) => self.install(prepared, asked_by),
                Err(error) => {
                    tracing::error!("the reload is refused, and the rules before stay in force:\n{error}");
                    answer_all(&asked_by, &Response::Error(error));
                }
            }
        }
        if self.installing.as_ref().is_some_and(|installing| installing.waiting == 0)
            && let Some(done) = self.installing.take()
        {
            tracing::info!(generation = self.generation.0, took = ?done.since.elapsed(), "reloaded");
            answer_all(&done.asked_by, &Response::Ok(done.answer));
        }
    }

    fn take(&mut self, reply: Reply) {
        match reply {
            Reply::Installed { generation, .. } if generation == self.generation => {
                if let Some(installing) = &mut self.installing {
                    installing.waiting = installing.waiting.saturating_sub(1);
                }
            }
            // What the others bring is freed by being dropped here, off the data path.
            Reply::Installed { .. } | Reply::Retired(_) | Reply::Latency(_) | Reply::Flows { .. } => {}
        }
    }

    fn install(&mut self, prepared: Prepared, asked_by: Vec<Sender<Response>>) {
        let Prepared { config, ruleset, rules, left_out } = prepared;
        let restart = needs_restart(&self.config, &config);
        if !restart.is_empty() {
            tracing::warn!("these changes take effect at the next start: {}", restart.join(", "));
        }
        self.generation = ruleset.generation;
        self.ruleset = Arc::clone(&ruleset);
        self.writer.learn(ruleset.catalog(wire_names(&self.config)));
        let (count, mut waiting) = (self.workers.len(), 0);
        for (worker, rules) in self.workers.iter_mut().zip(rules) {
            let settings = Box::new(EngineSettings {
                // How flows are spread is decided when ports are opened.
                spread: self.config.engine_settings(Source::Live, count).spread,
                ..config.engine_settings(Source::Live, count)
            });
            match worker.control.send(Command::Install { rules: Box::new(rules), settings }) {
                Ok(()) => waiting += 1,
                Err(_) => tracing::error!(core = worker.core.0, "the worker does not take commands"),
            }
        }
        let answer = json!({
            "generation": self.generation.0,
            "signatures": ruleset.signatures.signatures.len(),
            "left_out": left_out,
            "policy_rules": ruleset.policy.rules().len(),
            "needs_restart": restart,
        });
        self.installing = Some(Installing { waiting, asked_by, answer, since: Instant::now() });
        self.config = merge_reloaded(&self.config, config);
    }

    /// Statistics, with the latencies that the workers are asked for.
    pub(super) fn stats(&mut self) -> StatsReport {
        let counters = self.counters();
        let mut workers = Vec::new();
        for index in 0..self.workers.len() {
            let latency = self.ask_worker(index, Command::Latency(Box::default()), |reply| match reply {
                Reply::Latency(latency) => Ok(*latency),
                other => Err(other),
            });
            let worker = &self.workers[index];
            let shown = worker.published.counters();
            workers.push(WorkerReport {
                core: worker.core.0,
                packets: shown.get(Counter::Packets),
                bytes: shown.get(Counter::Bytes),
                latency_ns: latency.as_ref().map(Latency::summary).unwrap_or_default(),
            });
        }
        StatsReport {
            uptime: self.started.elapsed().as_secs(),
            generation: self.generation.0,
            workers,
            ports: self.port_reports(),
            stats: nested(&counters),
        }
    }

    fn port_reports(&self) -> Vec<PortReport> {
        let names = self.config.wires.iter().flat_map(|wire| {
            wire.ports.value.iter().map(|port| (wire.name.value.clone(), port.value.clone()))
        });
        names
            .zip(&self.ports)
            .map(|((wire, name), port)| {
                let stats = port.stats().unwrap_or_default();
                PortReport {
                    wire,
                    port: name,
                    link: match port.link() {
                        Ok(Link::Up { mbps: Some(mbps), .. }) => format!("up, {mbps} Mbit/s"),
                        Ok(Link::Up { mbps: None, .. }) => "up".into(),
                        Ok(Link::Down) => "down".into(),
                        Err(error) => error.to_string(),
                    },
                    rx_packets: stats.ipackets,
                    tx_packets: stats.opackets,
                    rx_bytes: stats.ibytes,
                    tx_bytes: stats.obytes,
                    rx_missed: stats.imissed,
                    rx_errors: stats.ierrors,
                    rx_no_buffer: stats.rx_nombuf,
                    tx_errors: stats.oerrors,
                }
            })
            .collect()
    }

    /// The `stats` event of EVE.
    pub(super) fn stats_line(&self, counters: &Counters) -> Value {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let now = Nanos(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX));
        let mut stats = nested(counters);
        stats["uptime"] = self.started.elapsed().as_secs().into();
        stats["events"]["written"] = self.writer.status().written().into();
        stats["events"]["failed"] = self.writer.status().failed().into();
        json!({ "timestamp": Stamp(now), "event_type": "stats", "stats": stats })
    }

    fn flows(&mut self, limit: usize) -> Value {
        let (mut listed, mut more) = (Vec::new(), false);
        for index in 0..self.workers.len() {
            let mut from = Some(FlowId(0));
            while let Some(at) = from {
                if listed.len() >= limit {
                    more = true;
                    break;
                }
                let rows = Vec::with_capacity(ROWS.min(limit - listed.len()).max(1));
                let reply = self.ask_worker(index, Command::Flows { from: at, rows }, |reply| match reply {
                    Reply::Flows { next, rows } => Ok((next, rows)),
                    other => Err(other),
                });
                let Some((next, rows)) = reply else { break };
                listed.extend(rows.iter().map(|row| self.flow(row)));
                from = next;
            }
        }
        json!({ "flows": listed, "more": more })
    }

    fn flow(&self, row: &FlowRow) -> Value {
        let (src, src_port) = row.key.endpoint(row.initiator);
        let (dst, dst_port) = row.key.endpoint(row.initiator.other());
        let (outer, inner, vni) = row.key.tenant_parts();
        let record = &row.record;
        let state = record.state();
        let tcp = row.key.protocol == IpProtocol::TCP;
        // What stands in the place of ports for ICMP are identifiers, and others have none.
        let ported = matches!(row.key.protocol, IpProtocol::TCP | IpProtocol::UDP | IpProtocol::SCTP);
        let end = |ip: Address, port: u16| match (ip.to_ip(), ported) {
            (ip, false) => ip.to_string(),
            (ip, true) => SocketAddr::new(ip, port).to_string(),
        };
        json!({
            "flow_id": row.flow_id,
            "wire": self.config.wires.get(usize::from(row.key.wire.0)).map(|wire| &wire.name.value),
            "proto": row.key.protocol.name().map_or_else(|| row.key.protocol.0.to_string(), str::to_owned),
            "from": end(src, src_port), "to": end(dst, dst_port),
            "src_ip": src.to_ip(), "src_port": src_port, "dest_ip": dst.to_ip(), "dest_port": dst_port,
            "vlan": [outer, inner], "vni": vni,
            "state": if tcp { state.tcp_name() } else { state.phase().name() },
            "verdict": format!("{:?}", record.verdict).to_lowercase(),
            "pkts_toserver": record.packets[0], "pkts_toclient": record.packets[1],
            "bytes_toserver": record.bytes[0], "bytes_toclient": record.bytes[1],
            "start": Stamp(record.first_seen), "last": Stamp(record.last_seen),
        })
    }

    /// Sends a command to a worker and waits for the reply to it; other replies are taken as they come.
    fn ask_worker<T>(
        &mut self,
        index: usize,
        command: Command,
        wanted: impl Fn(Reply) -> Result<T, Reply>,
    ) -> Option<T> {
        self.workers[index].control.send(command).ok()?;
        let deadline = Instant::now() + WORKER_PATIENCE;
        while Instant::now() < deadline {
            match self.workers[index].control.reply().map(&wanted) {
                Some(Ok(value)) => return Some(value),
                Some(Err(other)) => self.take(other),
                None => std::thread::sleep(Duration::from_micros(100)),
            }
        }
        tracing::warn!(core = self.workers[index].core.0, "the worker does not answer");
        None
    }
}

/// The configuration in force after a reload: what needs a restart stays as it is.
fn merge_reloaded(old: &Config, new: Config) -> Config {
    Config {
        wires: old.wires.clone(),
        workers: old.workers.clone(),
        dpdk: old.dpdk.clone(),
        control: old.control.clone(),
        ..new
    }
}

fn answer_all(clients: &[Sender<Response>], response: &Response) {
    for client in clients {
        // The client may have gone.
        let _ = client.send(response.clone());
    }
}
