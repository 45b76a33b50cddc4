//! Tells one direction's findings to a sink.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::anomaly::{Anomaly, Told};
use crate::decode::{Part, Sink, Stage, TransactionId};
use crate::flow::Direction;

/// A connection is one transaction.
const TRANSACTION: TransactionId = TransactionId(0);

/// A sink together with the direction that is being decoded.
pub(super) struct Telling<'s, S> {
    sink: &'s mut S,
    told: &'s mut Told,
    direction: Direction,
}

impl<'s, S: Sink> Telling<'s, S> {
    pub(super) fn new(sink: &'s mut S, told: &'s mut Told, direction: Direction) -> Telling<'s, S> {
        Telling { sink, told, direction }
    }

    pub(super) fn field(&mut self, field: FieldId, value: &[u8]) {
        self.sink.field(TRANSACTION, self.direction, field, Part::Whole, value);
    }

    pub(super) fn number(&mut self, number: NumberId, value: u64) {
        self.sink.number(TRANSACTION, self.direction, number, value);
    }

    pub(super) fn stage(&mut self, stage: Stage) {
        self.sink.stage(TRANSACTION, self.direction, stage);
    }

    #[cold]
    pub(super) fn anomaly(&mut self, anomaly: Anomaly) {
        if self.told.first_time(anomaly) {
            self.sink.event(TRANSACTION, self.direction, anomaly.event());
        }
    }
}
