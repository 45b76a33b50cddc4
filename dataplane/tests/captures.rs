//! Every capture at hand replays to its end, and no frame is lost or counted twice on the way.
//!
//! Besides the captures of `tests/data`, those in the folders `captures` and `pcaps` of `$WEIR_TEST_DATA` are replayed
//! (by default `../shared`, beside the project).

mod running_eal;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use weir::capture::CaptureEnd;
use weir::config::Config;
use weir::counter::{Counter, Counters};
use weir::event::Generation;
use weir::replay::{ReplayOptions, replay};
use weir::ruleset::{Ruleset, Strictness};
use weir_rules::diagnostic::Source;

const RULES: &str = r#"alert ip any any -> any any (content:"e"; content:"t"; distance:1; within:4; sid:1;)
    drop tcp any any -> any any (content:"chunked"; sid:2;)
    reject udp any any -> any any (pcre:"/[a-z]{3}\.com/"; sid:3;)
    alert ip any any -> any any (sid:4;)"#;

/// All captures below `folder`.
fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            find(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pcap" || extension == "pcapng") {
            found.push(path);
        }
    }
}

fn captures() -> Vec<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    find(&project.join("tests/data/captures"), &mut found);
    let more = std::env::var_os("WEIR_TEST_DATA").map_or_else(|| project.join("../shared"), PathBuf::from);
    let bundled = found.len();
    for folder in ["captures", "pcaps"] {
        find(&more.join(folder), &mut found);
    }
    if found.len() == bundled {
        eprintln!("SKIPPED: no captures in {}; set WEIR_TEST_DATA to replay more", more.display());
    }
    found.sort();
    found
}

fn replayed(
    path: &Path,
    ruleset: &Arc<Ruleset>,
    pool: &weir_hw::Mempool,
) -> (Counters, u64, Option<CaptureEnd>) {
    let mut config = Config::default();
    config.flows.capacity.value = 4096;
    config.inspect.streams = 1024;
    let options = ReplayOptions {
        config: &config,
        ruleset: ruleset.clone(),
        pool: pool.clone(),
        eve: None,
        write: None,
        look: None,
    };
    let report = replay(path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (report.counters, report.unsupported, report.end)
}

/// What Wireshark counts; `None` where it is not installed.
fn counted_by_capinfos(path: &Path) -> Option<u64> {
    let output = Command::new("capinfos").args(["-c", "-M", "-T", "-r"]).arg(path).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().rsplit('\t').next()?.parse().ok()
}

#[test]
fn all_captures_replay_to_their_end() {
    let source = [Source::new("captures.rules", RULES)];
    let compiled = Ruleset::compile(&source, &[], &[], Generation(1), Strictness::Strict).expect("rules");
    let (ruleset, pool) = (Arc::new(compiled.ruleset), running_eal::pool());
    let mut compared = 0;
    let captures = captures();
    assert!(captures.len() >= 14, "the bundled captures are gone");
    for path in &captures {
        let (counters, unsupported, end) = replayed(path, &ruleset, &pool);
        let packets = counters.get(Counter::Packets);
        let decided = [Counter::Forwarded, Counter::Dropped, Counter::Rejected].map(|c| counters.get(c));
        assert_eq!(packets, decided.iter().sum::<u64>(), "{}", path.display());
        assert_eq!(counters.get(Counter::EventsLost), 0, "{}", path.display());
        assert_eq!(counters.get(Counter::Faults), 0, "{}", path.display());
        if let Some(expected) = counted_by_capinfos(path) {
            compared += 1;
            assert_eq!(packets + unsupported, expected, "{} {end:?}", path.display());
        }
    }
    if compared == 0 {
        eprintln!("SKIPPED: capinfos is not installed, so the numbers of packets were not compared");
    } else {
        println!("{} captures, {compared} of them compared with capinfos", captures.len());
    }
}

#[test]
fn a_replay_gives_the_same_twice() {
    let source = [Source::new("captures.rules", RULES)];
    let compiled = Ruleset::compile(&source, &[], &[], Generation(1), Strictness::Strict).expect("rules");
    let (ruleset, pool) = (Arc::new(compiled.ruleset), running_eal::pool());
    for path in captures().iter().take(4) {
        let [one, other] = [0, 1].map(|_| format!("{:?}", replayed(path, &ruleset, &pool).0));
        assert_eq!(one, other);
    }
}
