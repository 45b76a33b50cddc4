//! Tells fields of one direction of a transaction, joined as the application joins them.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use crate::decode::{AppEvent, Lane, Part, Sink, TransactionId};
use crate::flow::Direction;

/// Values that grow side by side in one direction. More than this many choices or tool calls at once are rare.
const MAX_OPEN: usize = 24;

/// The values that are open.
#[derive(Clone, Debug, Default)]
pub struct Open(Vec<(FieldId, Lane)>);

impl Open {
    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whose words they are, and who is told.
pub struct Speaker<'s, S> {
    /// Who is told.
    pub sink: &'s mut S,
    /// Of which transaction.
    pub transaction: TransactionId,
    /// Which way.
    pub direction: Direction,
    /// What is open.
    pub open: &'s mut Open,
}

impl<S: Sink> Speaker<'_, S> {
    /// A value that is there as a whole.
    pub fn whole(&mut self, field: FieldId, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.sink.field(self.transaction, self.direction, field, Part::Whole, bytes);
        }
    }

    /// More of a value, or the first of it. Returns whether there was room to tell it apart from others.
    pub fn more(&mut self, field: FieldId, lane: Lane, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            return true;
        }
        let known = self.open.0.contains(&(field, lane));
        let has_room = known || self.open.0.len() < MAX_OPEN;
        let lane = if has_room { lane } else { Lane::OVERFLOW };
        let part = if self.open.0.contains(&(field, lane)) { Part::Continue } else { Part::Start };
        if part == Part::Start {
            self.open.0.push((field, lane));
        }
        self.sink.lane(self.transaction, self.direction, field, lane, part, bytes);
        has_room
    }

    /// A value is whole.
    pub fn end(&mut self, field: FieldId, lane: Lane) {
        if let Some(at) = self.open.0.iter().position(|open| *open == (field, lane)) {
            self.open.0.swap_remove(at);
            self.sink.lane(self.transaction, self.direction, field, lane, Part::End, &[]);
        }
    }

    /// All values are whole.
    pub fn end_all(&mut self) {
        while let Some((field, lane)) = self.open.0.pop() {
            self.sink.lane(self.transaction, self.direction, field, lane, Part::End, &[]);
        }
    }

    /// A number.
    pub fn number(&mut self, number: NumberId, value: u64) {
        self.sink.number(self.transaction, self.direction, number, value);
    }

    /// Something is not as it should be.
    #[cold]
    pub fn event(&mut self, event: AppEvent) {
        self.sink.event(self.transaction, self.direction, event);
    }
}
