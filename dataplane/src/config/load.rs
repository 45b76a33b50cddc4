//! Reads and checks the configuration file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_saphyr::Spanned;
use thiserror::Error;
use weir_rules::diagnostic::{Diagnostic, Source};
use weir_rules::yaml;

use super::file::{CacheChoice, Config};
use super::settings::MAX_TCP_WINDOW;
use crate::packet::MAX_TUNNEL_DEPTH;
use crate::worker::MAX_BURST;

/// Wires that a configuration can have.
const MAX_WIRES: usize = 64;

/// Why there is no configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("can't read the configuration {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file has errors; they are rendered with their place.
    #[error("{}", .0.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n\n"))]
    Invalid(Vec<Diagnostic>),
}

/// Reads a file and checks it. Paths in it become relative to its folder.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
    let source = Source::new(path.display().to_string(), text);
    let mut config = parse(&source).map_err(ConfigError::Invalid)?;
    let base = path.parent().unwrap_or(Path::new(""));
    for file in config
        .rules
        .iter_mut()
        .chain(&mut config.policy)
        .chain(&mut config.datasets.directory)
        .chain(&mut config.thresholds)
        .chain(&mut config.reputation.categories)
        .chain(&mut config.reputation.files)
    {
        *file = base.join(&*file);
    }
    if let CacheChoice::Directory(directory) = &mut config.inspect.cache {
        *directory = base.join(&*directory);
    }
    Ok(config)
}

/// Parses and checks a text.
pub fn parse(source: &Arc<Source>) -> Result<Config, Vec<Diagnostic>> {
    let config: Config = yaml::parse(source).map_err(|diagnostic| vec![diagnostic])?;
    let mut check = Check { source, found: Vec::new() };
    check.wires(&config);
    check.workers(&config);
    check.ranges(&config);
    if check.found.is_empty() { Ok(config) } else { Err(check.found) }
}

struct Check<'s> {
    source: &'s Arc<Source>,
    found: Vec<Diagnostic>,
}

impl Check<'_> {
    fn report<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: impl Into<String>) {
        let span = yaml::span(at);
        self.found.push(Diagnostic::error(self.source, span, message).with_help(help));
    }

    fn wires(&mut self, config: &Config) {
        let mut names: HashMap<&str, ()> = HashMap::new();
        let mut ports: HashMap<&str, &str> = HashMap::new();
        for (index, wire) in config.wires.iter().enumerate() {
            let name = wire.name.value.as_str();
            if name.is_empty() {
                self.report(&wire.name, "a wire needs a name", "for example `name: uplink`");
            }
            if names.insert(name, ()).is_some() {
                self.report(
                    &wire.name,
                    format!("there are two wires named `{name}`"),
                    "names tell wires apart in events",
                );
            }
            if index == MAX_WIRES {
                self.report(
                    &wire.name,
                    format!("there are more than {MAX_WIRES} wires"),
                    "run a second instance",
                );
            }
            if wire.ports.value.len() != 2 {
                let message = format!("a wire has two ports, and this one has {}", wire.ports.value.len());
                self.report(&wire.ports, message, "for example `ports: [0000:01:00.0, 0000:01:00.1]`");
            }
            for port in &wire.ports.value {
                if let Some(other) = ports.insert(&port.value, name) {
                    let message = format!("the port `{}` is taken by the wire `{other}`", port.value);
                    self.report(port, message, "each port belongs to one end of one wire");
                }
            }
            if let Some(mtu) = wire.mtu.as_ref().filter(|mtu| !(68..=9600).contains(&mtu.value)) {
                self.report(mtu, format!("an MTU of {} bytes is out of range", mtu.value), "68 to 9600");
            }
        }
    }

    fn workers(&mut self, config: &Config) {
        let cores = &config.workers.cores;
        let mut sorted = cores.value.clone();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            self.report(cores, format!("core {} is named twice", pair[0]), "one worker runs on each core");
        }
        let burst = &config.workers.burst;
        if !(1..=MAX_BURST).contains(&burst.value) {
            self.report(
                burst,
                format!("a burst of {} frames is out of range", burst.value),
                format!("1 to {MAX_BURST}"),
            );
        }
    }

    fn ranges(&mut self, config: &Config) {
        let depth = &config.parser.tunnel_depth;
        if usize::from(depth.value) > MAX_TUNNEL_DEPTH {
            let message = format!("{} tunnels in one another are more than can be described", depth.value);
            self.report(depth, message, format!("at most {MAX_TUNNEL_DEPTH}"));
        }
        let capacity = &config.flows.capacity;
        if !(64..=1 << 30).contains(&capacity.value) {
            self.report(capacity, format!("{} flows are out of range", capacity.value), "64 to 1073741824");
        }
        let bits = &config.state.shared_bits;
        if bits.value > 1 << 28 {
            self.report(bits, format!("{} bits are out of range", bits.value), "at most 268435456");
        }
        let scores = &config.scores;
        for limit in [&scores.alert, &scores.drop, &scores.reject].into_iter().flatten() {
            if !(1..=1_000_000).contains(&limit.value) {
                self.report(limit, format!("a total of {} is out of range", limit.value), "1 to 1000000");
            }
        }
        if let Err((at, error)) = config.events.redaction()
            && let Some(expression) = config.events.redact.get(at)
        {
            let message = format!("`{}` is no regular expression: {error}", expression.value);
            self.report(expression, message, "the syntax is that of Rust's regex crate, close to RE2's");
        }
        let window = &config.tcp.window;
        if window.value.0 > MAX_TCP_WINDOW || window.value.0 < 1 << 10 {
            let message = format!("a window of {} is out of range", window.value);
            self.report(window, message, "1 KiB to 16 MiB");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        match parse(&Source::new("weir.yaml", text)) {
            Ok(_) => Vec::new(),
            Err(found) => found.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn an_empty_file_is_all_defaults() {
        let config = parse(&Source::new("weir.yaml", "{}")).unwrap();
        assert_eq!(config.flows.capacity.value, 1 << 20);
        assert!(config.wires.is_empty());
    }

    #[test]
    fn errors_tell_place_and_remedy() {
        let table = [
            ("wires:\n  - name: a\n    ports: [net_null0]\n", "weir.yaml:3:12: error: a wire has two ports"),
            (
                "wires:\n  - name: a\n    ports: [x, x]\n",
                "weir.yaml:3:16: error: the port `x` is taken by the wire `a`",
            ),
            (
                "workers: {burst: 65}\n",
                "weir.yaml:1:18: error: a burst of 65 frames is out of range (help: 1 to 64)",
            ),
            ("workers: {cores: [1, 1]}\n", "core 1 is named twice"),
            ("parser: {tunnel-depth: 9}\n", "9 tunnels in one another"),
            ("tcp: {window: 1GiB}\n", "a window of 1.0 GiB is out of range"),
            ("flows: {timeouts: {tcp: {new: 5}}}\n", "weir.yaml:1:"),
            ("fliws: {}\n", "fliws"),
            ("events: {redact: [ok, \"(\"]}\n", "weir.yaml:1:23: error: `(` is no regular expression"),
            ("events: {transactions: [htp]}\n", "htp"),
        ];
        for (text, want) in table {
            let found = errors(text);
            assert!(found.iter().any(|error| error.contains(want)), "{text}: {found:?}");
        }
    }
}
