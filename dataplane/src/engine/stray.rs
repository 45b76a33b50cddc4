//! The stage for packets that belong to no flow: signatures about what was raised, and about headers alone.
//!
//! A frame that is malformed is refused, and a fragment waits for its others; what signatures have to say of them they
//! say before that. There is no payload, no direction and no memory, so only signatures match that need none of these:
//! of a malformed packet those that ask for what was raised, of the others also those about headers.

use weir_rules::signature::{
    Endpoint, Event, FlowState as FlowOption, FragmentOption, ReportAs, RuleAction, RuleProtocol, Signature,
    StreamOption,
};

use super::enforcement::Announce;
use super::frame::{Decision, Frame};
use super::judgement::Outcome;
use super::pipeline::{Assembly, Engine, Slot, Stage};
use super::settings::Mode;
use crate::confirm::packet::{PacketFacts, matches as packet_matches};
use crate::detect::has_ports;
use crate::detect::is_of_version;
use crate::detect::{PacketLook, PacketView, Passage, Raised, fill_numbers, packet_facts};
use crate::event::AlertOutcome;
use crate::flow::Direction;
use crate::inspect::{Hit, Hits, MAX_HITS, Reporting};
use crate::packet::{DecodeEvent, DecodeEvents, IpVersion, Packet, decode_events, is_ordinary};
use crate::verdict::{Reason, Verdict};

/// The EtherType of ARP.
const ARP: u16 = 0x0806;

/// Why a packet belongs to no flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// It can't be parsed. What was read of it before is known.
    Malformed,
    /// It is a fragment.
    Fragment,
    /// Its receiver will discard it.
    Discarded,
    /// It is not IP, but of this EtherType.
    NotIp(u16),
}

impl Engine {
    /// Whether any signature asks for what is raised about headers.
    pub(super) fn wants_decode_events(&self) -> bool {
        !self.rules.current.ruleset.detect.events().decode.is_empty()
    }

    /// Notes what is odd about the headers of a frame, where signatures ask for it.
    #[inline]
    pub(super) fn raise(&mut self, frame: &Frame<'_>, slot: &Slot) {
        self.raised = Raised::default();
        self.assembly = Assembly::Whole;
        if self.wants_decode_events() {
            let packet = matches!(slot.stage, Stage::Flow { .. }).then_some(&slot.packet);
            self.raise_of(frame, packet);
        }
    }

    /// The same, for a frame that was parsed to `packet`.
    pub(super) fn raise_of(&mut self, frame: &Frame<'_>, packet: Option<&Packet>) {
        let parser = &self.settings.parser;
        let ordinary = packet.is_some_and(|packet| is_ordinary(frame.bytes, packet, parser));
        if !ordinary && self.wants_decode_events() {
            self.raised.decode = decode_events(frame.bytes, parser);
        }
    }

    /// A fragment that there was no room for.
    #[cold]
    pub(super) fn judge_ignored(&mut self, frame: &Frame<'_>, packet: &Packet) -> Option<Decision> {
        let ignored = match packet.version {
            IpVersion::V4 => DecodeEvent::Ipv4FragIgnored,
            IpVersion::V6 => DecodeEvent::Ipv6FragIgnored,
        };
        self.raised.decode = DecodeEvents::from_iter([ignored]);
        self.judge_stray(frame, packet, Stray::Malformed)
    }

    /// Asks signatures about a packet of no flow; `None` where it goes on as it would without them.
    pub(super) fn judge_stray(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        stray: Stray,
    ) -> Option<Decision> {
        let by_headers = stray != Stray::Malformed && !self.rules.current.ruleset.detect.strays().is_empty();
        if self.raised.is_empty() && !by_headers {
            return None;
        }
        self.hits.clear();
        let rules = &mut self.rules.current;
        let (signatures, epoch) = (&rules.ruleset.signatures, rules.inspector.epoch());
        let view = PacketView { packet, frame: frame.bytes };
        let look = PacketLook { view, payload: &[], direction: Direction::ToServer };
        rules.detector.raised(signatures, epoch, look, self.raised, &mut self.hits);
        if by_headers {
            rules.detector.stray(signatures, epoch, look, &mut self.hits);
        }
        self.settle_strays(frame, packet, stray);
        self.decide_stray(frame, packet, stray)
    }

    /// Keeps the hits of which all else holds too.
    fn settle_strays(&mut self, frame: &Frame<'_>, packet: &Packet, stray: Stray) {
        let view = PacketView { packet, frame: frame.bytes };
        match stray {
            Stray::Malformed | Stray::NotIp(_) => self.numbers.clear(),
            Stray::Fragment | Stray::Discarded => fill_numbers(&mut self.numbers, view, None),
        }
        let mut hits = std::mem::replace(&mut self.hits, Hits::none());
        hits.retain(|hit| self.settle_stray(frame, view, stray, hit));
        self.hits = hits;
    }

    fn settle_stray(&mut self, frame: &Frame<'_>, view: PacketView<'_>, stray: Stray, hit: &mut Hit) -> bool {
        let rules = &mut self.rules.current;
        let Some(signature) = rules.ruleset.signatures.get(hit.rule) else { return false };
        let (raised, checksum) = (self.raised, |layer| view.checksum(layer));
        let has = |event: &Event| raised.has(event);
        let known = match stray {
            Stray::Malformed | Stray::NotIp(_) => PacketFacts::default(),
            Stray::Fragment | Stray::Discarded => {
                PacketFacts { checksum: Some(&checksum), ..packet_facts(view, None) }
            }
        };
        let reputations = rules.ruleset.detect.reputations();
        let reputation = |address, category: &str| reputations.of(address, category);
        let facts = PacketFacts { events: Some(&has), reputation: Some(&reputation), ..known };
        let holds = applies(signature, view.packet, stray)
            && signature.numbers.iter().all(|number| self.numbers.matches(number))
            && signature.packet.iter().all(|condition| packet_matches(condition, &facts));
        if !holds {
            return false;
        }
        if let Some(filter) = &signature.detection_filter
            && rules.thresholds.filter(filter, hit.rule, view.packet, 0, frame.time) == Passage::Suppressed
        {
            return false;
        }
        if !rules.reports(hit.rule, view.packet, [view.packet.src, view.packet.dst], 0, frame.time) {
            hit.reporting = Reporting::Suppressed;
        }
        true
    }

    /// Reports the hits, and does what they come to. A `pass` silences the others; the packet goes its way.
    fn decide_stray(&mut self, frame: &Frame<'_>, packet: &Packet, stray: Stray) -> Option<Decision> {
        let ruleset = self.rules.current.ruleset.clone();
        let outcome = self.hits.as_slice().iter().fold(Outcome::Nothing, |outcome, &hit| {
            match ruleset.signatures.get(hit.rule) {
                Some(signature) => outcome.and(signature.action, hit),
                None => outcome,
            }
        });
        let hit = match outcome {
            Outcome::Nothing | Outcome::Pass(_) => return None,
            Outcome::Alert => None,
            Outcome::Drop(hit) | Outcome::Reject(hit) => Some(hit),
        };
        let mode = self.wire(frame.wire).mode;
        for index in 0..self.hits.as_slice().len() {
            let Some(&reported) = self.hits.as_slice().get(index) else { break };
            let Some(signature) = ruleset.signatures.get(reported.rule) else { continue };
            if signature.report == ReportAs::Nothing || reported.reporting == Reporting::Suppressed {
                continue;
            }
            if index >= MAX_HITS && hit != Some(reported) {
                self.hits.lose();
                continue;
            }
            let effect = match (signature.action, mode) {
                (RuleAction::Alert | RuleAction::Pass, _) => AlertOutcome::Allowed,
                (_, Mode::Enforce) => AlertOutcome::Blocked,
                (_, Mode::Observe) => AlertOutcome::WouldBlock,
            };
            self.report_alert(frame, packet, &reported, effect, None);
        }
        let reason = Reason::Signature(hit?.rule);
        let verdict = match (outcome, stray) {
            // Of the others there is nothing to answer to.
            (Outcome::Reject(_), Stray::Fragment | Stray::Discarded) => Verdict::Reject(reason),
            _ => Verdict::Drop(reason),
        };
        Some(self.enforce(frame, packet, Decision::of(verdict), Announce::Event, None))
    }
}

/// Whether a signature is about such a packet: its protocol, the ends, and what it says of flows.
fn applies(signature: &Signature, packet: &Packet, stray: Stray) -> bool {
    let is_ip = packet.ip_offset != 0 && !matches!(stray, Stray::NotIp(_));
    let protocol = match signature.protocol {
        RuleProtocol::PacketHeader | RuleProtocol::Ethernet => true,
        // Nothing more is said by it, and what of IP was read is all that there is.
        RuleProtocol::Ip if stray == Stray::Malformed => true,
        RuleProtocol::Arp => stray == Stray::NotIp(ARP),
        other => is_ip && is_of_version(other, packet) && other.covers(packet.protocol.0),
    };
    let flow = &signature.flow;
    let of_flow = flow.direction.is_some()
        || flow.state == Some(FlowOption::Established)
        || flow.stream == Some(StreamOption::Only);
    // What stands in the place of ports elsewhere are identifiers, or nothing that was read.
    let has_ports = has_ports(packet.protocol) && packet.fragment.is_none();
    let port = |port| if has_ports { port } else { 0 };
    let sender = Endpoint { address: packet.src.0, port: port(packet.src_port) };
    let receiver = Endpoint { address: packet.dst.0, port: port(packet.dst_port) };
    // A fragment is itself none of a datagram that was put together.
    let whole = flow.fragments != Some(FragmentOption::Only);
    protocol
        && whole
        && !of_flow
        && signature.state.is_empty()
        && signature.header_matches(&sender, &receiver)
}
