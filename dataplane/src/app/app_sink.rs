//! Where what decoders find goes: into transactions, before the eyes of the observer, and into the log.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::keeping::Keeping;
use super::log::Keep;
use super::observer::Observer;
use super::transaction::{Transaction, Transactions};
use crate::confirm::Extent;
use crate::decode::{AppEvent, Lane, Part, Sink, Stage, TransactionId};
use crate::flow::Direction;
use crate::time::Nanos;

/// Puts what a decoder finds into the transactions, and tells the observer.
pub(super) struct AppSink<'a, O> {
    pub transactions: &'a mut Transactions,
    pub keeping: &'a mut Keeping,
    pub observer: &'a mut O,
}

impl<O: Observer> AppSink<'_, O> {
    /// Keeps count of how long a file is.
    fn file(&mut self, id: TransactionId, direction: Direction, part: Part, bytes: usize) {
        let number = NumberId::FileSize;
        if !self.observer.wants_number(number) {
            return;
        }
        let Some(transaction) = begun(self.transactions, self.keeping, id) else { return };
        let extent = match part {
            Part::Whole | Part::End => Extent::Whole,
            Part::Start | Part::Continue => Extent::Open,
        };
        if transaction.numbers.grow(number, direction, bytes as u64, extent) {
            self.observer.number(transaction, direction, number);
        }
    }
}

impl<O: Observer> Sink for AppSink<'_, O> {
    fn field(&mut self, id: TransactionId, direction: Direction, field: FieldId, part: Part, bytes: &[u8]) {
        self.lane(id, direction, field, Lane(0), part, bytes);
    }

    fn lane(
        &mut self,
        id: TransactionId,
        direction: Direction,
        field: FieldId,
        lane: Lane,
        part: Part,
        bytes: &[u8],
    ) {
        if field == FieldId::FileData {
            self.file(id, direction, part, bytes.len());
        }
        let is_asked = self.observer.wants(field, direction);
        let kept = self.keeping.log.keep(field);
        if !is_asked && kept == Keep::Nothing {
            return;
        }
        let Some(transaction) = begun(self.transactions, self.keeping, id) else { return };
        if is_answer(field) && direction == Direction::ToClient {
            transaction.times.first_answer.get_or_insert(self.keeping.now);
        }
        let limits = &self.keeping.limits;
        if !is_asked && kept == Keep::Length {
            transaction.values.count(limits, (direction, field, lane), part, bytes);
        } else if let Some(added) = transaction.values.add(limits, (direction, field, lane), part, bytes)
            && is_asked
        {
            self.observer.value(transaction, added);
        }
    }

    fn number(&mut self, id: TransactionId, direction: Direction, number: NumberId, value: u64) {
        let is_asked = self.observer.wants_number(number);
        if !is_asked && !self.keeping.log.keeps_number(number) {
            return;
        }
        let Some(transaction) = begun(self.transactions, self.keeping, id) else { return };
        if transaction.numbers.add(number, direction, value) && is_asked {
            self.observer.number(transaction, direction, number);
        }
    }

    fn stage(&mut self, id: TransactionId, direction: Direction, stage: Stage) {
        let Some(transaction) = begun(self.transactions, self.keeping, id) else { return };
        if let Some(at) = transaction.stages.get_mut(direction.index()) {
            *at = Some(stage);
        }
        if stage == Stage::Complete && direction == Direction::ToServer {
            transaction.times.asked = Some(self.keeping.now);
        }
        self.observer.stage(transaction, direction, stage);
        if transaction.is_complete() {
            self.keeping.log.finish(transaction);
            self.transactions.end(id);
        }
    }

    fn event(&mut self, id: TransactionId, direction: Direction, event: AppEvent) {
        let Some(transaction) = begun(self.transactions, self.keeping, id) else { return };
        self.observer.event(transaction, direction, event);
    }
}

/// The transaction of this number, begun where it is new. One that makes room for it is written down.
fn begun<'t>(
    transactions: &'t mut Transactions,
    keeping: &mut Keeping,
    id: TransactionId,
) -> Option<&'t mut Transaction> {
    let transaction = transactions.of(id, |oldest| keeping.log.finish(oldest))?;
    if transaction.times.begun == Nanos::ZERO {
        transaction.times.begun = keeping.now;
    }
    transaction.times.last = keeping.now;
    Some(transaction)
}

/// Whether a field is what a model says.
fn is_answer(field: FieldId) -> bool {
    matches!(field, FieldId::LlmCompletion | FieldId::LlmReasoning | FieldId::LlmToolArguments)
}
