//! The stage that turns hits of signatures into a verdict: which of them apply to this packet, and what they ask for.
//!
//! As in Suricata, a `pass` signature outweighs all others, and `drop` and `reject` outweigh `alert`. What is dropped
//! in a stream cuts the flow: the bytes that were refused would come again, and would not be scanned again. So does a
//! signature without patterns, which is asked once and speaks for all packets.

use weir_rules::field::FieldId;
use weir_rules::signature::{
    FlowState as FlowOption, ReportAs, RuleAction, RuleIndex, Signature, StreamOption,
};

use super::enforcement::Announce;
use super::frame::{Decision, Frame};
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::report::FlowContext;
use super::scoring::{score_concerns_flow, verdict_of};
use super::settings::Mode;
use crate::detect::{Reached, header_applies};
use crate::event::{AlertOutcome, Generation};
use crate::flow::{CachedVerdict, Direction, FlowFlags, FlowId, FlowPhase, FlowRecord};
use crate::inspect::{Hit, MAX_HITS, Reporting};
use crate::packet::Packet;
use crate::verdict::{Reason, Verdict};

/// What the hits were found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// A stream, of which this packet completed the bytes.
    Stream {
        /// The sequence number that the receiver expected before this packet.
        expected: Option<u32>,
    },
    /// This packet alone.
    Packet,
}

/// What the signatures that apply ask for together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    Alert,
    Pass(Hit),
    Drop(Hit),
    Reject(Hit),
}

impl Outcome {
    /// With what one more signature asks for.
    pub(super) fn and(self, action: RuleAction, hit: Hit) -> Outcome {
        match (self, action) {
            // Of several, one that is for the whole flow says more.
            (Outcome::Pass(passing), RuleAction::Pass) if hit.field.is_some() => Outcome::Pass(passing),
            (_, RuleAction::Pass) => Outcome::Pass(hit),
            (Outcome::Pass(passing), _) => Outcome::Pass(passing),
            (Outcome::Drop(dropping), RuleAction::Drop) if hit.field.is_some() => Outcome::Drop(dropping),
            (_, RuleAction::Drop) => Outcome::Drop(hit),
            (Outcome::Drop(dropping), _) => Outcome::Drop(dropping),
            (Outcome::Reject(rejecting), _) => Outcome::Reject(rejecting),
            (_, RuleAction::Reject(_)) => Outcome::Reject(hit),
            (Outcome::Nothing | Outcome::Alert, RuleAction::Alert) => Outcome::Alert,
        }
    }
}

impl Engine {
    /// Judges the hits of a packet; `None` where they let it pass.
    #[inline]
    pub(super) fn judge(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        basis: Basis,
    ) -> Option<Decision> {
        self.match_headers(packet, place);
        self.match_packet(frame, packet, place);
        if self.hits.as_slice().is_empty() { None } else { self.judge_hits(frame, packet, place, basis) }
    }

    /// Judges a packet that is refused, by what was raised about it alone; `None` where no signature drops it.
    #[cold]
    pub(super) fn judge_raised(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
    ) -> Option<Decision> {
        self.hits.clear();
        self.match_raised(frame, packet, place);
        if self.hits.as_slice().is_empty() {
            return None;
        }
        self.judge_hits(frame, packet, place, Basis::Packet)
    }

    /// Signatures without patterns are asked for the first packet of each direction, and those that want an
    /// established flow once more when it is.
    fn match_headers(&mut self, packet: &Packet, place: Place) {
        let ruleset = &self.rules.current.ruleset;
        if ruleset.databases.header_only().is_empty() && ruleset.detect.flow_wide().is_empty() {
            return;
        }
        let Some(record) = self.flows.get_mut(place.id) else { return };
        let (first, again) = match place.direction {
            Direction::ToServer => (FlowFlags::HEADER_TO_SERVER, FlowFlags::ESTABLISHED_TO_SERVER),
            Direction::ToClient => (FlowFlags::HEADER_TO_CLIENT, FlowFlags::ESTABLISHED_TO_CLIENT),
        };
        let established = is_established(record);
        let asked = if established { record.flags.contains(again) } else { record.flags.contains(first) };
        if asked {
            return;
        }
        let was_asked_before = record.flags.contains(first);
        record.flags |= if established { first | again } else { first };
        let ruleset = &self.rules.current.ruleset;
        for &rule in ruleset.databases.header_only().iter().chain(ruleset.detect.flow_wide()) {
            let Some(signature) = ruleset.signatures.signatures.get(rule.0 as usize) else { continue };
            let wants_established = signature.flow.state == Some(FlowOption::Established);
            let epoch = self.rules.current.inspector.epoch();
            let hit = Hit {
                rule,
                epoch,
                field: None,
                direction: place.direction,
                offset: 0,
                reporting: Reporting::Event,
            };
            if (!was_asked_before || wants_established)
                && applies(signature, hit, packet, place.direction, record)
            {
                self.hits.push(hit);
            }
        }
    }

    #[cold]
    fn judge_hits(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        basis: Basis,
    ) -> Option<Decision> {
        self.settle(frame, packet, place);
        let outcome = self.weigh(packet, place)?;
        if let Outcome::Pass(hit) = outcome {
            return Some(self.pass(place, basis, hit));
        }
        let mode = self.wire(frame.wire).mode;
        self.alert(frame, packet, place, outcome, mode);
        let reached = self.reached.take();
        if let Some(reached) = &reached {
            self.report_score(frame, packet, place, reached, mode);
        }
        let (verdict, hit) = match outcome {
            Outcome::Drop(hit) => (Verdict::Drop(Reason::Signature(hit.rule)), hit),
            Outcome::Reject(hit) => (Verdict::Reject(Reason::Signature(hit.rule)), hit),
            Outcome::Alert | Outcome::Nothing | Outcome::Pass(_) => {
                return self.judge_score(frame, packet, place, basis, reached.as_ref()?);
            }
        };
        let generation = self.rules.ruleset(hit.epoch)?.generation;
        if concerns_flow(basis, hit) {
            self.cut(place.id, verdict, hit.rule, generation, mode);
        }
        let expected = match basis {
            Basis::Stream { expected } => expected,
            Basis::Packet => None,
        };
        let context = FlowContext { generation, ..self.context(place.id, place.direction)? };
        Some(self.enforce(frame, packet, Decision { verdict, expected }, Announce::Event, Some(&context)))
    }

    /// Does what is to be done about a total of scores.
    fn judge_score(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        basis: Basis,
        reached: &Reached,
    ) -> Option<Decision> {
        let (verdict, last) = verdict_of(reached)?;
        if score_concerns_flow(basis, reached) {
            let mode = self.wire(frame.wire).mode;
            self.cut(place.id, verdict, last, self.generation(), mode);
        }
        let expected = match basis {
            Basis::Stream { expected } => expected,
            Basis::Packet => None,
        };
        let context = self.context(place.id, place.direction)?;
        Some(self.enforce(frame, packet, Decision { verdict, expected }, Announce::Event, Some(&context)))
    }

    /// Reports the hits of a flow that ends. There is nothing left to forward or to drop.
    #[cold]
    pub(super) fn judge_end(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) {
        self.settle(frame, packet, place);
        if let Some(outcome) = self.weigh(packet, place) {
            self.alert(frame, packet, place, outcome, Mode::Observe);
            if let (Some(reached), false) = (self.reached.take(), matches!(outcome, Outcome::Pass(_))) {
                self.report_score(frame, packet, place, &reached, Mode::Observe);
            }
        }
    }

    /// What the hits that apply come to.
    fn weigh(&self, packet: &Packet, place: Place) -> Option<Outcome> {
        let record = self.flows.get(place.id)?;
        let mut outcome = Outcome::Nothing;
        for &hit in self.hits.as_slice() {
            let Some(signature) = self.signature_of(hit) else { continue };
            if !applies(signature, hit, packet, place.direction, record) {
                continue;
            }
            outcome = outcome.and(self.hits.action(hit.rule, signature.action), hit);
        }
        Some(outcome)
    }

    /// Reports the hits that apply: the first [`MAX_HITS`], and in any case the one that decides.
    fn alert(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place, outcome: Outcome, mode: Mode) {
        let decisive = match outcome {
            Outcome::Drop(hit) | Outcome::Reject(hit) => Some(hit),
            Outcome::Alert | Outcome::Nothing | Outcome::Pass(_) => None,
        };
        let Some(context) = self.context(place.id, place.direction) else { return };
        let mut reported = 0;
        for index in 0..self.hits.as_slice().len() {
            let Some(&hit) = self.hits.as_slice().get(index) else { break };
            let (Some(record), Some(rules)) = (self.flows.get(place.id), self.rules.ruleset(hit.epoch))
            else {
                continue;
            };
            let Some(signature) = rules.signatures.get(hit.rule) else { continue };
            if signature.report == ReportAs::Nothing
                || hit.reporting == Reporting::Suppressed
                || !applies(signature, hit, packet, place.direction, record)
            {
                continue;
            }
            if reported >= MAX_HITS && decisive != Some(hit) {
                self.hits.lose();
                continue;
            }
            let outcome = match (self.hits.action(hit.rule, signature.action), mode) {
                (RuleAction::Alert | RuleAction::Pass, _) => AlertOutcome::Allowed,
                (_, Mode::Enforce) => AlertOutcome::Blocked,
                (_, Mode::Observe) => AlertOutcome::WouldBlock,
            };
            let context = FlowContext { generation: rules.generation, ..context };
            self.report_alert(frame, packet, &hit, outcome, Some(&context));
            reported += 1;
        }
    }

    fn signature_of(&self, hit: Hit) -> Option<&Signature> {
        self.rules.ruleset(hit.epoch)?.signatures.get(hit.rule)
    }

    /// Lets what a `pass` signature is for go without a look: the rest of the flow, or just the packet.
    fn pass(&mut self, place: Place, basis: Basis, hit: Hit) -> Decision {
        if concerns_flow(basis, hit) {
            self.unfollow(place.id);
            if let Some(record) = self.flows.get_mut(place.id) {
                record.verdict = CachedVerdict::Forward;
            }
        }
        Decision::FORWARD
    }

    /// Cuts a flow, so that nothing of it passes any more. A wire that observes goes on inspecting.
    fn cut(&mut self, id: FlowId, verdict: Verdict, rule: RuleIndex, generation: Generation, mode: Mode) {
        let (Mode::Enforce, Some(record)) = (mode, self.flows.get_mut(id)) else { return };
        record.verdict = match verdict {
            Verdict::Forward => return,
            Verdict::Drop(_) => CachedVerdict::Drop,
            Verdict::Reject(_) => CachedVerdict::Reject,
        };
        record.cut_rule = rule.0;
        record.policy_generation = generation.tag();
    }
}

/// Whether a verdict is for the flow and not for the packet alone: a stream can't go on without a part of it, and what
/// the header decides, it decides for all packets.
fn concerns_flow(basis: Basis, hit: Hit) -> bool {
    matches!(basis, Basis::Stream { .. }) || hit.field.is_none()
}

/// Whether all but the patterns of a signature agree with a hit: protocol, flow options and header.
pub(super) fn applies(
    signature: &Signature,
    hit: Hit,
    packet: &Packet,
    packet_direction: Direction,
    record: &FlowRecord,
) -> bool {
    let state = match signature.flow.state {
        // A receiver reads what it got of a stream when the connection stands, and not before.
        Some(FlowOption::Established) => is_established(record) || hit.field == Some(FieldId::TcpStream),
        Some(FlowOption::NotEstablished) => !is_established(record),
        Some(FlowOption::Stateless) | None => true,
    };
    let stream = signature.flow.stream != Some(StreamOption::Only) || hit.field.is_some();
    state && stream && header_applies(signature, packet, packet_direction, hit.direction)
}

/// Whether both ends take part. A connection that was picked up in the middle counts: it was there before.
fn is_established(record: &FlowRecord) -> bool {
    record.phase() != FlowPhase::New || record.flags.contains(FlowFlags::MIDSTREAM)
}
