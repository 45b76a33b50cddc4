//! Scores: what matches of a packet add to the totals of their transactions and flow, and what that comes to.

use weir_rules::signature::RuleIndex;

use super::frame::Frame;
use super::judgement::Basis;
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::settings::Mode;
use crate::app::AppHandle;
use crate::detect::{Reached, ScoreAction};
use crate::event::{AlertOutcome, EventKind, ScoreEvent};
use crate::packet::{IpProtocol, Packet};
use crate::verdict::{Reason, Verdict};

impl Engine {
    /// Adds up the hits that were settled; what is to be done about the totals is kept until they are judged.
    pub(super) fn add_scores(&mut self, packet: &Packet, place: Place) {
        self.reached = None;
        let rules = &self.rules.current;
        if self.settings.scores.is_empty() || !rules.ruleset.detect.has_scores() {
            return;
        }
        let (signatures, epoch) = (&rules.ruleset.signatures, rules.inspector.epoch());
        let Some(record) = self.flows.get_mut(place.id) else { return };
        // The transactions of a datagram end with it.
        if packet.protocol != IpProtocol::TCP
            && let Some(flow) = self.app.flow(AppHandle(record.app))
        {
            flow.scores.forget_transactions();
        }
        for hit in self.hits.as_slice().iter().filter(|hit| hit.epoch == epoch) {
            let Some(score) = signatures.get(hit.rule).and_then(|signature| signature.score) else {
                continue;
            };
            if !AppHandle(record.app).is_some() {
                record.app = self.app.open().unwrap_or(AppHandle::NONE).0;
            }
            let Some(flow) = self.app.flow(AppHandle(record.app)) else { return };
            let mut transactions = self.hits.scored(hit.rule).map(Some).peekable();
            let of_flow = transactions.peek().is_none().then_some(None);
            for transaction in transactions.chain(of_flow) {
                let reached = flow.scores.add(transaction, hit.rule, score, &self.settings.scores);
                if reached.map(|reached| reached.action) > self.reached.map(|reached| reached.action) {
                    self.reached = reached;
                }
            }
        }
    }

    /// Reports a total that has reached a limit.
    #[cold]
    pub(super) fn report_score(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        reached: &Reached,
        mode: Mode,
    ) {
        let Some(context) = self.context(place.id, place.direction) else { return };
        let outcome = match (reached.action, mode) {
            (ScoreAction::Alert, _) => AlertOutcome::Allowed,
            (_, Mode::Enforce) => AlertOutcome::Blocked,
            (_, Mode::Observe) => AlertOutcome::WouldBlock,
        };
        let kind = EventKind::Score(ScoreEvent {
            reached: *reached,
            outcome,
            direction: context.direction,
            totals: context.totals,
        });
        self.report(
            frame,
            packet,
            &super::report::FlowContext { generation: self.generation(), ..context },
            kind,
        );
    }
}

/// What is done about a total: the verdict, and the signature that made it reach its limit.
pub(super) fn verdict_of(reached: &Reached) -> Option<(Verdict, RuleIndex)> {
    let last = reached.contributors.iter().flatten().last().copied()?;
    let reason = Reason::Score(reached.total);
    match reached.action {
        ScoreAction::Alert => None,
        ScoreAction::Drop => Some((Verdict::Drop(reason), last)),
        ScoreAction::Reject => Some((Verdict::Reject(reason), last)),
    }
}

/// Whether a total is for the flow and not for the packet alone.
pub(super) fn score_concerns_flow(basis: Basis, reached: &Reached) -> bool {
    matches!(basis, Basis::Stream { .. }) || reached.transaction.is_none()
}
