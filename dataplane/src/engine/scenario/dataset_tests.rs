//! Sets of values: asked for, changed, loaded from files and saved to them.

use std::path::Path;

use super::{Rig, Tcp, datagram};
use crate::counter::Counter;
use crate::dataset::{Outside, SetFiles};
use crate::event::Generation;
use crate::flow::Direction::ToServer;
use crate::ruleset::{Compiled, Ruleset, RulesetFiles, Strictness};

/// Sends requests, each for a host, over one connection.
fn ask(rig: &mut Rig, port: u16, hosts: &[&str]) -> Vec<u32> {
    let tcp = Tcp::to_80(port);
    rig.pass(tcp.handshake());
    let mut offset = 0;
    for host in hosts {
        let request = format!("GET /{host} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        rig.pass([tcp.request(offset, request.as_bytes())]);
        offset += request.len() as u32;
    }
    rig.sids()
}

/// Compiles rules that stand in a folder of their own, and writes files beside them.
fn load(folder: &Path, rules: &str, files: &[(&str, &str)], previous: Option<&Ruleset>) -> Compiled {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let path = folder.join("test.rules");
    std::fs::write(&path, rules).expect("a file");
    let sets = SetFiles::Disk { directory: Some(folder.to_owned()), outside: Outside::Refused };
    let files = RulesetFiles { rules: vec![path], sets, ..RulesetFiles::default() };
    let generation = previous.map_or(Generation(1), |previous| previous.generation.next());
    Ruleset::load(&files, previous, generation, Strictness::Lenient).expect("rules")
}

const SEEN: &str = r#"
    alert http any any -> any any (http.host; dataset:isset,seen; sid:1;)
    alert http any any -> any any (http.host; dataset:set,seen,type string; sid:2;)
    alert http any any -> any any (http.host; dataset:isnotset,seen; sid:3;)
    alert http any any -> any any (http.uri; content:"forget"; http.host; dataset:unset,seen; sid:4;)"#;

#[test]
fn a_value_is_new_once() {
    let mut rig = Rig::new(SEEN);
    assert_eq!(ask(&mut rig, 4000, &["a", "b", "a"]), [2, 2, 1]);
    assert_eq!(ask(&mut rig, 4001, &["b"]), [1]);
    assert_eq!(ask(&mut rig, 4002, &["forget", "forget"]), [2, 4, 2, 4]);
}

#[test]
fn a_rule_that_does_not_match_changes_nothing() {
    let rules = r#"
        alert http any any -> any 81 (http.host; dataset:set,seen,type string; sid:1;)
        alert http any any -> any any (http.host; dataset:set,seen; http.uri; content:"/other"; sid:2;)
        alert http any any -> any any (http.host; dataset:isset,seen; sid:3;)"#;
    assert_eq!(ask(&mut Rig::new(rules), 4000, &["a", "a"]), [0; 0]);
}

#[test]
fn a_full_set_is_counted() {
    let rules =
        "alert http any any -> any any (http.host; dataset:set,seen,type string,memcap 640; noalert; sid:1;)";
    let mut rig = Rig::new(rules);
    let hosts: Vec<String> = (0..60).map(|number| format!("host{number}")).collect();
    ask(&mut rig, 4000, &hosts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(rig.counters().get(Counter::DatasetsFull), 60 - 56);
}

#[test]
fn addresses_and_digests_are_values_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = r#"
        alert udp any any -> any any (ip.src; dataset:isset,hosts,type ip,load hosts.csv; sid:1;)
        alert udp any any -> any any (ip.dst; dataset:isset,hosts; sid:2;)
        alert http any any -> any any (http.host; to_md5; dataset:isset,bad,type md5,load md5.lst; sid:3;)
        alert http any any -> any any (http.host; datarep:rep,>,200,load rep.csv,type string; sid:4;)"#;
    let files = [
        ("hosts.csv", "10.0.0.1\n2001:db8::1\n"),
        ("md5.lst", "0cc175b9c0f1b6a831c399e269772661\n"),
        ("rep.csv", "YQ==,100\nYg==,201\n"),
    ];
    let compiled = load(folder.path(), rules, &files, None);
    assert_eq!(compiled.left_out, 0, "{:?}", compiled.diagnostics);
    let mut rig = Rig::with(compiled.ruleset);
    rig.pass([datagram(ToServer, [4000, 90], b"x")]);
    assert_eq!(rig.sids(), [1]);
    assert_eq!(ask(&mut rig, 4000, &["a", "b", "c"]), [3, 4]);
}

#[test]
fn what_a_file_says_of_a_value_is_in_the_alert() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = r#"alert http any any -> any any (http.host; dataset:isset,bad,type string,load bad.json,format ndjson,value_key host,remove_key,context_key bad_host; sid:1;)"#;
    let files = [("bad.json", "{\"host\": \"a\", \"year\": 2005}\n")];
    let mut rig = Rig::with(load(folder.path(), rules, &files, None).ruleset);
    let tcp = Tcp::to_80(4000);
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")]);
    let lines = rig.lines();
    assert_eq!(lines[0]["alert"]["context"], serde_json::json!({"bad_host": {"year": 2005}}));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_others_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = |sid: u32, set: &str| {
        format!("alert http any any -> any any (http.host; dataset:{set}; sid:{sid};)\n")
    };
    let rules = [
        rule(1, "isset,a,type md5,load a.lst"),
        rule(2, "isset,b,type string,load missing.lst"),
        rule(3, "isset,c,type string,load ../c.lst"),
        rule(4, "isset,d,load a.lst"),
        rule(5, "isset,e,type string"),
        rule(6, "isset,e,type md5"),
    ];
    let files = [("a.lst", "0cc175b9c0f1b6a831c399e269772661\nnothing\n")];
    let compiled = load(folder.path(), &rules.concat(), &files, None);
    let said: Vec<String> = compiled.diagnostics.iter().map(ToString::to_string).collect();
    for part in [
        "a.lst:2:1: error",
        "can't read",
        "test.rules:3:1: error: the path leads out",
        "nothing says what the values of the dataset d are",
        "the dataset e has two types",
        "left out: the dataset a is not there",
    ] {
        assert!(said.iter().any(|line| line.contains(part)), "{part}: {said:#?}");
    }
    assert_eq!(ask(&mut Rig::with(compiled.ruleset), 4000, &["a"]), [0; 0]);
}

#[test]
fn sets_that_rules_change_outlive_a_reload_and_others_are_read_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = r#"
        alert http any any -> any any (http.host; dataset:set,seen,type string; noalert; sid:1;)
        alert http any any -> any any (http.host; dataset:isset,listed,type string,load list.csv; sid:2;)"#;
    let mut rig = Rig::with(load(folder.path(), rules, &[("list.csv", "YQ==\n")], None).ruleset);
    assert_eq!(ask(&mut rig, 4000, &["a", "b"]), [2]);
    let before = rig.ruleset().clone();
    let again = format!("{rules}\nalert http any any -> any any (http.host; dataset:isset,seen; sid:3;)");
    let compiled = load(folder.path(), &again, &[("list.csv", "Yw==\n")], Some(&before));
    let mut rig = Rig::with(Ruleset { generation: Generation(1), ..compiled.ruleset });
    assert_eq!(ask(&mut rig, 4000, &["a", "c"]), [3, 2, 3]);
}

#[test]
fn what_is_saved_is_there_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules =
        r#"alert http any any -> any any (http.host; dataset:set,seen,type string,state seen.csv; sid:1;)"#;
    let mut rig = Rig::with(load(folder.path(), rules, &[], None).ruleset);
    assert_eq!(ask(&mut rig, 4000, &["b", "a", "a"]), [1, 1]);
    rig.ruleset().save_sets();
    assert_eq!(std::fs::read_to_string(folder.path().join("seen.csv")).expect("the file"), "YQ==\nYg==\n");
    let mut rig = Rig::with(load(folder.path(), rules, &[], None).ruleset);
    assert_eq!(ask(&mut rig, 4000, &["a", "c"]), [1]);
    rig.ruleset().save_sets();
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("the folder").count(),
        2,
        "nothing else is left there"
    );
}
