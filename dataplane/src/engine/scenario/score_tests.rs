//! Scores that add up, and reputations of addresses.

use std::sync::Arc;

use weir_rules::diagnostic::Source;

use super::{Rig, Setup, Tcp, datagram};
use crate::detect::{Inheritance, ScoreLimits};
use crate::event::{EventKind, Generation};
use crate::flow::Direction::{ToClient, ToServer};
use crate::reputation::Reputations;
use crate::ruleset::{Ruleset, Strictness};
use crate::verdict::{Reason, Verdict};

const LIMITS: ScoreLimits = ScoreLimits { alert: Some(5), drop: Some(10), reject: None };

const SIGNS: &str = r#"
    alert http any any -> any any (msg:"traversal"; http.uri; content:".."; noalert; score:4; sid:1;)
    alert http any any -> any any (msg:"script"; http.uri; content:"<script"; noalert; score:4; sid:2;)
    alert http any any -> any any (msg:"scanner"; http.user_agent; content:"scan"; noalert; score:3; sid:3;)
    alert tcp any any -> any 80 (msg:"odd ttl"; ttl:<3; noalert; score:9; sid:4;)"#;

fn scoring(rules: &str, limits: ScoreLimits) -> Rig {
    let mut setup = Setup::default();
    setup.settings.scores = limits;
    setup.rig(rules, "")
}

fn get(uri: &str, agent: &str) -> Vec<u8> {
    format!("GET {uri} HTTP/1.1\r\nHost: m\r\nUser-Agent: {agent}\r\n\r\n").into_bytes()
}

/// Totals that were reported: action, total and how many signatures made it up.
fn scores(rig: &mut Rig) -> Vec<(&'static str, i32, usize)> {
    let scores = rig.events();
    let score = |kind: &EventKind| match kind {
        EventKind::Score(score) => {
            let reached = score.reached;
            Some((reached.action.name(), reached.total, reached.contributors.iter().flatten().count()))
        }
        _ => None,
    };
    scores.iter().filter_map(|event| score(&event.kind)).collect()
}

#[test]
fn weak_signs_add_up_in_a_transaction_and_one_alone_passes() {
    let (mut rig, tcp) = (scoring(SIGNS, LIMITS), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    let (one, two, all) = (get("/../a", "x"), get("/..<script", "x"), get("/..<script", "scan"));
    let mut offset = 0;
    for request in [&one, &one, &one] {
        rig.pass([tcp.request(offset, request)]);
        offset += request.len() as u32;
    }
    assert_eq!(scores(&mut rig), []);
    rig.pass([tcp.request(offset, &two)]);
    offset += two.len() as u32;
    assert_eq!(scores(&mut rig), [("alert", 8, 2)]);
    assert_eq!(rig.refused(&tcp.request(offset, &all)), Reason::Score(11));
    let lines = rig.lines();
    let line = lines.iter().find(|line| line["event_type"] == "score").expect("an event");
    assert_eq!(line["score"]["total"], 11);
    assert_eq!(line["score"]["limit"], 10);
    assert_eq!(line["score"]["action"], "blocked");
    let sids: Vec<_> =
        line["score"]["signatures"].as_array().unwrap().iter().map(|s| &s["signature_id"]).collect();
    assert_eq!(sids.len(), 3, "{line}");
    assert!(lines.iter().any(|line| line["drop"]["reason"] == "score"), "{lines:?}");
    // The stream can't go on without what was dropped.
    offset += all.len() as u32;
    assert!(matches!(rig.refused(&tcp.request(offset, &one)), Reason::FlowCut(_)));
}

#[test]
fn without_limits_scores_do_nothing() {
    let (mut rig, tcp) = (scoring(SIGNS, ScoreLimits::default()), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, &get("/..<script", "scan"))]);
    assert_eq!(scores(&mut rig), []);
}

#[test]
fn what_is_outside_of_transactions_counts_for_the_flow() {
    let rules = r#"
        alert udp any any -> any any (content:"a"; noalert; score:4; sid:1;)
        alert udp any any -> any any (content:"b"; noalert; score:4; sid:2;)
        alert udp any any -> any any (content:"good"; noalert; score:-4; sid:3;)"#;
    let limits = ScoreLimits { alert: None, drop: None, reject: Some(8) };
    let mut rig = scoring(rules, limits);
    let say = |port, text: &str| datagram(ToServer, [port, 90], text.as_bytes());
    rig.pass([say(4000, "a"), say(4000, "a"), say(4001, "b"), say(4002, "good a"), say(4002, "b")]);
    assert!(matches!(rig.send(&say(4000, "b")), Verdict::Reject(Reason::Score(8))));
    assert!(matches!(rig.send(&say(4000, "x")), Verdict::Reject(Reason::FlowCut(_))));
    assert!(matches!(rig.send(&datagram(ToClient, [4000, 90], b"x")), Verdict::Reject(Reason::FlowCut(_))));
}

#[test]
fn a_pass_outweighs_a_score() {
    let rules = r#"
        alert udp any any -> any any (content:"a"; score:20; sid:1;)
        pass udp any any -> any any (content:"trusted"; sid:2;)"#;
    let mut rig = scoring(rules, LIMITS);
    rig.pass([datagram(ToServer, [4000, 90], b"a trusted")]);
    assert_eq!(rig.refused(&datagram(ToServer, [4001, 90], b"a")), Reason::Score(20));
}

/// A rule set with reputations: 10.0.0.1, the client, is bad.
fn with_reputations(rules: &str) -> Rig {
    let categories = Source::new("categories", "1,Bad,bad hosts\n2,Worse,worse hosts\n");
    let reputations = Source::new("reputations", "10.0.0.0/24,1,20\n10.0.0.1,1,70\n10.0.0.2,2,5\n");
    let (table, diagnostics) = Reputations::read(&[categories], &[reputations]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let table = Arc::new(table);
    let inheritance = Inheritance { reputations: Some(&table), ..Inheritance::default() };
    let source = [Source::new("test.rules", rules)];
    let compiled =
        Ruleset::compile_with(&source, &[], inheritance, Generation(1), Strictness::Lenient).expect("rules");
    Rig::with(compiled.ruleset)
}

#[test]
fn addresses_have_reputations() {
    let mut rig = with_reputations(
        r#"alert udp any any -> any any (content:"x"; iprep:src,Bad,>,60; sid:1;)
           alert udp any any -> any any (content:"x"; iprep:dst,Bad,>,60; sid:2;)
           alert udp any any -> any any (content:"x"; iprep:any,Worse,=,5; sid:3;)
           alert udp any any -> any any (content:"x"; iprep:both,Bad,>=,20; sid:4;)
           alert udp any any -> any any (content:"x"; iprep:src,Worse,isset; sid:5;)
           alert udp any any -> any any (content:"x"; iprep:src,Worse,isnotset; sid:6;)
           alert udp any any -> any any (content:"x"; iprep:src,Unknown,isset; sid:7;)"#,
    );
    rig.pass([datagram(ToServer, [4000, 90], b"x")]);
    assert_eq!(rig.sids(), [1, 3, 4, 6]);
    rig.pass([datagram(ToClient, [4000, 90], b"x")]);
    assert_eq!(rig.sids(), [2, 3, 4, 5]);
}

#[test]
fn a_signature_about_reputations_alone_is_asked_once_for_each_direction() {
    let mut rig = with_reputations(
        "alert ip any any -> any any (iprep:src,Bad,>,60; sid:1;)\ndrop ip any any -> any any (iprep:src,Worse,>,4; sid:2;)",
    );
    let say = |direction| datagram(direction, [4000, 90], b"x");
    rig.pass([say(ToServer), say(ToServer)]);
    assert_eq!(rig.sids(), [1]);
    assert!(matches!(rig.refused(&say(ToClient)), Reason::Signature(_)));
    assert!(matches!(rig.refused(&say(ToServer)), Reason::FlowCut(_)));
}

#[test]
fn the_end_under_attack_is_in_the_alert() {
    let mut rig = Rig::new("alert udp any any -> any any (content:\"x\"; target:dest_ip; sid:1;)");
    rig.pass([datagram(ToServer, [4000, 90], b"x")]);
    let line = rig.lines().remove(0);
    assert_eq!(line["alert"]["source"], serde_json::json!({"ip": "10.0.0.1", "port": 4000}));
    assert_eq!(line["alert"]["target"], serde_json::json!({"ip": "10.0.0.2", "port": 90}));
}
