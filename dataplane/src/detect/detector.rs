//! One worker's detection: scans, candidates and confirmations.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use hyperscan::Scratch as ScanScratch;
use weir_rules::field::{FieldId, Side};
use weir_rules::number::Level;
use weir_rules::signature::{
    Buffer, BufferMatch, Event, FlowDirection, PacketEnd, RuleIndex, Signature, SignatureSet,
};

use super::facts::PacketView;
use super::header_match::header_applies;
use super::headers::header;
use super::prefilter::Looked;
use super::raised::Raised;
use super::table::{Asked, DetectTable};
use super::transaction_look::TransactionLook;
use crate::app::transaction::Transaction;
use crate::confirm::packet::{PacketFacts, matches as packet_matches};
use crate::confirm::{Datasets, Scratch, Value};
use crate::decode::{AppEvent, Stage};
use crate::flow::Direction;
use crate::inspect::{Hit, Hits, Reporting};
use crate::packet::{IpVersion, Packet};
use crate::time::Nanos;

/// What detection did since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DetectCounters {
    /// Signatures that were confirmed in full.
    pub confirmations: u64,
    /// Candidates that one transaction had no room for.
    pub candidates_lost: u64,
    /// Scans that failed.
    pub failed: u64,
    /// Events that one transaction had no room for.
    pub events_lost: u64,
    /// Bits that a transaction had no room for.
    pub bits_full: u64,
    /// Values that a set had no room for.
    pub sets_full: u64,
}

/// A packet to be looked at by itself.
#[derive(Clone, Copy, Debug)]
pub struct PacketLook<'p> {
    /// The packet, and its frame.
    pub view: PacketView<'p>,
    /// Its payload.
    pub payload: &'p [u8],
    /// Its direction in the flow.
    pub direction: Direction,
}

impl<'p> PacketLook<'p> {
    /// The packet that brought a part of a transaction. Its headers are no part of that: it was said over many packets.
    pub fn carrier(packet: &'p Packet, payload: &'p [u8], direction: Direction) -> PacketLook<'p> {
        PacketLook { view: PacketView { packet, frame: &[] }, payload, direction }
    }
}

/// One worker's detection with one rule set.
pub struct Detector {
    pub(super) table: Arc<DetectTable>,
    pub(super) scan: Option<ScanScratch>,
    pub(super) scratch: Scratch,
    pub(super) nominated: Vec<RuleIndex>,
    now: Nanos,
    pub(super) counters: DetectCounters,
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector").field("counters", &self.counters).finish_non_exhaustive()
    }
}

impl Detector {
    /// Takes what detection with `table` needs.
    pub fn new(table: Arc<DetectTable>) -> Result<Detector, hyperscan::Error> {
        let mut scan = None;
        for prefilter in table.prefilters() {
            prefilter.size_scratch(&mut scan)?;
        }
        let scratch = Scratch::new(table.confirmer(), Arc::clone(table.sets()) as Arc<dyn Datasets>);
        Ok(Detector {
            table,
            scan,
            scratch,
            nominated: Vec::new(),
            now: Nanos::ZERO,
            counters: DetectCounters::default(),
        })
    }

    /// The table.
    pub fn table(&self) -> &Arc<DetectTable> {
        &self.table
    }

    /// Counters since it was made.
    pub fn counters(&self) -> DetectCounters {
        DetectCounters { sets_full: self.scratch.counters().datasets_full, ..self.counters }
    }

    /// Starts or ends to note what signatures cost.
    pub fn set_profile(
        &mut self,
        profile: Option<Box<crate::profile::RuleProfile>>,
    ) -> Option<Box<crate::profile::RuleProfile>> {
        std::mem::replace(&mut self.scratch.profile, profile)
    }

    /// Looks at the transactions of a flow; hits go to `hits`.
    pub fn transactions<'d>(
        &'d mut self,
        set: &'d SignatureSet,
        epoch: u8,
        look: PacketLook<'d>,
        hits: &'d mut Hits,
    ) -> TransactionLook<'d> {
        TransactionLook { detector: self, set, epoch, look, hits }
    }

    /// Looks at a packet by itself.
    pub fn packet(&mut self, set: &SignatureSet, epoch: u8, look: PacketLook<'_>, hits: &mut Hits) {
        let PacketLook { payload, direction, .. } = look;
        let Some(prefilter) = self.table.packets(direction) else { return };
        let mut nominated = std::mem::take(&mut self.nominated);
        nominated.clear();
        let looked = prefilter.look(payload, 0, self.scan.as_ref(), |rule| {
            if !nominated.contains(&rule) {
                nominated.push(rule);
            }
        });
        self.counters.failed += u64::from(looked == Looked::Failed);
        for &rule in &nominated {
            if let Some(profile) = &mut self.scratch.profile {
                profile.nominated(rule);
            }
            // What is cheap comes first; flow and numbers are tested with the hits.
            let signature = set.signatures.get(rule.0 as usize);
            if signature.is_some_and(|s| header_applies(s, look.view.packet, direction, direction)) {
                self.ask(set, epoch, rule, look, hits);
            }
        }
        self.nominated = nominated;
    }

    /// Looks at a packet about which something was raised.
    #[cold]
    pub fn raised(
        &mut self,
        set: &SignatureSet,
        epoch: u8,
        look: PacketLook<'_>,
        raised: Raised,
        hits: &mut Hits,
    ) {
        let table = self.table.clone();
        for &(_, rule) in table.raised().iter().filter(|&&(asked, _)| raised.has_all(asked)) {
            self.ask(set, epoch, rule, look, hits);
        }
    }

    /// Looks at a packet that belongs to no flow.
    #[cold]
    pub fn stray(&mut self, set: &SignatureSet, epoch: u8, look: PacketLook<'_>, hits: &mut Hits) {
        let table = self.table.clone();
        for &rule in table.strays() {
            self.ask(set, epoch, rule, look, hits);
        }
    }

    /// Asks one signature about a packet by itself.
    fn ask(&mut self, set: &SignatureSet, epoch: u8, rule: RuleIndex, look: PacketLook<'_>, hits: &mut Hits) {
        let PacketLook { payload, direction, .. } = look;
        let Some(signature) = set.signatures.get(rule.0 as usize) else { return };
        if self.confirm(rule, signature, None, look, direction) && self.change_sets(rule, hits) {
            // Even where it looks at headers only: what it decides, it decides about this packet.
            let field = Some(FieldId::PacketPayload);
            let offset = payload.len() as u64;
            hits.push(Hit { rule, epoch, field, direction, offset, reporting: Reporting::Event });
        }
    }

    /// Does to sets what a signature that was confirmed does, and notes what they say of what it found. Returns whether it
    /// matches still: putting in what is there, or taking out what is not, is no match.
    pub(super) fn change_sets(&mut self, rule: RuleIndex, hits: &mut Hits) -> bool {
        let changed = self.scratch.commit();
        if changed {
            self.scratch.found().iter().for_each(|&found| hits.explain(rule, found));
        }
        changed
    }

    /// Looks at a packet that told something about which protocol its flow has.
    #[cold]
    pub(super) fn detection(
        &mut self,
        set: &SignatureSet,
        epoch: u8,
        event: AppEvent,
        look: PacketLook<'_>,
        hits: &mut Hits,
    ) {
        let table = self.table.clone();
        let rules = table.on_event(event).iter().filter(|&&rule| table.asked(rule) == Asked::Detection);
        for &rule in rules {
            self.ask(set, epoch, rule, look, hits);
        }
    }

    /// Tells the time that certificates are judged by.
    pub fn set_time(&mut self, now: Nanos) {
        self.now = now;
    }

    /// Whether all conditions of a signature on a transaction hold that are not on its fields.
    fn conditions_hold(
        &self,
        signature: &Signature,
        transaction: Option<&Transaction>,
        direction: Direction,
    ) -> bool {
        let numbers = || signature.numbers.iter().filter(|asked| asked.number.level() == Level::Transaction);
        let conditions = || signature.packet.iter().filter(|condition| condition.is_of_transaction());
        let Some(transaction) = transaction else {
            return numbers().next().is_none() && conditions().next().is_none();
        };
        if !numbers().all(|number| transaction.numbers.matches(number, direction)) {
            return false;
        }
        let events = |event: &Event| transaction.events.has(&event.name, direction);
        let facts = PacketFacts {
            certificate: transaction.numbers.validity(direction, self.now.0 / 1_000_000_000),
            events: Some(&events),
            ..PacketFacts::default()
        };
        conditions().all(|condition| packet_matches(condition, &facts))
    }

    /// Whether all buffers of a signature hold what it asks, as far as they are there.
    pub(super) fn confirm(
        &mut self,
        rule: RuleIndex,
        signature: &Signature,
        transaction: Option<&Transaction>,
        look: PacketLook<'_>,
        direction: Direction,
    ) -> bool {
        let PacketLook { view, payload, .. } = look;
        let packet = view.packet;
        self.counters.confirmations += 1;
        if !self.conditions_hold(signature, transaction, direction) {
            return false;
        }
        self.scratch.begin();
        let began = self.scratch.profile.is_some().then(Instant::now);
        let (table, scratch) = (&self.table, &mut self.scratch);
        let held = signature.buffers.iter().enumerate().all(|(index, buffer)| match buffer.buffer {
            Buffer::Field(field) => transaction.is_some_and(|transaction| {
                field_matches(table, scratch, rule, signature, index, buffer, field, transaction, direction)
            }),
            Buffer::Payload => table.confirmer().matches(rule, index, Value::whole(payload), scratch),
            Buffer::Base64 => table.confirmer().matches(rule, index, Value::whole(&[]), scratch),
            Buffer::Address(end) => {
                let address = match end {
                    PacketEnd::Source => packet.src.0,
                    PacketEnd::Destination => packet.dst.0,
                };
                let bytes = match packet.version {
                    IpVersion::V4 => address.get(12..).unwrap_or_default(),
                    IpVersion::V6 => &address,
                };
                table.confirmer().matches(rule, index, Value::whole(bytes), scratch)
            }
            Buffer::Header(of) => match header(view, of) {
                Some(bytes) => table.confirmer().matches(rule, index, Value::whole(bytes), scratch),
                None => table.confirmer().matches_absent(rule, index),
            },
            // Left out when the rule set was compiled.
            Buffer::Undecoded => false,
        });
        if let (Some(profile), Some(began)) = (&mut self.scratch.profile, began) {
            profile.confirmed(rule, began.elapsed(), held);
        }
        held
    }
}

#[allow(clippy::too_many_arguments, reason = "all of it is looked at for one answer, in one place")]
fn field_matches(
    table: &DetectTable,
    scratch: &mut Scratch,
    rule: RuleIndex,
    signature: &Signature,
    index: usize,
    buffer: &BufferMatch,
    field: FieldId,
    transaction: &Transaction,
    direction: Direction,
) -> bool {
    let wanted = match (buffer.direction.or(signature.flow.direction), field.side()) {
        (Some(FlowDirection::ToServer), Side::Either) => Some(Direction::ToServer),
        (Some(FlowDirection::ToClient), Side::Either) => Some(Direction::ToClient),
        (None, Side::Either) => Some(direction),
        _ => None,
    };
    let mut present = false;
    for value in transaction.values.of(field) {
        if wanted.is_some_and(|wanted| wanted != value.direction) {
            continue;
        }
        present = true;
        if table.confirmer().matches(rule, index, value.value(), scratch) {
            return true;
        }
    }
    let from = match field.side() {
        Side::Request => Direction::ToServer,
        Side::Response => Direction::ToClient,
        Side::Either => wanted.unwrap_or(direction),
    };
    let passed = transaction.stage(from) >= Some(Stage::Headers);
    !present && passed && table.confirmer().matches_absent(rule, index)
}
