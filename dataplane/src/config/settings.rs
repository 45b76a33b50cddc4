//! From the configuration file to the settings of each part.

use super::file::{self, Config, TransportTimeouts};
use crate::app::AppConfig;
use crate::dataset::{Outside, SetFiles};
use crate::detect::ScoreLimits;
use crate::engine::{
    EngineSettings, EngineSizes, FailSafe, FlowEvents, Midstream, Mode, Spread, UnseenAcks, WireSettings,
};
use crate::flow::{FlowConfig, PhaseTimeouts, SpreadBy, Timeouts};
use crate::inspect::InspectorConfig;
use crate::packet::{FragmentConfig, ParserConfig, PortSet};
use crate::ruleset::{RulesetFiles, Strictness};
use crate::stream::{Retain, StoreConfig};

/// The largest `tcp.window`, in bytes.
pub(super) const MAX_TCP_WINDOW: u64 = crate::stream::store::MAX_WINDOW as u64;

/// Where the frames come from, as far as settings differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the wire: nothing is missing that has an effect.
    Live,
    /// From a capture, which may lack packets.
    Capture,
}

impl Config {
    /// The settings of every engine; `workers` is how many there are.
    pub fn engine_settings(&self, source: Source, workers: usize) -> EngineSettings {
        EngineSettings {
            parser: self.parser_config(),
            wires: self.wires.iter().map(wire_settings).collect(),
            midstream: match self.tcp.midstream {
                file::Midstream::Inspect => Midstream::Inspect,
                file::Midstream::Pass => Midstream::Pass,
                file::Midstream::Drop => Midstream::Drop,
            },
            unseen_acks: match (self.tcp.unseen_acks, source) {
                (file::UnseenAcks::Skip, _) | (file::UnseenAcks::Auto, Source::Capture) => UnseenAcks::Skip,
                (file::UnseenAcks::Drop, _) | (file::UnseenAcks::Auto, Source::Live) => UnseenAcks::Drop,
            },
            window: self.tcp.window.value.0 as u32,
            retain: match self.tcp.retransmissions {
                file::Retransmissions::Compare => Retain::Unacknowledged,
                file::Retransmissions::Trust => Retain::Nothing,
            },
            flow_events: if self.events.flows { FlowEvents::On } else { FlowEvents::Off },
            spread: match (workers, self.workers.steering) {
                (0..=1, _) | (_, file::Steering::Addresses) => Spread::Together,
                (_, file::Steering::Ports) => Spread::Apart,
            },
            drain: self.inspect.drain.0,
            scores: ScoreLimits {
                alert: self.scores.alert.as_ref().map(|limit| limit.value),
                drop: self.scores.drop.as_ref().map(|limit| limit.value),
                reject: self.scores.reject.as_ref().map(|limit| limit.value),
            },
        }
    }

    /// The sizes of every engine's tables.
    pub fn engine_sizes(&self) -> EngineSizes {
        EngineSizes {
            flows: FlowConfig {
                capacity: self.flows.capacity.value as usize,
                timeouts: self.timeouts(),
                ..FlowConfig::default()
            },
            streams: StoreConfig { memory: self.tcp.memory.bytes(), window: self.tcp.window.value.bytes() },
            fragments: FragmentConfig {
                datagrams: self.fragments.datagrams as usize,
                memory: self.fragments.memory.bytes(),
                timeout: self.fragments.timeout.0,
                ..FragmentConfig::default()
            },
            app: AppConfig { flows: self.app.flows, log: self.events.log_config(), ..AppConfig::default() },
        }
    }

    /// The sizes of every inspector.
    pub fn inspector_config(&self) -> InspectorConfig {
        InspectorConfig { streams: self.inspect.streams, progress: self.inspect.progress }
    }

    /// What rule sets are compiled from.
    pub fn ruleset_files(&self) -> RulesetFiles {
        RulesetFiles {
            rules: self.rules.clone(),
            policies: self.policy.clone(),
            sets: SetFiles::Disk {
                directory: self.datasets.directory.clone(),
                outside: match self.datasets.outside {
                    file::Outside::Refused => Outside::Refused,
                    file::Outside::Allowed => Outside::Allowed,
                },
            },
            thresholds: self.thresholds.clone(),
            categories: self.reputation.categories.clone(),
            reputations: self.reputation.files.clone(),
            shared_bits: self.state.shared_bits.value as usize,
            variables: self.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            cache: self.inspect.cache.directory(),
        }
    }

    /// How wrong rules are taken.
    pub fn strictness(&self) -> Strictness {
        if self.inspect.strict { Strictness::Strict } else { Strictness::Lenient }
    }

    /// By what software spreads flows over workers.
    pub fn spread_by(&self) -> SpreadBy {
        match self.workers.steering {
            file::Steering::Ports => SpreadBy::Ports,
            file::Steering::Addresses => SpreadBy::Addresses,
        }
    }

    /// How frames are parsed.
    pub fn parser_config(&self) -> ParserConfig {
        let defaults = ParserConfig::default();
        let ports = |given: &Option<serde_saphyr::Spanned<Vec<u16>>>, default: PortSet| {
            given.as_ref().map_or(default, |ports| PortSet::from(ports.value.clone()))
        };
        ParserConfig {
            tunnel_depth: self.parser.tunnel_depth.value,
            vxlan_ports: ports(&self.parser.vxlan_ports, defaults.vxlan_ports),
            geneve_ports: ports(&self.parser.geneve_ports, defaults.geneve_ports),
            gtp_ports: ports(&self.parser.gtp_ports, defaults.gtp_ports),
            ..ParserConfig::default()
        }
    }

    fn timeouts(&self) -> Timeouts {
        let mut timeouts = Timeouts::default();
        let given = &self.flows.timeouts;
        for (phases, given) in [
            (&mut timeouts.tcp.normal, &given.tcp),
            (&mut timeouts.udp.normal, &given.udp),
            (&mut timeouts.icmp.normal, &given.icmp),
            (&mut timeouts.other.normal, &given.other),
        ] {
            apply(phases, given);
        }
        timeouts
    }
}

fn apply(phases: &mut PhaseTimeouts, given: &TransportTimeouts) {
    for (phase, given) in [
        (&mut phases.new, given.new),
        (&mut phases.established, given.established),
        (&mut phases.closed, given.closed),
    ] {
        if let Some(span) = given {
            *phase = span.0;
        }
    }
}

fn wire_settings(wire: &file::Wire) -> WireSettings {
    let fail_safe = |choice| match choice {
        file::FailSafe::Open => FailSafe::Open,
        file::FailSafe::Closed => FailSafe::Closed,
    };
    WireSettings {
        mode: match wire.mode {
            file::Mode::Enforce => Mode::Enforce,
            file::Mode::Observe => Mode::Observe,
        },
        on_fault: fail_safe(wire.on_fault),
        on_overload: fail_safe(wire.on_overload),
    }
}
