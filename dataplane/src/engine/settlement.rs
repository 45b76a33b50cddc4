//! Between hits and judgement: what signatures ask of packets, numbers, protocols and memory, and what they remember.
//!
//! The stream matcher and the prefilters know bytes only. Here the rest of a signature is asked, signatures that set flow
//! bits before those that ask for them, and matches are counted where a rule has a `threshold` or `detection_filter`.

use weir_rules::field::FieldId;
use weir_rules::number::Level;
use weir_rules::signature::{Event, EventLayer, FragmentOption, NumberCondition, PacketCondition, Signature};

use super::frame::Frame;
use super::judgement::applies;
use super::lifecycle::Place;
use super::pipeline::{Assembly, Engine};
use super::reporting::Actions;
use crate::app::AppHandle;
use crate::confirm::packet::{PacketFacts, matches as packet_matches};
use crate::counter::Counter;
use crate::decode::recognise::AppProtocol;
use crate::detect::{
    Ends, Memory, Order, PacketLook, PacketView, Passage, Surroundings, fill_numbers, is_spoken_within,
    packet_facts, rule_protocol, stream_bytes,
};
use crate::flow::{Direction, FlowRecord};
use crate::inspect::{Hit, Hits};
use crate::packet::Packet;

impl Engine {
    /// Asks the signatures that look at packets by themselves.
    pub(super) fn match_packet(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) {
        self.match_raised(frame, packet, place);
        let rules = &mut self.rules.current;
        if rules.ruleset.detect.packets(place.direction).is_none() {
            return;
        }
        let epoch = rules.inspector.epoch();
        let look = look(frame, packet, place);
        rules.detector.packet(&rules.ruleset.signatures, epoch, look, &mut self.hits);
    }

    /// Asks the signatures that look at what was raised.
    pub(super) fn match_raised(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) {
        if self.raised.is_empty() {
            return;
        }
        let rules = &mut self.rules.current;
        let epoch = rules.inspector.epoch();
        let look = look(frame, packet, place);
        rules.detector.raised(&rules.ruleset.signatures, epoch, look, self.raised, &mut self.hits);
    }

    /// Keeps the hits of which all else holds too, and does what they ask to be remembered.
    pub(super) fn settle(&mut self, frame: &Frame<'_>, packet: &Packet, place: Place) {
        let mut hits = std::mem::replace(&mut self.hits, Hits::none());
        let is_plain = |hit: &Hit| self.signature(hit).is_none_or(|s| s.plain_conditions().is_some());
        let adjusted = !self.rules.current.ruleset.adjustments.is_empty();
        let mut actions = Actions::default();
        if adjusted || !hits.as_slice().iter().all(is_plain) {
            if let Some(record) = self.flows.get(place.id) {
                fill_numbers(&mut self.numbers, PacketView { packet, frame: frame.bytes }, Some(record));
            }
            hits.sort_by_key(|hit| self.order(hit));
            hits.retain(|hit| {
                let settled = self.settle_hit(frame, packet, place, hit);
                if settled {
                    self.settle_report(frame, packet, place, hit, &mut actions);
                }
                settled
            });
            actions.into_iter().for_each(|(rule, action)| hits.act(rule, action));
        }
        self.hits = hits;
        self.add_scores(packet, place);
    }

    fn signature(&self, hit: &Hit) -> Option<&Signature> {
        self.rules.ruleset(hit.epoch)?.signatures.get(hit.rule)
    }

    /// Before which others a hit is settled. Signatures that both ask and change may build on each other in their order.
    fn order(&self, hit: &Hit) -> (Order, u32) {
        let detect = self.rules.ruleset(hit.epoch).map(|ruleset| &ruleset.detect);
        let order = detect.and_then(|detect| detect.memory(hit.rule)).map_or(Order::Asks, Memory::order);
        (order, if order == Order::AsksAndChanges { hit.rule.0 } else { 0 })
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
        let protocol = self.app.flow(handle).and_then(|flow| flow.protocol).or(self.datagram);
        let view = PacketView { packet, frame: frame.bytes };
        let (raised, checksum) = (self.raised, |layer| view.checksum(layer));
        let has = |event: &Event| raised.has(event);
        let reputations = rules.ruleset.detect.reputations();
        let reputation = |address, category: &str| reputations.of(address, category);
        let facts = PacketFacts {
            events: Some(&has),
            checksum: Some(&checksum),
            stream: stream_bytes(record),
            reputation: Some(&reputation),
            ..packet_facts(view, protocol)
        };
        let holds = applies(signature, *hit, packet, place.direction, record)
            && speaks(signature, protocol, hit.field)
            && came_as(signature, self.assembly)
            && of_packet(signature).all(|number| self.numbers.matches(number))
            && signature
                .packet
                .iter()
                .filter(|condition| !is_settled(condition))
                .all(|condition| packet_matches(condition, &facts));
        if !holds {
            return false;
        }
        let detect = &rules.ruleset.detect;
        let memory = detect.memory(hit.rule);
        if memory.is_some_and(Memory::uses_flow) && !handle.is_some() {
            record.app = self.app.open().unwrap_or(AppHandle::NONE).0;
        }
        let handle = AppHandle(record.app);
        let ends = ends(packet, place.direction, hit.direction);
        let around = Surroundings { shared: detect.shared(), ends, now: frame.time };
        if let Some(memory) = memory
            && !memory.holds(self.app.flow(handle).map(|flow| &flow.memory), around)
        {
            return false;
        }
        let flow_key = u64::from(place.id.0);
        if let Some(filter) = &signature.detection_filter
            && rules.thresholds.filter(filter, hit.rule, packet, flow_key, frame.time) == Passage::Suppressed
        {
            return false;
        }
        if let Some(memory) = memory {
            let cost = memory.change(self.app.flow(handle).map(|flow| &mut flow.memory), around);
            self.counters.add(Counter::StateExpired, cost.expired);
            self.counters.add(Counter::StateEvicted, cost.evicted);
            self.counters.add(Counter::StateFull, cost.full);
        }
        true
    }
}

/// The conditions on numbers of the packet and its flow. Those on transactions held already, or there were no hit.
fn of_packet(signature: &Signature) -> impl Iterator<Item = &NumberCondition> {
    signature.numbers.iter().filter(|condition| condition.number.level() != Level::Transaction)
}

/// Whether a condition held already, or there were no hit.
fn is_settled(condition: &PacketCondition) -> bool {
    let of_detection = |event: &Event| event.layer == EventLayer::Application && event.is_of_detection();
    condition.is_of_transaction() || matches!(condition, PacketCondition::Event(event) if of_detection(event))
}

fn look<'p>(frame: &Frame<'p>, packet: &'p Packet, place: Place) -> PacketLook<'p> {
    let view = PacketView { packet, frame: frame.bytes };
    PacketLook { view, payload: packet.payload(frame.bytes), direction: place.direction }
}

/// Whether a packet came whole or in fragments, as a signature asks (`flow:only_frag`, `no_frag`).
fn came_as(signature: &Signature, assembly: Assembly) -> bool {
    match signature.flow.fragments {
        Some(FragmentOption::Only) => assembly == Assembly::Rebuilt,
        Some(FragmentOption::Excluded) => assembly == Assembly::Whole,
        None => true,
    }
}

/// Whether the flow speaks what the header of a signature names. Of datagrams, the field says so.
fn speaks(signature: &Signature, protocol: Option<AppProtocol>, field: Option<FieldId>) -> bool {
    let Some(app) = signature.app.filter(|app| !is_spoken_within(*app)) else { return true };
    match protocol {
        Some(protocol) => rule_protocol(protocol).is_some_and(|found| app.covers(found)),
        None => field.is_some_and(|field| {
            field.name().strip_prefix(app.name()).is_some_and(|rest| rest.starts_with('.'))
        }),
    }
}

/// Who sent what matched, and to whom: the other way round than the packet, where it only tells of what was missing.
fn ends(packet: &Packet, direction: Direction, of_match: Direction) -> Ends {
    let (source, destination) =
        if direction == of_match { (packet.src, packet.dst) } else { (packet.dst, packet.src) };
    Ends { source, destination, tenant: packet.tenant }
}

/// What a flow of which nothing is decoded has in place of a handle.
const _: () = assert!(FlowRecord::NONE == AppHandle::NONE.0);
