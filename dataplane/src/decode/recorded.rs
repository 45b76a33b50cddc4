//! A sink that writes down what it is told, for tests of decoders.

use weir_rules::field::FieldId;

use super::{AppEvent, Part, Sink, Stage, TransactionId};
use crate::flow::Direction;

/// One thing that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Find {
    Field(TransactionId, Direction, FieldId, Part, Vec<u8>),
    Stage(TransactionId, Direction, Stage),
    Event(TransactionId, Direction, AppEvent),
}

/// Everything that was told, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recorded(pub(crate) Vec<Find>);

impl Recorded {
    /// The values of a field in one direction; values in several chunks are not joined.
    pub(crate) fn values(&self, wanted: Direction, field: FieldId) -> Vec<String> {
        let found = self.0.iter().filter_map(|find| match find {
            Find::Field(_, direction, found, _, value) if *found == field && *direction == wanted => {
                Some(value)
            }
            _ => None,
        });
        found.map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// The names of the events of both directions.
    pub(crate) fn events(&self) -> Vec<&'static str> {
        let found = self.0.iter().filter_map(|find| match find {
            Find::Event(_, _, event) => Some(event.0),
            _ => None,
        });
        found.collect()
    }

    /// The stages that one direction reached.
    pub(crate) fn stages(&self, wanted: Direction) -> Vec<Stage> {
        let found = self.0.iter().filter_map(|find| match find {
            Find::Stage(_, direction, stage) if *direction == wanted => Some(*stage),
            _ => None,
        });
        found.collect()
    }
}

impl Sink for Recorded {
    fn field(
        &mut self,
        transaction: TransactionId,
        direction: Direction,
        field: FieldId,
        part: Part,
        bytes: &[u8],
    ) {
        self.0.push(Find::Field(transaction, direction, field, part, bytes.to_vec()));
    }

    fn stage(&mut self, transaction: TransactionId, direction: Direction, stage: Stage) {
        self.0.push(Find::Stage(transaction, direction, stage));
    }

    fn event(&mut self, transaction: TransactionId, direction: Direction, event: AppEvent) {
        self.0.push(Find::Event(transaction, direction, event));
    }
}
