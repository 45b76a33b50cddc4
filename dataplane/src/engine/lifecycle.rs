//! The stage of flows: finds or begins the flow of a packet, asks policy once, and ends flows whose time is over.

use weir_rules::policy::IdentityId;

use super::enforcement::Announce;
use super::frame::{Decision, Frame};
use super::pipeline::Engine;
use super::segmentation::{Denial, Logged, Ruling, allowed, segment};
use super::settings::{FlowEvents, Midstream};
use crate::app::AppHandle;
use crate::counter::Counter;
use crate::event::{FlowEnd, PolicyNote};
use crate::flow::{
    CachedVerdict, Direction, Expected, FlowFlags, FlowHash, FlowId, FlowKey, FlowPhase, FlowRecord, Isn,
    Segment, SequenceCheck, Side, TableFull, TcpAnomaly, Transition, acknowledges, initiator, isn,
    stream_events,
};
use crate::inspect::StreamHandle;
use crate::packet::{IpProtocol, Packet, TcpFlags};
use crate::stream::Half;
use crate::time::Nanos;
use crate::verdict::{Overload, Reason, Verdict};

/// A flow as a packet finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub id: FlowId,
    pub direction: Direction,
    pub verdict: CachedVerdict,
}

impl Engine {
    /// A whole packet with its flow's key: the flow is found or begun, and its verdict applied.
    // There are two callers, and a call apart costs every small packet 26 instructions of some 520.
    #[inline(always)]
    pub(super) fn flow_packet(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        key: &FlowKey,
        side: Side,
        (hash, guess): (FlowHash, FlowId),
    ) -> Decision {
        let found = self.flows.find_guessed(key, hash, guess);
        match found.and_then(|id| self.settled(frame, packet, id, side)) {
            Some(place) => self.settled_packet(frame, packet, place),
            None => self.unsettled_packet(frame, packet, key, (side, hash), found),
        }
    }

    /// The short way, up to inspection.
    #[inline]
    fn settled_packet(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) -> Decision {
        if place.verdict == CachedVerdict::Forward {
            return Decision::FORWARD;
        }
        self.raise_segment(place.id, packet, place.direction);
        self.apply(frame, packet, place, Announce::CountOnly)
    }

    /// The long way: a packet that begins a flow, or may change it, or whose flow is to be decided about.
    #[inline(never)]
    fn unsettled_packet(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        key: &FlowKey,
        (side, hash): (Side, FlowHash),
        found: Option<FlowId>,
    ) -> Decision {
        let Ok((id, transition)) = self.enter_flow(found, packet, key, side, hash, frame.time) else {
            self.counters.add(Counter::FlowsRefused, 1);
            return self.refuse(frame, packet, Reason::Overload(Overload::FlowTable), None);
        };
        let generation = self.generation_tag();
        let Some(record) = self.flows.get_mut(id) else { return Decision::FORWARD };
        let direction = record.direction(side);
        record.count(direction, frame.bytes.len() as u32, frame.time);
        let place = Place { id, direction, verdict: record.verdict };
        let decided = record.verdict != CachedVerdict::Undecided && record.policy_generation == generation
            || record.cut_rule != FlowRecord::NONE;
        let midstream = record.flags.contains(FlowFlags::MIDSTREAM);
        if let Transition::Anomaly(anomaly) = transition
            && anomaly != TcpAnomaly::Syn
        {
            return match self.judge_raised(frame, packet, place) {
                Some(decision) => decision,
                None => self.refuse_segment(frame, packet, place, Reason::InvalidSegment),
            };
        }
        if midstream && self.settings.midstream == Midstream::Drop {
            return self.refuse_segment(frame, packet, place, Reason::Midstream);
        }
        if decided {
            self.apply(frame, packet, place, Announce::CountOnly)
        } else {
            let verdict = self.ask_policy(frame, packet, id, direction);
            self.apply(frame, packet, Place { verdict, ..place }, Announce::Event)
        }
    }

    /// Begins the flow of a packet where none was found that lasts, and moves its state.
    fn enter_flow(
        &mut self,
        found: Option<FlowId>,
        packet: &Packet,
        key: &FlowKey,
        side: Side,
        hash: FlowHash,
        now: Nanos,
    ) -> Result<(FlowId, Transition), TableFull> {
        let id = match found {
            Some(id) if !self.flows.timed_out(id, now) => id,
            Some(id) => {
                self.end_flow(id, FlowEnd::Timeout);
                self.begin_flow(packet, key, side, hash, now)?
            }
            None => self.begin_flow(packet, key, side, hash, now)?,
        };
        match self.track(id, packet, side, now) {
            Transition::Reused => {
                self.end_flow(id, FlowEnd::Reused);
                let id = self.begin_flow(packet, key, side, hash, now)?;
                Ok((id, self.track(id, packet, side, now)))
            }
            transition => Ok((id, transition)),
        }
    }

    /// Notes what is odd about a segment, where signatures ask for it; before it moves anything.
    #[inline]
    fn raise_segment(&mut self, id: FlowId, packet: &Packet, direction: Direction) {
        let wanted = !self.rules.current.ruleset.detect.events().stream.is_empty();
        if wanted
            && packet.protocol == IpProtocol::TCP
            && let Some(record) = self.flows.get(id)
        {
            let events = stream_events(record, direction, packet, self.settings.window);
            self.raised.stream = self.raised.stream.union(events);
        }
    }

    /// Moves the state of a flow, by those flags of the packet that its receiver would believe.
    fn track(&mut self, id: FlowId, packet: &Packet, side: Side, now: Nanos) -> Transition {
        let Some(record) = self.flows.get(id) else { return Transition::Stays };
        let direction = record.direction(side);
        self.raise_segment(id, packet, direction);
        let Some(record) = self.flows.get(id) else { return Transition::Stays };
        // What is kept of streams is a cache line of its own, which other packets need not wait for.
        let segment = match packet.protocol {
            IpProtocol::TCP => believable(record, direction, packet, self.settings.window),
            _ => Segment::trusted(packet.tcp.flags),
        };
        let transition = self.flows.track(id, direction, segment, now);
        if matches!(transition, Transition::Moves(state) if state.is_midstream()) {
            self.counters.add(Counter::TcpMidstream, 1);
        }
        transition
    }

    /// Treats a packet as its flow's verdict says.
    pub(super) fn apply(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        announce: Announce,
    ) -> Decision {
        match place.verdict {
            CachedVerdict::Forward | CachedVerdict::Undecided => Decision::FORWARD,
            CachedVerdict::Inspect if packet.protocol == IpProtocol::TCP => {
                self.segment_of(frame, packet, place)
            }
            CachedVerdict::Inspect => self.inspect_payload(frame, packet, place),
            CachedVerdict::Drop | CachedVerdict::Reject => self.deny(frame, packet, place, announce),
        }
    }

    /// A packet of a flow that is denied.
    fn deny(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place, announce: Announce) -> Decision {
        let Some(record) = self.flows.get(place.id) else { return Decision::FORWARD };
        let Some(reason) = cut_reason(record) else { return Decision::FORWARD };
        let half = record.halves.get(place.direction.index());
        let expected = half.filter(|half| half.is_started()).map(|half| half.next_seq());
        let verdict = match place.verdict {
            CachedVerdict::Reject => Verdict::Reject(reason),
            _ => Verdict::Drop(reason),
        };
        let context = match announce {
            Announce::Event => self.context(place.id, place.direction),
            Announce::CountOnly => None,
        };
        self.enforce(frame, packet, Decision { verdict, expected }, announce, context.as_ref())
    }

    /// Asks the policy in force about a flow that is new to it.
    fn ask_policy(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        id: FlowId,
        direction: Direction,
    ) -> CachedVerdict {
        let generation = self.generation_tag();
        let rules = &self.rules.current;
        let logged = if self.app.is_logging() { Logged::Yes } else { Logged::No };
        let Some(record) = self.flows.get_mut(id) else { return CachedVerdict::Forward };
        let segmented = segment(&rules.ruleset.policy, record.key(), record.initiator());
        let (verdict, note) = match segmented.ruling {
            Ruling::Deny(Denial::Silent) => (CachedVerdict::Drop, None),
            Ruling::Deny(Denial::Reject) => (CachedVerdict::Reject, None),
            ruling
                if self.settings.midstream == Midstream::Pass
                    && record.flags.contains(FlowFlags::MIDSTREAM) =>
            {
                (CachedVerdict::Forward, note_of(ruling))
            }
            ruling => (allowed(rules, record.key().protocol, logged), note_of(ruling)),
        };
        let before = std::mem::replace(&mut record.verdict, verdict);
        record.policy_generation = generation;
        // The rule set is another, so are its signatures without patterns.
        record.flags -= FlowFlags::HEADERS;
        record.from_identity = segmented.from.0;
        record.to_identity = segmented.to.0;
        record.policy_rule = segmented.rule.map_or(FlowRecord::NONE, |rule| rule.0);
        // What passed without a look is not in the streams, so they can't go on where they were.
        let was_followed = matches!(before, CachedVerdict::Undecided | CachedVerdict::Inspect);
        if verdict == CachedVerdict::Forward || verdict == CachedVerdict::Inspect && !was_followed {
            self.unfollow(id);
        }
        self.counters.add(Counter::PolicyDecisions, 1);
        match note {
            None if matches!(verdict, CachedVerdict::Drop | CachedVerdict::Reject) => {
                self.counters.add(Counter::PolicyDenied, 1);
            }
            None => {}
            Some(note) => self.note_policy(frame, packet, id, direction, note),
        }
        verdict
    }

    #[cold]
    fn note_policy(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        id: FlowId,
        direction: Direction,
        note: PolicyNote,
    ) {
        if note != PolicyNote::Alert {
            self.counters.add(Counter::PolicyWouldDeny, 1);
        }
        if let Some(context) = self.context(id, direction) {
            self.report_policy(frame, packet, note, &context);
        }
    }

    fn begin_flow(
        &mut self,
        packet: &Packet,
        key: &FlowKey,
        side: Side,
        hash: FlowHash,
        now: Nanos,
    ) -> Result<FlowId, TableFull> {
        let initiator = initiator(packet, side);
        let id = match self.flows.insert(key, hash, initiator, now) {
            Ok(id) => id,
            Err(TableFull) => {
                self.make_room(now).and_then(|()| self.flows.insert(key, hash, initiator, now))?
            }
        };
        self.counters.add(Counter::FlowsNew, 1);
        match packet.protocol {
            IpProtocol::TCP => self.counters.add(Counter::FlowsTcp, 1),
            IpProtocol::UDP => self.counters.add(Counter::FlowsUdp, 1),
            _ => {}
        }
        Ok(id)
    }

    #[cold]
    fn make_room(&mut self, now: Nanos) -> Result<(), TableFull> {
        let victim = self.flows.victim(now).ok_or(TableFull)?;
        self.counters.add(Counter::FlowsEvicted, 1);
        self.end_flow(victim, FlowEnd::Evicted);
        Ok(())
    }

    /// Ends flows whose time is over, at most `budget` of them.
    pub(super) fn expire_flows(&mut self, now: Nanos, budget: usize) {
        let mut budget = budget;
        while let Some(id) = self.flows.expired(now, &mut budget) {
            let closed = self.flows.get(id).is_some_and(|record| record.phase() == FlowPhase::Closed);
            self.counters.add(if closed { Counter::FlowsClosed } else { Counter::FlowsTimedOut }, 1);
            self.end_flow(id, FlowEnd::Timeout);
        }
    }

    /// Ends the flows among `limit` places of the table from `from` on, as when weir stops. Returns where to go on.
    pub fn end_flows(&mut self, from: FlowId, limit: usize) -> Option<FlowId> {
        let next = FlowId(from.0.saturating_add(limit as u32));
        for index in from.0..next.0 {
            self.end_flow(FlowId(index), FlowEnd::Shutdown);
        }
        (next.index() < self.flows.capacity()).then_some(next)
    }

    /// Gives back what following the streams of a flow takes. Should they be followed again, it is from the middle.
    pub(super) fn unfollow(&mut self, id: FlowId) {
        let Some(record) = self.flows.get_mut(id) else { return };
        self.rules.release(record.streams.map(StreamHandle), id.0);
        record.streams = [FlowRecord::NONE; 2];
        let app = AppHandle(std::mem::replace(&mut record.app, FlowRecord::NONE));
        if app.is_some() {
            self.app.close(app);
        }
        for half in &mut record.halves {
            self.reassembler.release(half);
            *half = Half::default();
        }
    }

    /// Gives back all that a flow holds, writes its event and forgets it.
    fn end_flow(&mut self, id: FlowId, end: FlowEnd) {
        self.conclude(id);
        let app = self.flows.get(id).and_then(|record| self.app.protocol(AppHandle(record.app)));
        self.unfollow(id);
        let Some(record) = self.flows.get(id) else { return };
        let record = *record;
        if self.has_transactions() {
            self.report_transactions_of(&record, app, 0);
        }
        if self.settings.flow_events == FlowEvents::On {
            self.report_flow(&record, app, end);
        }
        self.flows.remove(id);
    }
}

/// What a segment says, without a RST or FIN that its receiver would not believe.
fn believable(record: &FlowRecord, direction: Direction, packet: &Packet, window: u32) -> Segment {
    let tcp = packet.tcp;
    let (Some(half), Some(other)) =
        (record.halves.get(direction.index()), record.halves.get(direction.reverse().index()))
    else {
        return Segment::trusted(tcp.flags);
    };
    let mut flags = tcp.flags;
    if let Some(expected) = Expected::of(half, window) {
        let place = expected.check(tcp.seq);
        if place == SequenceCheck::Outside {
            flags -= TcpFlags::RST;
        }
        // A FIN that comes early does not end the stream yet: bytes before it are still missing.
        if place != SequenceCheck::Expected {
            flags -= TcpFlags::FIN;
        }
    }
    let isn = if flags.contains(TcpFlags::SYN) { isn(half, tcp.seq) } else { Isn::Consistent };
    Segment { flags, isn, ack: acknowledges(other, tcp.ack) }
}

fn note_of(ruling: Ruling) -> Option<PolicyNote> {
    match ruling {
        Ruling::AllowAndAlert => Some(PolicyNote::Alert),
        Ruling::WouldDeny(Denial::Silent) => Some(PolicyNote::WouldDeny),
        Ruling::WouldDeny(Denial::Reject) => Some(PolicyNote::WouldReject),
        Ruling::Allow | Ruling::Deny(_) => None,
    }
}

/// Why the packets of a flow are not forwarded, where they are not.
pub(super) fn cut_reason(record: &FlowRecord) -> Option<Reason> {
    use weir_rules::policy::PolicyRuleId;
    use weir_rules::signature::RuleIndex;
    match (record.verdict, record.cut_rule) {
        (CachedVerdict::Drop | CachedVerdict::Reject, FlowRecord::NONE) => {
            let rule = (record.policy_rule != FlowRecord::NONE).then_some(PolicyRuleId(record.policy_rule));
            Some(Reason::Policy(rule))
        }
        (CachedVerdict::Drop | CachedVerdict::Reject, rule) => Some(Reason::FlowCut(RuleIndex(rule))),
        _ => None,
    }
}

/// The identities that policy found for a flow.
pub(super) fn identities_of(record: &FlowRecord) -> Option<crate::event::Identities> {
    use weir_rules::policy::PolicyRuleId;
    (record.verdict != CachedVerdict::Undecided).then(|| crate::event::Identities {
        from: IdentityId(record.from_identity),
        to: IdentityId(record.to_identity),
        rule: (record.policy_rule != FlowRecord::NONE).then_some(PolicyRuleId(record.policy_rule)),
    })
}
