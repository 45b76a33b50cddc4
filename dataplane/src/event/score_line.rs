//! The `score` object of EVE: a total that has reached a limit, and who made it up.

use serde::Serialize;
use weir_rules::signature::RuleIndex;

use super::Catalog;
use super::record::{AlertOutcome, ScoreEvent};

/// `score`
#[derive(Debug, Serialize)]
pub(super) struct Score<'c> {
    action: &'static str,
    total: i32,
    limit: i32,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_id: Option<u32>,
    signatures: Vec<Contributor<'c>>,
}

#[derive(Debug, Serialize)]
struct Contributor<'c> {
    gid: u32,
    signature_id: u32,
    signature: &'c str,
    score: i16,
}

impl<'c> Score<'c> {
    pub(super) fn new(event: &ScoreEvent, catalog: Option<&'c Catalog>) -> Score<'c> {
        let reached = &event.reached;
        Score {
            action: match event.outcome {
                AlertOutcome::Allowed => "allowed",
                AlertOutcome::Blocked => "blocked",
                AlertOutcome::WouldBlock => "would_block",
            },
            total: reached.total,
            limit: reached.limit,
            scope: if reached.transaction.is_some() { "transaction" } else { "flow" },
            tx_id: reached.transaction.map(|transaction| transaction.0),
            signatures: reached
                .contributors
                .iter()
                .flatten()
                .filter_map(|&rule| contributor(rule, catalog?))
                .collect(),
        }
    }
}

fn contributor(rule: RuleIndex, catalog: &Catalog) -> Option<Contributor<'_>> {
    let signature = catalog.signatures.get(rule)?;
    Some(Contributor {
        gid: signature.id.gid,
        signature_id: signature.id.sid,
        signature: &signature.msg,
        score: signature.score.unwrap_or(0),
    })
}
