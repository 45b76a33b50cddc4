//! Exit codes and words of every command: 0 fine, 1 the work failed, 2 wrong usage or configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use weir_tests::binary;

fn weir(arguments: &[&str]) -> Output {
    binary::command().args(arguments).output().expect("weir runs")
}

fn capture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/captures").join(name).display().to_string()
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path: PathBuf = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn every_command_explains_itself() {
    for (command, words) in [
        ("check", &["--config", "--strict", "standard error"][..]),
        ("run", &["SIGTERM", "SIGUSR2", "SIGHUP", "Type=notify"]),
        ("replay", &["--rules", "--policy", "--eve", "--write", "pcapng", "--json"]),
        ("devices", &["net_af_packet0,iface=eth1", "0000:01:00.0"]),
        ("stats", &["--socket", "--json", "/run/weir.sock"]),
        ("reload", &["--socket", "inspect.drain"]),
        ("flows", &["--socket", "--limit"]),
    ] {
        let help = weir(&[command, "--help"]);
        assert_eq!(help.status.code(), Some(0), "{command}");
        let text = String::from_utf8_lossy(&help.stdout).into_owned();
        for word in words {
            assert!(text.contains(word), "weir {command} --help does not mention {word}:\n{text}");
        }
    }
    let help = String::from_utf8_lossy(&weir(&["--help"]).stdout).into_owned();
    for word in ["check", "run", "replay", "devices", "stats", "reload", "flows", "Exit codes"] {
        assert!(help.contains(word), "weir --help does not mention {word}");
    }
    assert!(String::from_utf8_lossy(&weir(&["--version"]).stdout).starts_with("weir "));
}

#[test]
fn wrong_usage_is_two() {
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["check"],
        &["check", "--config"],
        &["replay"],
        &["replay", "--no-such-flag", "x.pcap"],
        &["run", "-c", "/nowhere/weir.yaml"],
        &["flows", "--limit", "many"],
    ] {
        let output = weir(arguments);
        assert_eq!(output.status.code(), Some(2), "weir {arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "weir {arguments:?} says why");
    }
}

#[test]
fn check_tells_place_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let good = file(folder, "good.rules", weir_tests::setup::RULES);
    let bad =
        file(folder, "bad.rules", "alert tcp any any -> any any (msg:\"x\"; contnet:\"abc\"; sid:1;)\n");
    let policy = file(
        folder,
        "policy.yaml",
        "default: deny\nrules:\n  - { name: a, from: ghost, to: any, action: allow }\n",
    );
    let config = file(
        folder,
        "weir.yaml",
        "wires:\n  - name: a\n    ports: [net_null0, net_null1]\n    mode: sometimes\n",
    );
    assert_eq!(weir(&["check", "--rules", &good]).status.code(), Some(0));
    for (arguments, code, place) in [
        (vec!["check", "--rules", &bad], 0, "bad.rules:1:"),
        (vec!["check", "--strict", "--rules", &bad], 2, "bad.rules:1:"),
        (vec!["check", "--policy", &policy], 2, "policy.yaml:3:"),
        (vec!["check", "-c", &config], 2, "weir.yaml:4:"),
        (vec!["run", "-c", &config], 2, "weir.yaml:4:"),
        (vec!["check", "--rules", "/nowhere.rules"], 2, "/nowhere.rules"),
    ] {
        let output = weir(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(place), "{arguments:?}: {said}");
    }
    let json = weir(&["check", "--json", "--rules", &good]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["signatures"], 3);
    let nothing = file(folder, "empty.yaml", "{}");
    assert_eq!(weir(&["run", "-c", &nothing]).status.code(), Some(2), "an instance without wires");
    let core = file(
        folder,
        "core.yaml",
        "wires: [{ name: a, ports: [net_null0, net_null1] }]\nworkers: { cores: [4000] }\n",
    );
    for command in ["check", "run"] {
        let output = weir(&[command, "-c", &core]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("core 4000"));
    }
}

#[test]
fn replay_fails_on_what_is_no_capture_and_goes_on_with_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = file(folder.path(), "garbage.pcap", "this is no capture");
    let good = capture("base/openai_chat.pcap");
    assert_eq!(weir(&["replay", &good]).status.code(), Some(0));
    assert_eq!(weir(&["replay", "/nowhere.pcap"]).status.code(), Some(1));
    let mixed = weir(&["replay", "--json", &garbage, &good]);
    assert_eq!(mixed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&mixed.stderr).contains("garbage.pcap"));
    let report: Value = serde_json::from_slice(&mixed.stdout).expect("JSON of what could be replayed");
    assert_eq!(report["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["files"][0]["packets"], 14);
    assert_eq!(report["files"][0]["verdicts"]["forward"], 14);
    assert_eq!(weir(&["replay", "--json", "--eve", "-", &good]).status.code(), Some(2));
}

#[test]
fn replay_writes_what_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let rules = file(
        folder.path(),
        "a.rules",
        "reject tcp any any -> any any (msg:\"capital\"; content:\"capital of France\"; sid:9;)\n",
    );
    let (out, eve) = (folder.path().join("out.pcap"), folder.path().join("eve.json"));
    let run = weir(&[
        "replay",
        &capture("base/openai_chat.pcap"),
        "--rules",
        &rules,
        "--write",
        &out.display().to_string(),
        "--eve",
        &eve.display().to_string(),
        "--json",
    ]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let verdicts = &report["files"][0]["verdicts"];
    assert!(verdicts["reject"].as_u64() > Some(0), "{report:#}");
    let events = weir_tests::events::read(&eve);
    assert!(events.iter().any(|event| weir_tests::events::is_drop(event, "signature")));
    let again = weir(&["replay", &out.display().to_string(), "--rules", &rules, "--json"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        again["files"][0]["verdicts"]["reject"], 0,
        "what comes out holds nothing to reject: {again:#}"
    );
    assert!(again["files"][0]["packets"].as_u64() > verdicts["forward"].as_u64(), "and the resets besides");
}
