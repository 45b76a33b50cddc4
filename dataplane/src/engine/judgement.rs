//! The stage that turns hits of signatures into a verdict: which of them apply to this packet, and what they ask for.
//!
//! As in Suricata, a `pass` signature outweighs all others, and `drop` and `reject` outweigh `alert`. What is dropped
//! in a stream cuts the flow: the bytes that were refused would come again, and would not be scanned again.

use std::sync::Arc;

use weir_rules::signature::{
    Endpoint, FlowDirection, FlowState as FlowOption, ReportAs, RuleAction, RuleIndex, Signature,
    StreamOption,
};

use super::enforcement::Announce;
use super::frame::{Decision, Frame};
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::segmentation::has_ports;
use super::settings::Mode;
use crate::event::AlertOutcome;
use crate::flow::{CachedVerdict, Direction, FlowFlags, FlowId, FlowPhase, FlowRecord};
use crate::inspect::{Hit, MAX_HITS, StreamHandle};
use crate::packet::Packet;
use crate::ruleset::Ruleset;
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
enum Outcome {
    Nothing,
    Alert,
    Pass,
    Drop(RuleIndex),
    Reject(RuleIndex),
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
        if self.hits.as_slice().is_empty() { None } else { self.judge_hits(frame, packet, place, basis) }
    }

    /// Signatures without patterns are asked for the first packet of each direction, and those that want an
    /// established flow once more when it is.
    fn match_headers(&mut self, packet: &Packet, place: Place) {
        if self.rules.current.ruleset.databases.header_only().is_empty() {
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
        for &rule in ruleset.databases.header_only() {
            let Some(signature) = ruleset.signatures.signatures.get(rule.0 as usize) else { continue };
            let wants_established = signature.flow.state == Some(FlowOption::Established);
            let hit = Hit { rule, field: None, direction: place.direction, offset: 0 };
            if (!was_asked_before || wants_established)
                && applies(signature, &hit, packet, place.direction, record)
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
        let ruleset = self.ruleset_of(place, basis)?;
        let mut applying = [None; MAX_HITS];
        let outcome = self.weigh(&ruleset, packet, place, &mut applying)?;
        if outcome == Outcome::Pass {
            return Some(self.pass(place, basis));
        }
        let verdict = match outcome {
            Outcome::Drop(rule) => Some(Verdict::Drop(Reason::Signature(rule))),
            Outcome::Reject(rule) => Some(Verdict::Reject(Reason::Signature(rule))),
            Outcome::Alert | Outcome::Nothing | Outcome::Pass => None,
        };
        let mode = self.wire(frame.wire).mode;
        let mut context = self.context(place.id, place.direction)?;
        context.generation = ruleset.generation;
        for hit in applying.iter().flatten() {
            let Some(signature) = signature_of(&ruleset, hit) else { continue };
            let outcome = match (signature.action, mode) {
                (RuleAction::Alert | RuleAction::Pass, _) => AlertOutcome::Allowed,
                (_, Mode::Enforce) => AlertOutcome::Blocked,
                (_, Mode::Observe) => AlertOutcome::WouldBlock,
            };
            if signature.report == ReportAs::Event {
                self.report_alert(frame, packet, hit, outcome, &context);
            }
        }
        let verdict = verdict?;
        let expected = match basis {
            Basis::Stream { expected } => {
                self.cut(place.id, verdict, &ruleset, mode);
                expected
            }
            Basis::Packet => None,
        };
        Some(self.enforce(frame, packet, Decision { verdict, expected }, Announce::Event, Some(&context)))
    }

    /// The rule set that the hits are from.
    fn ruleset_of(&mut self, place: Place, basis: Basis) -> Option<Arc<Ruleset>> {
        let handle = match basis {
            Basis::Stream { .. } => self.flows.get(place.id)?.streams.get(place.direction.index()).copied(),
            Basis::Packet => None,
        };
        let handle = handle.map_or(StreamHandle::NONE, StreamHandle);
        if handle.is_some()
            && let Some(rules) = self.rules.of(handle)
        {
            return Some(rules.ruleset.clone());
        }
        Some(self.rules.current.ruleset.clone())
    }

    /// Which of the hits apply, and what they come to.
    fn weigh(
        &self,
        ruleset: &Ruleset,
        packet: &Packet,
        place: Place,
        applying: &mut [Option<Hit>; MAX_HITS],
    ) -> Option<Outcome> {
        let record = self.flows.get(place.id)?;
        let mut outcome = Outcome::Nothing;
        for (hit, kept) in self.hits.as_slice().iter().zip(applying.iter_mut()) {
            let Some(signature) = signature_of(ruleset, hit) else { continue };
            if !applies(signature, hit, packet, place.direction, record) {
                continue;
            }
            *kept = Some(*hit);
            outcome = match (outcome, signature.action) {
                (_, RuleAction::Pass) | (Outcome::Pass, _) => Outcome::Pass,
                (Outcome::Drop(rule), _) => Outcome::Drop(rule),
                (_, RuleAction::Drop) => Outcome::Drop(hit.rule),
                (Outcome::Reject(rule), _) => Outcome::Reject(rule),
                (_, RuleAction::Reject(_)) => Outcome::Reject(hit.rule),
                (Outcome::Nothing | Outcome::Alert, RuleAction::Alert) => Outcome::Alert,
            };
        }
        Some(outcome)
    }

    /// A `pass` signature lets the rest of a stream go without a look, and of the others just the packet.
    fn pass(&mut self, place: Place, basis: Basis) -> Decision {
        if let Basis::Stream { .. } = basis
            && let Some(record) = self.flows.get_mut(place.id)
        {
            record.verdict = CachedVerdict::Forward;
        }
        Decision::FORWARD
    }

    /// Cuts a flow, so that nothing of it passes any more. A wire that observes goes on inspecting.
    fn cut(&mut self, id: FlowId, verdict: Verdict, ruleset: &Ruleset, mode: Mode) {
        let (Mode::Enforce, Some(record)) = (mode, self.flows.get_mut(id)) else { return };
        let (cached, reason) = match verdict {
            Verdict::Forward => return,
            Verdict::Drop(reason) => (CachedVerdict::Drop, reason),
            Verdict::Reject(reason) => (CachedVerdict::Reject, reason),
        };
        if let Reason::Signature(rule) = reason {
            record.verdict = cached;
            record.cut_rule = rule.0;
            record.policy_generation = ruleset.generation.tag();
        }
    }
}

fn signature_of<'r>(ruleset: &'r Ruleset, hit: &Hit) -> Option<&'r Signature> {
    ruleset.signatures.signatures.get(hit.rule.0 as usize)
}

/// Whether all but the patterns of a signature agree with a hit: protocol, flow options and header.
fn applies(
    signature: &Signature,
    hit: &Hit,
    packet: &Packet,
    packet_direction: Direction,
    record: &FlowRecord,
) -> bool {
    // What stands in the place of ports for ICMP are identifiers.
    let port = |port| if has_ports(packet.protocol) { port } else { 0 };
    let sender = Endpoint { address: packet.src.0, port: port(packet.src_port) };
    let receiver = Endpoint { address: packet.dst.0, port: port(packet.dst_port) };
    // Bytes that a gap kept back are those of the other direction than the packet that tells of the gap.
    let (source, destination) =
        if hit.direction == packet_direction { (sender, receiver) } else { (receiver, sender) };
    let direction = match signature.flow.direction {
        Some(FlowDirection::ToServer) => hit.direction == Direction::ToServer,
        Some(FlowDirection::ToClient) => hit.direction == Direction::ToClient,
        None => true,
    };
    let state = match signature.flow.state {
        Some(FlowOption::Established) => is_established(record),
        Some(FlowOption::NotEstablished) => !is_established(record),
        Some(FlowOption::Stateless) | None => true,
    };
    let stream = signature.flow.stream != Some(StreamOption::Only) || hit.field.is_some();
    direction
        && state
        && stream
        && signature.protocol.covers(packet.protocol.0)
        && signature.header_matches(&source, &destination)
}

/// Whether both ends take part. A connection that was picked up in the middle counts: it was there before.
fn is_established(record: &FlowRecord) -> bool {
    record.phase() != FlowPhase::New || record.flags.contains(FlowFlags::MIDSTREAM)
}
