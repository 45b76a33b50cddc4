//! The last stage: a verdict becomes a decision, as the wire's mode and its fail-safe settings want it.

use super::frame::{Decision, Frame};
use super::pipeline::Engine;
use super::report::FlowContext;
use super::settings::{FailSafe, Mode, WireSettings};
use super::stray::Stray;
use crate::counter::Counter;
use crate::event::{AnomalyKind, Effect};
use crate::flow::WireId;
use crate::packet::{Packet, ParseError};
use crate::verdict::{Reason, Verdict};

/// Whether a verdict is worth an event of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announce {
    /// The first of its kind for the flow, or of no flow.
    Event,
    /// The flow's verdict was announced before; this packet only counts.
    CountOnly,
}

impl Engine {
    /// How `wire` treats verdicts.
    pub(super) fn wire(&self, wire: WireId) -> WireSettings {
        self.settings.wires.get(usize::from(wire.0)).copied().unwrap_or_default()
    }

    /// Carries a verdict out, or only writes it down where the wire observes.
    pub(super) fn enforce(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        decision: Decision,
        announce: Announce,
        flow: Option<&FlowContext>,
    ) -> Decision {
        let Some(reason) = decision.verdict.reason() else { return decision };
        self.counters.add_reason(reason.kind());
        let effect = match self.wire(frame.wire).mode {
            Mode::Enforce => Effect::Enforced,
            Mode::Observe => Effect::Observed,
        };
        if announce == Announce::Event {
            self.report_drop(frame, packet, decision.verdict, effect, flow);
        }
        match effect {
            Effect::Enforced => decision,
            Effect::Observed => {
                self.counters.add(Counter::Observed, 1);
                Decision::FORWARD
            }
        }
    }

    /// A packet that can't be judged: it passes where the wire fails open for this kind of reason. Packets that are
    /// refused for what they are, and not for want of room, are dropped whatever the wire says.
    #[cold]
    pub(super) fn refuse(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        reason: Reason,
        flow: Option<&FlowContext>,
    ) -> Decision {
        let wire = self.wire(frame.wire);
        let fail_safe = match reason {
            Reason::Malformed(_) | Reason::Fault => wire.on_fault,
            Reason::Overload(_) | Reason::FragmentSteering => wire.on_overload,
            Reason::Fragment(error) if error.is_overload() => wire.on_overload,
            _ => FailSafe::Closed,
        };
        match fail_safe {
            FailSafe::Open => {
                self.counters.add(Counter::PassedUninspected, 1);
                Decision::FORWARD
            }
            FailSafe::Closed => {
                self.enforce(frame, packet, Decision::of(Verdict::Drop(reason)), Announce::Event, flow)
            }
        }
    }

    /// A frame of which the headers make no sense.
    #[cold]
    pub(super) fn malformed(&mut self, frame: &Frame<'_>, packet: &Packet, error: ParseError) -> Decision {
        self.counters.add(Counter::DecodeInvalid, 1);
        self.report_anomaly(frame, packet, AnomalyKind::Decode, Some(error.name()), None);
        match self.judge_stray(frame, packet, Stray::Malformed) {
            Some(decision) => decision,
            None => self.refuse(frame, packet, Reason::Malformed(error), None),
        }
    }
}
