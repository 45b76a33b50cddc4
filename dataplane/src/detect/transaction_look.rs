//! Looking at the transactions of one flow: candidates by what is told, and decisions about them.

use std::sync::Arc;

use weir_rules::field::{FieldId, Side};
use weir_rules::number::NumberId;
use weir_rules::signature::{Buffer, BufferMatch, FlowDirection, RuleIndex, Signature, SignatureSet};

use super::detector::{Detector, PacketLook};
use super::header_match::header_applies;
use super::memory::{Memory, Order};
use super::prefilter::Looked;
use super::table::Asked;
use crate::app::transaction::{Candidate, Transaction};
use crate::app::{Added, Observer, Outcome};
use crate::decode::recognise::AppProtocol;
use crate::decode::{AppEvent, Stage};
use crate::flow::Direction;
use crate::inspect::{Hit, Hits, Reporting};

/// Looks at the transactions of one flow, while one packet is inspected.
pub struct TransactionLook<'d> {
    pub(super) detector: &'d mut Detector,
    pub(super) set: &'d SignatureSet,
    pub(super) epoch: u8,
    pub(super) look: PacketLook<'d>,
    pub(super) hits: &'d mut Hits,
}

impl TransactionLook<'_> {
    /// Confirms the candidates that are open, and reports those that match.
    fn decide(&mut self, transaction: &mut Transaction, direction: Direction) {
        if self.detector.table.changes_sets() {
            // What one signature puts into a set, those behind it find there.
            transaction.candidates.sort_unstable_by_key(|candidate| candidate.rule);
        }
        if !self.detector.table.remembers_in_transactions() {
            return self.decide_those(transaction, direction, |_| true);
        }
        // What one signature sets in a transaction, others find in it.
        for order in [Order::Changes, Order::AsksAndChanges, Order::Asks] {
            let table = Arc::clone(&self.detector.table);
            self.decide_those(transaction, direction, |rule| {
                table.memory(rule).map_or(Order::Asks, Memory::order) == order
            });
        }
    }

    fn decide_those(
        &mut self,
        transaction: &mut Transaction,
        direction: Direction,
        those: impl Fn(RuleIndex) -> bool,
    ) {
        for index in 0..transaction.candidates.len() {
            let Some(&candidate) = transaction.candidates.get(index) else { break };
            let Some(signature) = self.set.signatures.get(candidate.rule.0 as usize) else { continue };
            let rule = candidate.rule;
            if !may_match(signature, candidate, direction) || !those(rule) {
                continue;
            }
            let outcome = self.outcome(rule, signature, transaction, direction);
            let candidate = transaction.candidates.get_mut(index);
            if let Some(slot) = candidate.and_then(|found| found.outcomes.get_mut(direction.index())) {
                *slot = outcome;
            }
            if outcome != Outcome::Matched {
                continue;
            }
            if let Some(memory) = self.detector.table.memory(rule) {
                self.detector.counters.bits_full += memory.change_transaction(&mut transaction.bits);
            }
            if signature.score.is_some() {
                self.hits.score(rule, transaction.id);
            }
            let field = signature.buffers.iter().find_map(|buffer| match buffer.buffer {
                Buffer::Field(field) => Some(field),
                _ => None,
            });
            self.hits.push(Hit {
                rule,
                epoch: self.epoch,
                field,
                direction,
                offset: 0,
                reporting: Reporting::Event,
            });
        }
    }
}

impl TransactionLook<'_> {
    /// Asks a signature about a transaction.
    fn outcome(
        &mut self,
        rule: RuleIndex,
        signature: &Signature,
        transaction: &Transaction,
        direction: Direction,
    ) -> Outcome {
        let table = &self.detector.table;
        let memory = table.memory(rule);
        if memory.is_some_and(|memory| !memory.holds_in_transaction(&transaction.bits)) {
            return Outcome::Open;
        }
        let names_sets = table.confirmer().sets_of(rule).next().is_some();
        // A signature changes sets only where the rest of its header is right, too.
        if names_sets && !header_applies(signature, self.look.view.packet, self.look.direction, direction) {
            return Outcome::Open;
        }
        if self.detector.confirm(rule, signature, Some(transaction), self.look, direction)
            && self.detector.change_sets(rule, self.hits)
        {
            return Outcome::Matched;
        }
        // Sets change, so that another answer later would be one to another question.
        if names_sets && has_all_values(signature, transaction) { Outcome::Refused } else { Outcome::Open }
    }
}

/// Whether there is a whole value of each field that a signature asks about.
fn has_all_values(signature: &Signature, transaction: &Transaction) -> bool {
    signature.buffers.iter().all(|buffer| match buffer.buffer {
        Buffer::Field(field) => {
            let mut values = transaction.values.of(field).peekable();
            values.peek().is_some() && values.all(|value| value.extent.is_whole())
        }
        _ => true,
    })
}

impl Observer for TransactionLook<'_> {
    fn wants(&self, field: FieldId, direction: Direction) -> bool {
        self.detector.table.wants(field, direction)
    }

    fn wants_meaning(&self) -> bool {
        self.detector.table.wants_meaning()
    }

    fn value(&mut self, transaction: &mut Transaction, added: Added) {
        let Some(value) = transaction.values.get(added.index) else { return };
        let (field, direction, extent) = (value.field, value.direction, value.extent);
        let Detector { table, scan, nominated, counters, scratch, .. } = &mut *self.detector;
        if let Some(prefilter) = table.field(field, direction) {
            nominated.clear();
            let looked = prefilter.look(value.bytes, added.from, scan.as_ref(), |rule| nominated.push(rule));
            counters.failed += u64::from(looked == Looked::Failed);
            for &rule in nominated.iter() {
                if let Some(profile) = &mut scratch.profile {
                    profile.nominated(rule);
                }
                let kept = table.asked(rule) != Asked::Transaction || transaction.nominate(rule);
                counters.candidates_lost += u64::from(!kept);
            }
        }
        // A body is decided about while it grows, and so is what is read out of it, which is whole long before the next
        // stage: what is forwarded can't be taken back.
        if !extent.is_whole() || self.detector.table.is_in_body(field) {
            self.decide(transaction, direction);
        }
    }

    fn stage(&mut self, transaction: &mut Transaction, direction: Direction, _: Stage) {
        self.decide(transaction, direction);
    }

    fn wants_number(&self, number: NumberId) -> bool {
        self.detector.table.wants_number(number)
    }

    fn number(&mut self, transaction: &mut Transaction, direction: Direction, number: NumberId) {
        let Detector { table, counters, .. } = &mut *self.detector;
        for &rule in table.on_number(number) {
            counters.candidates_lost += u64::from(!transaction.nominate(rule));
        }
        // Most come without a further stage, and what is forwarded can't be taken back.
        if !awaits_stage(number) {
            self.decide(transaction, direction);
        }
    }

    fn event(&mut self, transaction: &mut Transaction, direction: Direction, event: AppEvent) {
        let Detector { table, counters, .. } = &mut *self.detector;
        if !table.wants_event(event) {
            return;
        }
        counters.events_lost += u64::from(!transaction.events.add(event, direction));
        for &rule in table.on_event(event) {
            counters.candidates_lost += u64::from(!transaction.nominate(rule));
        }
        self.decide(transaction, direction);
    }

    fn wants_protocol(&self, protocol: AppProtocol) -> bool {
        protocol != AppProtocol::Rdma || self.detector.table.wants_rdma()
    }

    fn wants_detection(&self) -> bool {
        self.detector.table.wants_detection()
    }

    fn detection(&mut self, direction: Direction, event: AppEvent) {
        let look = PacketLook { direction, ..self.look };
        self.detector.detection(self.set, self.epoch, event, look, self.hits);
    }
}

/// Whether the message that a number is of brings others yet, and then a stage.
fn awaits_stage(number: NumberId) -> bool {
    let of_rdma = (NumberId::RdmaOpcode..=NumberId::RdmaCmReason).contains(&number);
    of_rdma
        || matches!(
            number,
            NumberId::DnsOpcode
                | NumberId::DnsRcode
                | NumberId::DnsRrType
                | NumberId::TlsVersion
                | NumberId::TlsChainLength
                | NumberId::TlsNotBefore
                | NumberId::TlsNotAfter
        )
}

/// Whether a candidate is still to be asked about what was said in a direction. One that names what only one side says
/// matches once; others once for each direction, as both are asked.
fn may_match(signature: &Signature, candidate: Candidate, direction: Direction) -> bool {
    let asked = match signature.flow.direction {
        Some(FlowDirection::ToServer) => direction == Direction::ToServer,
        Some(FlowDirection::ToClient) => direction == Direction::ToClient,
        None => true,
    };
    let of_one_side = || {
        let side = |buffer: &BufferMatch| match buffer.buffer {
            Buffer::Field(field) => field.side() != Side::Either || buffer.direction.is_some(),
            _ => false,
        };
        signature.buffers.iter().any(side)
    };
    let matched = |direction: Direction| {
        candidate.outcomes.get(direction.index()).is_some_and(|outcome| *outcome == Outcome::Matched)
    };
    let is_open = candidate.outcomes.get(direction.index()).is_some_and(|outcome| *outcome == Outcome::Open);
    asked && is_open && !(matched(direction.reverse()) && of_one_side())
}
