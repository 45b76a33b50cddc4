//! The stage that scans what a packet carries on its own: UDP, SCTP, ICMP and whatever is not decoded.

use super::frame::{Decision, Frame};
use super::judgement::Basis;
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::rules::WorkerRules;
use super::segmentation::field_of;
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
        if packet.protocol == IpProtocol::UDP && !payload.is_empty() {
            self.decode_datagram(packet, payload, place);
        }
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
    fn decode_datagram(&mut self, packet: &Packet, payload: &[u8], place: Place) {
        let WorkerRules { ruleset, inspector, detector, .. } = &mut self.rules.current;
        if ruleset.detect.wants_transactions() {
            let epoch = inspector.epoch();
            let mut look = detector.transactions(&ruleset.signatures, epoch, packet, payload, &mut self.hits);
            self.app.datagram(place.direction, payload, &mut look);
        }
    }
}
