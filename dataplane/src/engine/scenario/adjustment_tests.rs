//! What is said of signatures beside their rules.

use weir_rules::diagnostic::Source;

use super::{Rig, datagram};
use crate::detect::Inheritance;
use crate::event::Generation;
use crate::flow::Direction::{ToClient, ToServer};
use crate::ruleset::{Ruleset, Strictness};
use crate::verdict::Verdict;

const PLAIN: &str = "alert udp any any -> any any (content:\"x\"; sid:1;)\n";

fn adjusted(rules: &str, thresholds: &str) -> Rig {
    let (rules, thresholds) =
        ([Source::new("a.rules", rules)], [Source::new("threshold.config", thresholds)]);
    let compiled =
        Ruleset::compile_with(&rules, &thresholds, Inheritance::default(), Generation(1), Strictness::Strict);
    Rig::with(compiled.expect("rules").ruleset)
}

fn said(rig: &mut Rig, times: usize) -> usize {
    rig.pass((0..times).map(|port| datagram(ToServer, [4000 + port as u16, 90], b"x")));
    rig.sids().len()
}

#[test]
fn filters_count_matches_of_plain_signatures_too() {
    let filter =
        |kind| format!("event_filter gen_id 1, sig_id 1, type {kind}, track by_src, count 2, seconds 60");
    for (kind, reported) in [("limit", 2), ("threshold", 3), ("both", 1)] {
        assert_eq!(said(&mut adjusted(PLAIN, &filter(kind)), 6), reported, "{kind}");
    }
    let own = "alert udp any any -> any any (content:\"x\"; threshold:type limit, track by_src, count 1, seconds 60; sid:1;)";
    assert_eq!(said(&mut adjusted(own, &filter("limit")), 6), 2, "it takes the place of its own");
    assert_eq!(said(&mut adjusted(own, ""), 6), 1);
}

#[test]
fn what_is_suppressed_is_done_and_not_reported() {
    let rules = "drop udp any any -> any any (content:\"x\"; sid:1;)";
    let suppress = "suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0.1";
    let mut rig = adjusted(rules, suppress);
    assert!(matches!(rig.send(&datagram(ToServer, [4000, 90], b"x")), Verdict::Drop(_)));
    assert_eq!(rig.sids(), [0; 0]);
    assert!(matches!(rig.send(&datagram(ToClient, [4001, 90], b"x")), Verdict::Drop(_)));
    assert_eq!(rig.sids(), [1]);
    assert_eq!(said(&mut adjusted(PLAIN, "suppress gen_id 1, sig_id 1"), 3), 0);
}

#[test]
fn a_rate_makes_an_alert_a_drop() {
    let rate =
        "rate_filter gen_id 1, sig_id 1, track by_src, count 2, seconds 60, new_action drop, timeout 10";
    let mut rig = adjusted(PLAIN, rate);
    assert_eq!(said(&mut rig, 2), 2);
    assert!(matches!(rig.send(&datagram(ToServer, [5000, 90], b"x")), Verdict::Drop(_)));
    assert!(matches!(rig.send(&datagram(ToServer, [5001, 90], b"x")), Verdict::Drop(_)));
    rig.pass([datagram(ToClient, [5002, 90], b"x")]);
    rig.now += std::time::Duration::from_secs(11);
    rig.pass([datagram(ToServer, [5003, 90], b"x")]);
}
