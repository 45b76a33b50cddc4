//! The stage that scans what a packet carries on its own: UDP, SCTP, ICMP and whatever is not decoded.

use super::frame::{Decision, Frame};
use super::judgement::Basis;
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::report::endpoints_of;
use super::rules::WorkerRules;
use super::segmentation::field_of;
use crate::app::AppHandle;
use crate::decode::recognise::AppProtocol;
use crate::detect::PacketLook;
use crate::flow::{CachedVerdict, Direction, FlowId};
use crate::inspect::Scanned;
use crate::packet::{IpProtocol, Packet};
use crate::verdict::Reason;

impl Engine {
    /// A packet of a flow without streams.
    pub(super) fn inspect_payload(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) -> Decision {
        self.hits.clear();
        let payload = packet.payload(frame.bytes);
        let inspector = &mut self.rules.current.inspector;
        let field = field_of(packet.protocol);
        let scanned = match payload {
            [] => Scanned::Done,
            _ => inspector.scan_block(field, place.direction, payload, &mut self.hits),
        };
        self.datagram = match packet.protocol {
            IpProtocol::UDP if !payload.is_empty() => self.decode_datagram(frame, packet, payload, place),
            _ => None,
        };
        if let Some(decision) = self.judge(frame, packet, place, Basis::Packet) {
            return decision;
        }
        match scanned {
            Scanned::Done => Decision::FORWARD,
            Scanned::NoStream | Scanned::Failed => {
                let context = self.context(place.id, place.direction);
                self.refuse(frame, packet, Reason::Fault, context.as_ref())
            }
        }
    }

    /// What a datagram says, where signatures ask for it.
    fn decode_datagram(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        payload: &[u8],
        place: Place,
    ) -> Option<AppProtocol> {
        let WorkerRules { ruleset, inspector, detector, .. } = &mut self.rules.current;
        if !ruleset.detect.wants_transactions() && !self.app.is_logging() {
            return None;
        }
        detector.set_time(frame.time);
        self.app.set_time(frame.time);
        let epoch = inspector.epoch();
        let carrier = PacketLook::carrier(packet, payload, place.direction);
        let mut look = detector.transactions(&ruleset.signatures, epoch, carrier, &mut self.hits);
        self.app.datagram(place.direction, packet.dst_port, payload, &mut look)
    }

    /// A flow ends: what was waiting for the end is complete, and what was cut off is looked at as far as it goes.
    pub(super) fn conclude(&mut self, id: FlowId) {
        let Some(record) = self.flows.get(id) else { return };
        let (app, ends) = (AppHandle(record.app), endpoints_of(record));
        if !app.is_some() || record.verdict != CachedVerdict::Inspect {
            return;
        }
        let packet = Packet {
            src: ends.src,
            dst: ends.dst,
            src_port: ends.src_port,
            dst_port: ends.dst_port,
            protocol: ends.protocol,
            version: ends.version,
            tenant: ends.tenant,
            ..Packet::default()
        };
        self.hits.clear();
        self.datagram = None;
        let now = self.now();
        self.rules.current.detector.set_time(now);
        self.app.set_time(now);
        for direction in [Direction::ToServer, Direction::ToClient] {
            let WorkerRules { ruleset, inspector, detector, .. } = &mut self.rules.current;
            let epoch = inspector.epoch();
            let carrier = PacketLook::carrier(&packet, &[], Direction::ToServer);
            let mut look = detector.transactions(&ruleset.signatures, epoch, carrier, &mut self.hits);
            self.app.end(app, direction, &mut look);
        }
        if !self.hits.as_slice().is_empty() {
            let frame = Frame { wire: ends.wire, time: self.now(), ..Frame::default() };
            let place = Place { id, direction: Direction::ToServer, verdict: CachedVerdict::Inspect };
            self.judge_end(&frame, &packet, place);
        }
    }
}
