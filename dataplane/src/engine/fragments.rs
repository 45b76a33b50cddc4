//! The stage for fragments: forwarded until the one that completes a datagram, which carries the datagram's verdict.
//!
//! The receiver can't use a fragment before the last one has come, so the others may pass at once. The datagram is
//! put together for inspection only; what is forwarded are the fragments as they came.

use super::frame::{Decision, Frame};
use super::pipeline::{Assembly, Engine};
use super::settings::Spread;
use super::stray::Stray;
use crate::counter::Counter;
use crate::detect::Raised;
use crate::event::AnomalyKind;
use crate::flow::{FlowId, FlowKey};
use crate::packet::{Conclusion, FragmentOutcome, FragmentTable, IpProtocol, Packet, Parsed, Realm, parse};
use crate::verdict::{Reason, Verdict};

/// The table apart from its engine: a completed datagram lies in the table while the engine looks at it. It is put
/// back in any case, also where the engine panics: a worker goes on after that.
struct Lent<'e> {
    engine: &'e mut Engine,
    table: FragmentTable,
}

impl<'e> From<&'e mut Engine> for Lent<'e> {
    fn from(engine: &'e mut Engine) -> Lent<'e> {
        // An empty table takes no memory.
        let table = std::mem::take(&mut engine.fragments);
        Lent { engine, table }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        std::mem::swap(&mut self.engine.fragments, &mut self.table);
    }
}

impl Engine {
    pub(super) fn fragment(&mut self, frame: &Frame<'_>, packet: &Packet) -> Decision {
        self.counters.add(Counter::DecodeFragments, 1);
        if packet.protocol == IpProtocol::TCP && self.settings.spread == Spread::Apart {
            return self.refuse(frame, packet, Reason::FragmentSteering, None);
        }
        if self.wants_decode_events() {
            let realm = Realm(frame.wire.0);
            let events = self.fragments.decode_events(frame.bytes, packet, realm, frame.time);
            self.raised.decode = self.raised.decode.union(events);
        }
        if let Some(decision) = self.judge_stray(frame, packet, Stray::Fragment) {
            return decision;
        }
        let mut lent = Lent::from(self);
        let Lent { engine, table } = &mut lent;
        match table.push(frame.bytes, packet, Realm(frame.wire.0), frame.time) {
            FragmentOutcome::Held => Decision::FORWARD,
            FragmentOutcome::Complete(datagram) => {
                let decision = engine.datagram(&Frame { bytes: datagram, ..*frame });
                table.conclude(match decision.verdict {
                    Verdict::Forward => Conclusion::Forwarded,
                    Verdict::Drop(_) | Verdict::Reject(_) => Conclusion::Refused,
                });
                decision
            }
            FragmentOutcome::Drop(error) => {
                engine.report_anomaly(frame, packet, AnomalyKind::Fragment, Some(error.name()), None);
                if error.is_overload()
                    && let Some(decision) = engine.judge_ignored(frame, packet)
                {
                    return decision;
                }
                engine.refuse(frame, packet, Reason::Fragment(error), None)
            }
        }
    }

    /// A whole datagram, put together.
    fn datagram(&mut self, frame: &Frame<'_>) -> Decision {
        self.counters.add(Counter::DecodeDefragmented, 1);
        self.raised = Raised::default();
        self.assembly = Assembly::Rebuilt;
        match parse(frame.bytes, &self.settings.parser) {
            Ok(Parsed::Ip(whole)) if whole.fragment.is_none() => {
                self.raise_of(frame, Some(&whole));
                let (key, side) = FlowKey::of(&whole, frame.wire);
                let hash = self.flows.hash(&key);
                self.flow_packet(frame, &whole, &key, side, (hash, FlowId::NOWHERE))
            }
            // A fragmented packet within a fragmented packet: its own fragments would have to be kept again.
            Ok(Parsed::Ip(_) | Parsed::NotIp(_)) => Decision::FORWARD,
            Err(error) => {
                self.raise_of(frame, None);
                self.malformed(frame, &Packet::default(), error)
            }
        }
    }
}
