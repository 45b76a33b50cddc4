//! Between hits and judgement: what signatures ask of packets, numbers, protocols and memory, and what they remember.
//!
//! The stream matcher and the prefilters know bytes only. Here the rest of a signature is asked, signatures that set flow
//! bits before those that ask for them, and matches are counted where a rule has a `threshold` or `detection_filter`.

use weir_rules::field::FieldId;
use weir_rules::signature::{AppProtocol as RuleApp, BitOperation, BitScope, Signature, StateCondition};

use super::frame::Frame;
use super::judgement::applies;
use super::lifecycle::Place;
use super::pipeline::Engine;
use crate::app::AppHandle;
use crate::confirm::packet::matches as packet_matches;
use crate::decode::recognise::AppProtocol;
use crate::detect::{FlowBits, PacketLook, PacketView, Passage, fill_numbers, packet_facts};
use crate::flow::FlowRecord;
use crate::inspect::{Hit, Hits, Reporting};
use crate::packet::Packet;

impl Engine {
    /// Asks the signatures that look at packets by themselves.
    pub(super) fn match_packet(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) {
        let rules = &mut self.rules.current;
        if rules.ruleset.detect.packets(place.direction).is_none() {
            return;
        }
        let epoch = rules.inspector.epoch();
        let payload = packet.payload(frame.bytes);
        let look = PacketLook { packet, payload, direction: place.direction };
        rules.detector.packet(&rules.ruleset.signatures, epoch, look, &mut self.hits);
    }

    /// Keeps the hits of which all else holds too, and does what they ask to be remembered.
    pub(super) fn settle(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) {
        let mut hits = std::mem::replace(&mut self.hits, Hits::none());
        let is_plain = |hit: &Hit| self.signature(hit).is_none_or(|s| s.plain_conditions().is_some());
        if !hits.as_slice().iter().all(is_plain) {
            if let Some(record) = self.flows.get(place.id) {
                fill_numbers(&mut self.numbers, PacketView { packet, frame: frame.bytes }, record);
            }
            let sets_bits = |hit: &Hit| self.signature(hit).is_some_and(|s| s.state.iter().any(is_change));
            hits.sort_by_key(|hit| !sets_bits(hit));
            hits.retain(|hit| self.settle_hit(frame, packet, place, hit));
        }
        self.hits = hits;
    }

    fn signature(&self, hit: &Hit) -> Option<&Signature> {
        self.rules.ruleset(hit.epoch)?.signatures.get(hit.rule)
    }

    fn settle_hit(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place, hit: &mut Hit) -> bool {
        let rules = &mut self.rules.current;
        if hit.epoch != rules.inspector.epoch() {
            // Only plain signatures of a rule set that is on its way out are still asked.
            return true;
        }
        let Some(signature) = rules.ruleset.signatures.get(hit.rule) else { return false };
        if signature.plain_conditions().is_some() {
            return true;
        }
        let Some(record) = self.flows.get_mut(place.id) else { return false };
        let handle = AppHandle(record.app);
        let protocol = self.app.flow(handle).and_then(|flow| flow.protocol);
        let view = PacketView { packet, frame: frame.bytes };
        let facts = packet_facts(view, protocol);
        let holds = applies(signature, *hit, packet, place.direction, record)
            && speaks(signature, protocol, hit.field)
            && signature.numbers.iter().all(|number| self.numbers.matches(number))
            && signature.packet.iter().all(|condition| packet_matches(condition, &facts));
        if !holds {
            return false;
        }
        if !signature.state.is_empty() && !handle.is_some() {
            record.app = self.app.open().unwrap_or(AppHandle::NONE).0;
        }
        let handle = AppHandle(record.app);
        let detect = &rules.ruleset.detect;
        if let Some(flow) = self.app.flow(handle) {
            let remembered = signature.state.iter().all(|state| condition_holds(state, &flow.bits, detect));
            if !remembered {
                return false;
            }
        } else if !signature.state.is_empty() {
            return false;
        }
        let flow_key = u64::from(place.id.0);
        if let Some(filter) = &signature.detection_filter
            && rules.thresholds.filter(filter, hit.rule, packet, flow_key, frame.time) == Passage::Suppressed
        {
            return false;
        }
        if let Some(flow) = self.app.flow(handle) {
            signature.state.iter().for_each(|state| change(state, &mut flow.bits, detect));
        }
        if let Some(threshold) = &signature.threshold
            && rules.thresholds.report(threshold, hit.rule, packet, flow_key, frame.time)
                == Passage::Suppressed
        {
            hit.reporting = Reporting::Suppressed;
        }
        true
    }
}

/// Whether the flow speaks what the header of a signature names.
fn speaks(signature: &Signature, protocol: Option<AppProtocol>, field: Option<FieldId>) -> bool {
    let Some(app) = signature.app else { return true };
    let by_field = field.is_some_and(|field| {
        let name = field.name();
        match app {
            RuleApp::Dns => name.starts_with("dns."),
            RuleApp::Tls => name.starts_with("tls.") || name.starts_with("ja"),
            RuleApp::Http | RuleApp::Http1 => name.starts_with("http.") || name.starts_with("file."),
            _ => false,
        }
    });
    let by_flow = match app {
        RuleApp::Http | RuleApp::Http1 => protocol == Some(AppProtocol::Http1),
        RuleApp::Tls => protocol == Some(AppProtocol::Tls),
        RuleApp::Dns => protocol == Some(AppProtocol::Dns),
        _ => false,
    };
    by_field || by_flow
}

fn is_change(state: &StateCondition) -> bool {
    matches!(state, StateCondition::Bits(bits) if !bits.operation.is_condition())
}

fn condition_holds(state: &StateCondition, set: &FlowBits, detect: &crate::detect::DetectTable) -> bool {
    let StateCondition::Bits(bits) = state else { return false };
    let is_set = || bits.names.iter().any(|name| detect.bit(name).is_some_and(|bit| set.has(bit)));
    match (bits.scope, bits.operation) {
        (BitScope::Flow, BitOperation::IsSet) => is_set(),
        (BitScope::Flow, BitOperation::IsNotSet) => !is_set(),
        (BitScope::Flow, _) => true,
        _ => false,
    }
}

fn change(state: &StateCondition, set: &mut FlowBits, detect: &crate::detect::DetectTable) {
    let StateCondition::Bits(bits) = state else { return };
    for bit in bits.names.iter().filter_map(|name| detect.bit(name)) {
        match bits.operation {
            BitOperation::Set => {
                set.set(bit);
            }
            BitOperation::Unset => set.unset(bit),
            BitOperation::Toggle => {
                set.toggle(bit);
            }
            BitOperation::IsSet | BitOperation::IsNotSet => {}
        }
    }
}

/// What a flow of which nothing is decoded has in place of a handle.
const _: () = assert!(FlowRecord::NONE == AppHandle::NONE.0);
