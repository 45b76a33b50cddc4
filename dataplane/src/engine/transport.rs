//! The stage of TCP: puts a segment into its stream, scans what it completes, and refuses what no honest end sends.

use super::frame::{Decision, Frame};
use super::judgement::Basis;
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::rules::{LiveRules, WorkerRules};
use super::settings::{EngineSettings, FailSafe, Mode, UnseenAcks};
use crate::app::{AppHandle, AppLayer};
use crate::detect::PacketLook;
use crate::event::AnomalyKind;
use crate::flow::{Direction, FlowFlags, FlowRecord, StreamEvent, StreamEvents};
use crate::inspect::{Hits, Opened, Scanned, StreamHandle};
use crate::packet::{Packet, TcpFlags};
use crate::stream::{AckOutcome, Reassembler, SegmentOutcome, StreamBytes};
use crate::verdict::{Overload, Reason, Verdict};

/// What following a segment came to, before the hits are judged.
#[derive(Clone, Copy, Debug, Default)]
struct Followed {
    /// Why the segment can't pass, or only where the wire fails open.
    refusal: Option<Reason>,
    /// The sequence number that the receiver expects next.
    expected: Option<u32>,
}

/// How the bytes of one direction are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    With(StreamHandle),
    /// No signature looks at them.
    Unwanted,
    /// They need to be scanned and there is no stream left.
    NoStream,
}

/// What reassembly and scanning share while one segment is followed.
struct Follower<'e> {
    record: &'e mut FlowRecord,
    owner: u32,
    rules: &'e mut LiveRules,
    reassembler: &'e mut Reassembler,
    hits: &'e mut Hits,
    app: &'e mut AppLayer,
    packet: &'e Packet,
    payload: &'e [u8],
    /// What becomes of segments that can't be scanned.
    unscanned: FailSafe,
    failed: bool,
    /// What was odd about the streams.
    events: StreamEvents,
}

impl Engine {
    /// A segment of a connection under inspection.
    pub(super) fn segment_of(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) -> Decision {
        self.hits.clear();
        self.datagram = None;
        self.rules.current.detector.set_time(frame.time);
        self.app.set_time(frame.time);
        let followed = self.follow(frame, packet, place);
        if let Some(decision) =
            self.judge(frame, packet, place, Basis::Stream { expected: followed.expected })
        {
            return decision;
        }
        match followed.refusal {
            None => Decision::FORWARD,
            Some(reason) => self.refuse_segment(frame, packet, place, reason),
        }
    }

    fn follow(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) -> Followed {
        let wire = self.wire(frame.wire);
        let unscanned = if wire.mode == Mode::Observe { FailSafe::Open } else { wire.on_overload };
        let Some(record) = self.flows.get_mut(place.id) else { return Followed::default() };
        let mut follower = Follower {
            record,
            owner: place.id.0,
            rules: &mut self.rules,
            reassembler: &mut self.reassembler,
            hits: &mut self.hits,
            app: &mut self.app,
            packet,
            payload: packet.payload(frame.bytes),
            unscanned,
            failed: false,
            events: StreamEvents::NONE,
        };
        let expected = follower.expected(place.direction);
        let mut refusal = follower.acknowledge_allowed(packet, place.direction, &self.settings).err();
        if refusal.is_none() {
            refusal =
                follower.segment(packet, place.direction, packet.payload(frame.bytes), &self.settings).err();
        }
        let kept = refusal.is_none_or(|reason| matches!(reason, Reason::Overload(_)));
        if kept {
            follower.acknowledge(packet, place.direction);
        }
        let events = follower.events;
        if follower.failed {
            refusal = refusal.or(Some(Reason::Fault));
        }
        if matches!(refusal, Some(Reason::Overload(_) | Reason::Fault)) {
            follower.record.flags |= FlowFlags::UNINSPECTED;
        }
        if !self.rules.current.ruleset.detect.events().stream.is_empty() {
            self.raised.stream = self.raised.stream.union(events);
        }
        Followed { refusal, expected }
    }

    /// A segment that no connection can have, or that contradicts what was inspected.
    #[cold]
    pub(super) fn refuse_segment(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        place: Place,
        reason: Reason,
    ) -> Decision {
        let context = self.context(place.id, place.direction);
        let anomaly = match reason {
            Reason::OverlapConflict => Some("overlap_different_data"),
            Reason::InvalidSegment => Some("invalid_segment"),
            Reason::UnseenAck => Some("ack_unseen_segment"),
            _ => None,
        };
        if anomaly.is_some() {
            self.report_anomaly(frame, packet, AnomalyKind::Stream, anomaly, context.as_ref());
        }
        let decision = self.refuse(frame, packet, reason, context.as_ref());
        if decision.verdict == Verdict::Forward
            && let Some(record) = self.flows.get_mut(place.id)
        {
            // The receiver has what is not in the stream, and will acknowledge it.
            record.flags |= FlowFlags::UNINSPECTED;
        }
        decision
    }
}

impl Follower<'_> {
    fn expected(&self, direction: Direction) -> Option<u32> {
        self.record.halves.get(direction.index()).filter(|half| half.is_started()).map(|half| half.next_seq())
    }

    /// The stream that scans `direction`, taken where there is none yet.
    fn scan(&mut self, direction: Direction) -> Scan {
        let Some(slot) = self.record.streams.get_mut(direction.index()) else { return Scan::Unwanted };
        let handle = StreamHandle(*slot);
        if handle.is_some() && self.rules.of(handle).is_some() {
            return Scan::With(handle);
        }
        let inspector = &mut self.rules.current.inspector;
        match inspector.open(direction, self.owner) {
            Opened::Stream(handle) => {
                *slot = handle.0;
                let offset = self.record.halves.get(direction.index()).map_or(0, |half| half.offset());
                if offset > 0 {
                    inspector.gap(handle, direction, self.owner, offset);
                }
                Scan::With(handle)
            }
            Opened::NotWanted => Scan::Unwanted,
            Opened::Full => Scan::NoStream,
        }
    }

    /// The application side of the flow, where signatures ask for what is said in it.
    fn decoded(&mut self) -> AppHandle {
        let handle = AppHandle(self.record.app);
        if handle.is_some() {
            let done = self.app.flow(handle).is_none_or(|flow| !flow.is_decoded());
            return if done { AppHandle::NONE } else { handle };
        }
        let first = self.record.halves.iter().all(|half| half.offset() == 0);
        let wanted = self.rules.current.ruleset.detect.wants_transactions() || self.app.is_logging();
        if !first || !wanted {
            return AppHandle::NONE;
        }
        let handle = self.app.open().unwrap_or(AppHandle::NONE);
        self.record.app = handle.0;
        handle
    }

    /// Whether the acknowledgment is of bytes that came by. One that is not would make them pass as repeated later.
    fn acknowledge_allowed(
        &self,
        packet: &Packet,
        direction: Direction,
        settings: &EngineSettings,
    ) -> Result<(), Reason> {
        let lossy = self.record.flags.intersects(FlowFlags::UNINSPECTED | FlowFlags::MIDSTREAM);
        if settings.unseen_acks == UnseenAcks::Skip || lossy || !packet.tcp.flags.contains(TcpFlags::ACK) {
            return Ok(());
        }
        match self.record.halves.get(direction.reverse().index()) {
            Some(half) if half.unseen_before(packet.tcp.ack) > 0 => Err(Reason::UnseenAck),
            _ => Ok(()),
        }
    }

    /// Puts the payload into the stream and scans what became contiguous.
    fn segment(
        &mut self,
        packet: &Packet,
        direction: Direction,
        payload: &[u8],
        settings: &EngineSettings,
    ) -> Result<(), Reason> {
        let tcp = packet.tcp;
        // What a reset carries says why, and reaches no stream (RFC 9293 §3.5.3).
        let payload = if tcp.flags.contains(TcpFlags::RST) { &[] } else { payload };
        let syn = tcp.flags.contains(TcpFlags::SYN);
        let seq = if syn { tcp.seq.wrapping_add(1) } else { tcp.seq };
        let scan = if payload.is_empty() && !syn { Scan::Unwanted } else { self.scan(direction) };
        let app = if payload.is_empty() { AppHandle::NONE } else { self.decoded() };
        let carrier = PacketLook::carrier(self.packet, self.payload, direction);
        let Some(half) = self.record.halves.get_mut(direction.index()) else { return Ok(()) };
        if syn && !half.is_started() {
            self.reassembler.start(half, seq);
        }
        if payload.is_empty() {
            if tcp.flags.contains(TcpFlags::FIN) {
                self.reassembler.fin(half);
                let app = AppHandle(self.record.app);
                end_decoding(self.rules, self.app, app, direction, carrier, self.hits);
            }
            return Ok(());
        }
        let follows = self.rules.current.ruleset.detect.follows_streams();
        if scan == Scan::Unwanted && !app.is_some() && !follows {
            // Not followed; should signatures come that want it, it is picked up where it then is.
            self.reassembler.release(half);
            *half = Default::default();
            return Ok(());
        }
        if scan == Scan::NoStream {
            // Dropped, it will come again and may then be scanned, so the stream does not move on. Passed, the stream
            // moves on without us, to be picked up in the middle.
            if self.unscanned == FailSafe::Open {
                self.reassembler.release(half);
                *half = Default::default();
            }
            return Err(Reason::Overload(Overload::InspectStreams));
        }
        if !half.is_started() {
            // What the other end acknowledges may be ahead of what is known from here on.
            self.record.flags |= FlowFlags::UNINSPECTED;
        }
        let (rules, hits, owner, failed) = (&mut *self.rules, &mut *self.hits, self.owner, &mut self.failed);
        let layer = &mut *self.app;
        let outcome = self.reassembler.segment(half, seq, payload, settings.retain, &mut |bytes| {
            *failed |= scan_bytes(rules, scan, direction, owner, bytes, hits) == Scanned::Failed;
            decode_bytes(rules, layer, app, direction, bytes, carrier, hits);
        });
        if tcp.flags.contains(TcpFlags::FIN) {
            self.reassembler.fin(half);
            if half.next_seq() == seq.wrapping_add(payload.len() as u32) {
                end_decoding(rules, layer, app, direction, carrier, hits);
            }
        }
        raise(&mut self.events, outcome);
        match outcome {
            SegmentOutcome::Conflict { .. } => Err(Reason::OverlapConflict),
            SegmentOutcome::OutOfWindow => Err(Reason::OutOfWindow),
            SegmentOutcome::StoreFull | SegmentOutcome::Unverifiable { .. } => {
                Err(Reason::Overload(Overload::StreamMemory))
            }
            SegmentOutcome::InOrder { .. } | SegmentOutcome::OutOfOrder | SegmentOutcome::Retransmission => {
                Ok(())
            }
        }
    }

    /// Frees what the other end now has, and scans what follows a gap that it says it does not miss.
    fn acknowledge(&mut self, packet: &Packet, direction: Direction) {
        let other = direction.reverse();
        let Some(half) = self.record.halves.get_mut(other.index()) else { return };
        if !packet.tcp.flags.contains(TcpFlags::ACK) || !half.is_started() {
            return;
        }
        let handle =
            self.record.streams.get(other.index()).map_or(StreamHandle::NONE, |&slot| StreamHandle(slot));
        let scan = if handle.is_some() { Scan::With(handle) } else { Scan::Unwanted };
        let (rules, hits, owner, failed) = (&mut *self.rules, &mut *self.hits, self.owner, &mut self.failed);
        let layer = &mut *self.app;
        let carrier = PacketLook::carrier(self.packet, self.payload, direction);
        let app = AppHandle(self.record.app);
        let outcome = self.reassembler.acknowledge(half, packet.tcp.ack, &mut |bytes| {
            *failed |= scan_bytes(rules, scan, other, owner, bytes, hits) == Scanned::Failed;
            decode_bytes(rules, layer, app, other, bytes, carrier, hits);
        });
        if let AckOutcome::Gap { .. } = outcome {
            self.record.flags |= FlowFlags::UNINSPECTED;
            self.events.raise(StreamEvent::ReassemblySeqGap);
        }
    }
}

/// What reassembly finds odd.
fn raise(events: &mut StreamEvents, outcome: SegmentOutcome) {
    match outcome {
        SegmentOutcome::Conflict { .. } => events.raise(StreamEvent::ReassemblyOverlapDifferentData),
        SegmentOutcome::StoreFull => {
            events.raise(StreamEvent::ReassemblyNoSegment);
        }
        SegmentOutcome::OutOfWindow => events.raise(StreamEvent::EstPacketOutOfWindow),
        SegmentOutcome::InOrder { .. }
        | SegmentOutcome::OutOfOrder
        | SegmentOutcome::Retransmission
        | SegmentOutcome::Unverifiable { .. } => {}
    }
}

/// Scans the next bytes of a stream, or notes that some are missing.
fn scan_bytes(
    rules: &mut LiveRules,
    scan: Scan,
    direction: Direction,
    owner: u32,
    bytes: StreamBytes<'_>,
    hits: &mut Hits,
) -> Scanned {
    let Scan::With(handle) = scan else { return Scanned::Done };
    let Some(rules) = rules.of(handle) else { return Scanned::Done };
    if bytes.gap_before.is_some() {
        rules.inspector.gap(handle, direction, owner, bytes.offset);
    }
    if bytes.bytes.is_empty() {
        return Scanned::Done;
    }
    rules.inspector.scan_stream(handle, direction, owner, bytes.bytes, hits)
}

/// Decodes the next bytes of a stream, or notes that some are missing; transactions that match give hits.
#[allow(clippy::too_many_arguments, reason = "the parts of the engine that a closure borrows one by one")]
fn decode_bytes(
    rules: &mut LiveRules,
    layer: &mut AppLayer,
    app: AppHandle,
    direction: Direction,
    bytes: StreamBytes<'_>,
    carrier: PacketLook<'_>,
    hits: &mut Hits,
) {
    if !app.is_some() {
        return;
    }
    let WorkerRules { ruleset, inspector, detector, .. } = &mut rules.current;
    let mut look = detector.transactions(&ruleset.signatures, inspector.epoch(), carrier, hits);
    if let Some(missing) = bytes.gap_before {
        layer.gap(app, direction, missing.get(), &mut look);
    }
    if !bytes.bytes.is_empty() {
        layer.push(app, direction, bytes.bytes, &mut look);
    }
}

/// A direction has ended, which completes what lasts until then.
fn end_decoding(
    rules: &mut LiveRules,
    layer: &mut AppLayer,
    app: AppHandle,
    direction: Direction,
    carrier: PacketLook<'_>,
    hits: &mut Hits,
) {
    if app.is_some() {
        let WorkerRules { ruleset, inspector, detector, .. } = &mut rules.current;
        let mut look = detector.transactions(&ruleset.signatures, inspector.epoch(), carrier, hits);
        layer.end(app, direction, &mut look);
    }
}
