//! What a replay found, added up for people: which rule did what to whom, and how often.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::{AlertOutcome, Catalog, Effect, Event, EventKind, PolicyNote};
use crate::flow::Direction;
use crate::verdict::{Reason, Verdict};

/// Different findings that are kept apart; a hostile capture must not fill the memory with them.
const MAX_FINDINGS: usize = 10_000;

/// Something that happened, and how often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// `blocked`, `rejected`, `alerted`, `would block` …
    pub what: &'static str,
    /// The kind of reason: `signature`, `policy`, `overlap-conflict` …
    pub reason: &'static str,
    /// The rule by its number or name, or the detail of the reason.
    pub rule: String,
    /// What the rule says of itself, and where it is written.
    pub text: String,
    /// Who opened the flow, and to whom, by identity or address.
    pub flow: String,
}

/// All findings of a replay.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    counts: BTreeMap<Finding, u64>,
    more: u64,
}

impl Findings {
    /// Counts an event.
    pub fn add(&mut self, event: &Event, catalog: &Catalog) {
        let Some(finding) = finding(event, catalog) else { return };
        let room = self.counts.len() < MAX_FINDINGS;
        match self.counts.get_mut(&finding) {
            Some(count) => *count += 1,
            None if room => {
                self.counts.insert(finding, 1);
            }
            None => self.more += 1,
        }
    }

    /// The findings with how often they occurred.
    pub fn iter(&self) -> impl Iterator<Item = (&Finding, u64)> {
        self.counts.iter().map(|(finding, count)| (finding, *count))
    }

    /// Findings that were counted and not kept apart.
    pub fn more(&self) -> u64 {
        self.more
    }
}

fn finding(event: &Event, catalog: &Catalog) -> Option<Finding> {
    let (what, reason, rule, text) = match &event.kind {
        EventKind::Alert(alert) => {
            let what = match alert.outcome {
                AlertOutcome::Allowed => "alerted",
                // The verdict has a finding of its own, which says the same.
                AlertOutcome::Blocked | AlertOutcome::WouldBlock => return None,
            };
            let (rule, text) = describe(Reason::Signature(alert.rule), catalog);
            (what, "signature", rule, text)
        }
        EventKind::Drop(dropped) => {
            let what = match (dropped.verdict, dropped.effect) {
                (Verdict::Forward, _) => return None,
                (Verdict::Drop(_), Effect::Enforced) => "dropped",
                (Verdict::Reject(_), Effect::Enforced) => "rejected",
                (Verdict::Drop(_), Effect::Observed) => "would drop",
                (Verdict::Reject(_), Effect::Observed) => "would reject",
            };
            let reason = dropped.verdict.reason()?;
            let (rule, text) = describe(reason, catalog);
            (what, reason.kind().name(), rule, text)
        }
        EventKind::Policy(policy) => {
            let what = match policy.note {
                PolicyNote::Alert => "alerted",
                PolicyNote::WouldDeny => "would drop",
                PolicyNote::WouldReject => "would reject",
            };
            let rule = event.identities.and_then(|identities| identities.rule);
            let (rule, text) = describe(Reason::Policy(rule), catalog);
            (what, "policy", rule, text)
        }
        EventKind::Score(score) => match score.outcome {
            AlertOutcome::Allowed => {
                let (rule, text) = describe(Reason::Score(score.reached.total), catalog);
                ("alerted", "score", rule, text)
            }
            AlertOutcome::Blocked | AlertOutcome::WouldBlock => return None,
        },
        EventKind::Transaction(_) | EventKind::Flow(_) | EventKind::Anomaly { .. } => return None,
    };
    Some(Finding { what, reason, rule, text, flow: flow(event, catalog) })
}

fn describe(reason: Reason, catalog: &Catalog) -> (String, String) {
    match reason {
        Reason::Signature(rule) | Reason::FlowCut(rule) => {
            match catalog.signatures.signatures.get(rule.0 as usize) {
                Some(signature) => (signature.id.sid.to_string(), signature.msg.to_string()),
                None => (String::new(), String::new()),
            }
        }
        Reason::Policy(Some(rule)) => match catalog.policy.rule(rule) {
            Some(rule) => (rule.name.to_string(), rule.origin.to_string()),
            None => (String::new(), String::new()),
        },
        Reason::Policy(None) => ("default".to_owned(), "no rule allows it".to_owned()),
        Reason::Score(total) => (format!("a total of {total}"), String::new()),
        other => (other.detail().unwrap_or_default().to_owned(), String::new()),
    }
}

/// Who opened the flow, and to whom.
fn flow(event: &Event, catalog: &Catalog) -> String {
    let ends = &event.endpoints;
    let turned = match &event.kind {
        EventKind::Alert(alert) => alert.direction == Some(Direction::ToClient),
        EventKind::Score(score) => score.direction == Direction::ToClient,
        EventKind::Drop(dropped) => dropped.direction == Some(Direction::ToClient),
        _ => false,
    };
    let (client, server, port) =
        if turned { (ends.dst, ends.src, ends.src_port) } else { (ends.src, ends.dst, ends.dst_port) };
    let name = |identity: Option<_>, address: std::net::IpAddr| match identity {
        Some(identity) if identity != weir_rules::policy::IdentityId::UNKNOWN => {
            catalog.policy.identity_name(identity).to_owned()
        }
        _ => address.to_string(),
    };
    let from = name(event.identities.map(|identities| identities.from), client.to_ip());
    let to = name(event.identities.map(|identities| identities.to), server.to_ip());
    match port {
        0 => format!("{from} → {to}"),
        _ => format!("{from} → {to}:{port}"),
    }
}
