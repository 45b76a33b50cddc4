//! The stage for fragments: forwarded until the one that completes a datagram, which carries the datagram's verdict.
//!
//! The receiver can't use a fragment before the last one has come, so the others may pass at once. The datagram is
//! put together for inspection only; what is forwarded are the fragments as they came.

use super::frame::{Decision, Frame};
use super::pipeline::Engine;
use super::settings::Spread;
use crate::counter::Counter;
use crate::event::AnomalyKind;
use crate::flow::FlowKey;
use crate::packet::{Conclusion, FragmentOutcome, IpProtocol, Packet, Parsed, Realm, parse};
use crate::verdict::{Reason, Verdict};

impl Engine {
    pub(super) fn fragment(&mut self, frame: &Frame<'_>, packet: &Packet) -> Decision {
        self.counters.add(Counter::DecodeFragments, 1);
        if packet.protocol == IpProtocol::TCP && self.settings.spread == Spread::Apart {
            return self.refuse(frame, packet, Reason::FragmentSteering, None);
        }
        // The table lends its buffer out; it is put back below, so that the rest of the engine can be used meanwhile.
        let mut table = std::mem::take(&mut self.fragments);
        let decision = match table.push(frame.bytes, packet, Realm(frame.wire.0), frame.time) {
            FragmentOutcome::Held => Decision::FORWARD,
            FragmentOutcome::Complete(datagram) => {
                let decision = self.datagram(&Frame { bytes: datagram, ..*frame });
                table.conclude(match decision.verdict {
                    Verdict::Forward => Conclusion::Forwarded,
                    Verdict::Drop(_) | Verdict::Reject(_) => Conclusion::Refused,
                });
                decision
            }
            FragmentOutcome::Drop(error) => {
                self.report_anomaly(frame, packet, AnomalyKind::Fragment, Some(error.name()), None);
                self.refuse(frame, packet, Reason::Fragment(error), None)
            }
        };
        self.fragments = table;
        decision
    }

    /// A whole datagram, put together.
    fn datagram(&mut self, frame: &Frame<'_>) -> Decision {
        self.counters.add(Counter::DecodeDefragmented, 1);
        match parse(frame.bytes, &self.settings.parser) {
            Ok(Parsed::Ip(whole)) if whole.fragment.is_none() => {
                let (key, side) = FlowKey::of(&whole, frame.wire);
                let hash = self.flows.hash(&key);
                self.flow_packet(frame, &whole, &key, side, hash)
            }
            // A fragmented packet within a fragmented packet: its own fragments would have to be kept again.
            Ok(Parsed::Ip(_) | Parsed::NotIp(_)) => Decision::FORWARD,
            Err(error) => self.malformed(frame, error),
        }
    }
}
