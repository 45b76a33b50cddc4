//! Which matches are reported, and with which action: thresholds of rules, and what is said of them in other files.

use weir_rules::signature::{RuleAction, RuleIndex};

use super::frame::Frame;
use super::judgement::applies;
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::rules::WorkerRules;
use crate::detect::Passage;
use crate::inspect::{Hit, Reporting};
use crate::packet::{Address, Packet};
use crate::time::Nanos;

/// Other actions that a packet's hits call for; more are not done.
const MAX_ACTIONS: usize = 8;

/// Actions that are done in place of those of signatures.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Actions {
    list: [Option<(RuleIndex, RuleAction)>; MAX_ACTIONS],
}

impl Actions {
    fn push(&mut self, rule: RuleIndex, action: RuleAction) {
        if let Some(slot) = self.list.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some((rule, action));
        }
    }
}

impl IntoIterator for Actions {
    type Item = (RuleIndex, RuleAction);
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<(RuleIndex, RuleAction)>, MAX_ACTIONS>>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter().flatten()
    }
}

impl WorkerRules {
    /// Whether a match between two ends, source and destination, is reported.
    pub(super) fn reports(
        &mut self,
        rule: RuleIndex,
        packet: &Packet,
        [source, destination]: [Address; 2],
        flow: u64,
        now: Nanos,
    ) -> bool {
        let WorkerRules { ruleset, thresholds, .. } = self;
        let adjustment = ruleset.adjustments.of(rule);
        let suppressed = adjustment
            .is_some_and(|said| said.suppressions.iter().any(|s| s.covers(source.0, destination.0)));
        if suppressed {
            return false;
        }
        let own = ruleset.signatures.get(rule).and_then(|signature| signature.threshold.as_ref());
        let threshold = adjustment.and_then(|said| said.threshold.as_ref()).or(own);
        threshold.is_none_or(|t| thresholds.report(t, rule, packet, flow, now) == Passage::Counts)
    }
}

impl Engine {
    /// Counts a hit that holds in all else, where its signature or a file beside it says to.
    pub(super) fn settle_report(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        hit: &mut Hit,
        actions: &mut Actions,
    ) {
        let rules = &mut self.rules.current;
        if hit.epoch != rules.inspector.epoch() {
            return;
        }
        let Some(signature) = rules.ruleset.signatures.get(hit.rule) else { return };
        let adjustment = rules.ruleset.adjustments.of(hit.rule);
        if signature.threshold.is_none() && adjustment.is_none() {
            return;
        }
        let Some(record) = self.flows.get(place.id) else { return };
        // Of plain signatures only the patterns were looked at so far.
        if !applies(signature, *hit, packet, place.direction, record) {
            return;
        }
        let flow = u64::from(place.id.0);
        if let Some(filter) = adjustment.and_then(|said| said.rate)
            && let Some(action) = rules.thresholds.rate(&filter, hit.rule, packet, flow, frame.time)
        {
            actions.push(hit.rule, action);
        }
        let ends = if hit.direction == place.direction {
            [packet.src, packet.dst]
        } else {
            [packet.dst, packet.src]
        };
        if !rules.reports(hit.rule, packet, ends, flow, frame.time) {
            hit.reporting = Reporting::Suppressed;
        }
    }
}
