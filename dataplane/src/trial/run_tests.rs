use std::sync::Arc;

use weir_rules::diagnostic::Source;
use weir_rules::signature::RuleIndex;

use super::run::Profiling;
use super::{Exchange, Outcome, Said, Trial};
use crate::event::Generation;
use crate::ruleset::{Ruleset, Strictness};

const RULES: &str = r#"alert tcp any any -> any any (msg:"stream"; content:"teapot"; sid:1;)
    alert http any any -> any any (msg:"uri"; http.uri; content:"/admin"; sid:2;)
    alert http any any -> any any (msg:"answer"; http.response_body; content:"secret"; pcre:"/secret=\d+/"; sid:3;)
    drop http any any -> any any (msg:"request"; http.request_body; content:"forbidden"; sid:4;)"#;

fn trial(said: Said, text: &str, profiling: Profiling) -> Outcome {
    let rules = [Source::new("t.rules", RULES)];
    let compiled = Ruleset::compile(&rules, &[], &[], Generation(1), Strictness::Strict).unwrap();
    let mut trial = Trial::new(Arc::new(compiled.ruleset), &Trial::sizes(), profiling).unwrap();
    trial.exchange(&Exchange::of(said, text.as_bytes()));
    trial.finish()
}

#[test]
fn what_is_said_is_where_it_is_said() {
    for (said, text, alerts) in [
        (Said::Uri, "/admin?q=teapot", vec![0, 1]),
        (Said::Request, "teapot /admin secret=1", vec![0]),
        (Said::Response, "a secret=12", vec![2]),
        (Said::Response, "a secret", vec![]),
        (Said::Request, "forbidden", vec![3]),
        (Said::Client, "a teapot", vec![0]),
        (Said::Server, "a teapot", vec![0]),
    ] {
        let outcome = trial(said, text, Profiling::Off);
        let found: Vec<u32> = outcome.alerts.keys().map(|rule| rule.0).collect();
        assert_eq!(found, alerts, "{said:?} {text}");
        assert!(outcome.profile.is_none());
    }
}

#[test]
fn long_texts_take_several_segments() {
    let text = format!("{}secret=1", "x".repeat(5000));
    assert!(trial(Said::Response, &text, Profiling::Off).alerts.contains_key(&RuleIndex(2)));
}

#[test]
fn what_is_dropped_is_told() {
    let outcome = trial(Said::Request, "forbidden", Profiling::Off);
    assert!(outcome.refused.contains_key(&RuleIndex(3)));
}

#[test]
fn a_profile_tells_candidates_from_matches() {
    let profile = trial(Said::Response, "a secret teapot", Profiling::On).profile.unwrap();
    let costs: std::collections::HashMap<u32, _> =
        profile.slowest_first().into_iter().map(|(rule, cost)| (rule.0, cost)).collect();
    let stream = costs[&0];
    assert_eq!((stream.candidates, stream.confirmations, stream.matches), (1, 0, 1));
    let answer = costs[&2];
    assert!(answer.candidates >= 1 && answer.confirmations >= 1 && answer.matches == 0, "{answer:?}");
    assert!(!answer.time.is_zero());
    assert!(!costs.contains_key(&1) && !costs.contains_key(&3));
}
