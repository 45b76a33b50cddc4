//! A reload: the next generation is compiled aside, in a thread of its own, and handed to the workers whole.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use super::request::Response;
use crate::config::{self, Config};
use crate::engine::WorkerRules;
use crate::event::Generation;
use crate::ruleset::Ruleset;

/// What a reload brings.
pub struct Prepared {
    /// The configuration, as it is now.
    pub config: Config,
    /// The rules.
    pub ruleset: Arc<Ruleset>,
    /// One for each worker.
    pub rules: Vec<WorkerRules>,
    /// Signatures that were left out.
    pub left_out: usize,
}

/// A reload under way.
pub struct ReloadJob {
    prepared: Receiver<Result<Prepared, String>>,
    /// Who asked for it; nobody where a signal did.
    pub asked_by: Vec<Sender<Response>>,
}

impl ReloadJob {
    /// Begins to compile the configuration at `path` for `workers` workers, to follow the rule set `previous`.
    pub fn start(
        path: PathBuf,
        previous: Arc<Ruleset>,
        generation: Generation,
        workers: usize,
    ) -> io::Result<ReloadJob> {
        let (result, prepared) = channel();
        let body = move || {
            // The instance may have stopped meanwhile.
            let _ = result.send(prepare(&path, &previous, generation, workers));
        };
        thread::Builder::new().name("weir-reload".into()).spawn(body)?;
        Ok(ReloadJob { prepared, asked_by: Vec::new() })
    }

    /// The result, once there is one.
    pub fn poll(&self) -> Option<Result<Prepared, String>> {
        match self.prepared.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("the reload ended without a result".into())),
        }
    }
}

fn prepare(
    path: &std::path::Path,
    previous: &Ruleset,
    generation: Generation,
    workers: usize,
) -> Result<Prepared, String> {
    previous.save_sets();
    let config = config::load(path).map_err(|error| error.to_string())?;
    let compiled = Ruleset::load(&config.ruleset_files(), Some(previous), generation, config.strictness())
        .map_err(|error| error.to_string())?;
    for diagnostic in &compiled.diagnostics {
        tracing::warn!("{diagnostic}");
    }
    let ruleset = Arc::new(compiled.ruleset);
    let rules = (0..workers)
        .map(|_| WorkerRules::prepare(Arc::clone(&ruleset), config.inspector_config()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    Ok(Prepared { config, ruleset, rules, left_out: compiled.left_out })
}

/// What of a new configuration needs a restart to take effect, by its keys.
pub fn needs_restart(old: &Config, new: &Config) -> Vec<&'static str> {
    let ports = |config: &Config| -> Vec<(String, Vec<String>, Option<u16>, bool)> {
        config
            .wires
            .iter()
            .map(|wire| {
                let ports = wire.ports.value.iter().map(|port| port.value.clone()).collect();
                let mtu = wire.mtu.as_ref().map(|mtu| mtu.value);
                (wire.name.value.clone(), ports, mtu, wire.promiscuous)
            })
            .collect()
    };
    let workers = |config: &Config| {
        let workers = &config.workers;
        (workers.cores.value.clone(), workers.burst.value, workers.idle, workers.steering, workers.ring)
    };
    let events = |config: &Config| {
        let events = &config.events;
        let redact: Vec<String> = events.redact.iter().map(|text| text.value.clone()).collect();
        (events.file.clone(), events.ring, events.transactions.clone(), events.contents, redact)
    };
    let mut keys = Vec::new();
    let mut differs = |key, differs| {
        if differs {
            keys.push(key);
        }
    };
    differs("wires (ports, mtu, promiscuous)", ports(old) != ports(new));
    differs("workers", workers(old) != workers(new));
    differs("flows.capacity", old.flows.capacity.value != new.flows.capacity.value);
    differs("tcp.memory", old.tcp.memory != new.tcp.memory);
    differs("tcp.window", old.tcp.window.value != new.tcp.window.value);
    differs("fragments.memory", old.fragments.memory != new.fragments.memory);
    differs("events", events(old) != events(new));
    differs("control.socket", old.control.socket != new.control.socket);
    differs("dpdk", (old.dpdk.memory, old.dpdk.mbufs) != (new.dpdk.memory, new.dpdk.mbufs));
    keys
}
