//! `docs/configuration.md` against the program: every key is there, and every default is the program's.

use std::fmt::Debug;
use std::path::Path;

use weir::config::load::parse;
use weir::config::{Config, Source};
use weir_rules::diagnostic;

/// The YAML of the reference.
fn reference() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = std::fs::read_to_string(path).expect("the reference");
    let (_, rest) = text.split_once("```yaml\n").expect("a block of YAML");
    rest.split_once("```").expect("the end of the block").0.to_owned()
}

fn configuration(text: &str) -> Config {
    parse(&diagnostic::Source::new("configuration.md", text)).unwrap_or_else(|found| panic!("{found:#?}"))
}

/// Names of fields, as Debug prints them, in the spelling of YAML.
fn keys(config: &Config) -> Vec<String> {
    let text = format!("{config:#?}");
    let names = text.lines().filter_map(|line| line.trim().split_once(": ").map(|(name, _)| name));
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    // What a value has besides itself: where in the file it stands.
    let of_places = ["value", "referenced", "defined", "span", "line", "column", "byte_info", "source_id"];
    let mut keys: Vec<String> = names
        .filter(is_name)
        .filter(|name| !of_places.contains(name))
        .map(|name| name.replace('_', "-"))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

#[test]
fn every_key_is_in_the_reference() {
    let text = reference();
    let keys = keys(&configuration(&text));
    for wanted in ["wires", "on-fault", "tunnel-depth", "capacity", "unseen-acks", "socket"] {
        assert!(keys.iter().any(|key| key == wanted), "{wanted} is not among {keys:?}");
    }
    let written = |key: &str| {
        text.lines().any(|line| {
            line.trim_start_matches([' ', '#', '-']).starts_with(&format!("{key}:"))
                || line.contains(&format!("{{ {key}:"))
                || line.contains(&format!(", {key}:"))
        })
    };
    // Inner names of types that are not keys.
    let missing: Vec<&String> = keys
        .iter()
        .filter(|key| !written(key) && !["offset", "len", "start", "end"].contains(&key.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in docs/configuration.md: {missing:?}");
}

#[test]
fn every_key_that_is_commented_out_is_a_key_too() {
    let text = reference();
    let optional = ["mtu", "file-prefix", "file"];
    let mut all = String::new();
    for line in text.lines() {
        let key = line.trim_start_matches([' ', '#']).split(':').next().unwrap_or_default();
        let commented = line.trim_start().starts_with('#') && optional.contains(&key);
        all += &if commented { line.replacen("# ", "", 1) } else { line.to_owned() };
        all.push('\n');
    }
    let config = configuration(&all);
    assert_eq!(config.wires[0].mtu.as_ref().map(|mtu| mtu.value), Some(1500));
    assert_eq!(config.dpdk.file_prefix.as_deref(), Some("weir"));
    assert!(config.events.file.is_some());
}

#[test]
fn every_default_is_the_programs() {
    fn same(what: &str, written: impl Debug, program: impl Debug) {
        assert_eq!(format!("{written:?}"), format!("{program:?}"), "{what}");
    }
    let written = configuration(&reference());
    let program = configuration("wires: [{ name: uplink, ports: [net_af_packet0, net_af_packet1] }]\n");
    let settings = |config: &Config, source| config.engine_settings(source, 2);
    same("live settings", settings(&written, Source::Live), settings(&program, Source::Live));
    same("replay settings", settings(&written, Source::Capture), settings(&program, Source::Capture));
    same("sizes", written.engine_sizes(), program.engine_sizes());
    same("parser", written.parser_config(), program.parser_config());
    same("inspector", written.inspector_config(), program.inspector_config());
    same("strictness", written.strictness(), program.strictness());
    same("files", written.ruleset_files(), program.ruleset_files());
    let wire =
        |config: &Config| (config.wires[0].promiscuous, config.wires[0].mtu.as_ref().map(|mtu| mtu.value));
    same("wire", wire(&written), wire(&program));
    let workers = |config: &Config| {
        let workers = &config.workers;
        (workers.cores.value.clone(), workers.burst.value, workers.idle, workers.steering, workers.ring)
    };
    same("workers", workers(&written), workers(&program));
    same("dpdk", &written.dpdk, &program.dpdk);
    same("events", &written.events, &program.events);
    same("control", &written.control, &program.control);
}
