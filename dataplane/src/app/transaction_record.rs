//! A transaction as an event tells it: what of its fields and numbers is written down.

use std::ops::Range;
use std::time::Duration;

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::log::{Keep, TransactionLog};
use super::transaction::Transaction;
use crate::decode::{Lane, TransactionId};
use crate::flow::Direction;
use crate::time::Nanos;

/// Bytes of all values of a record.
const MAX_BYTES: usize = 128 << 10;

/// Bytes of a value that is no content: a name, a path.
const MAX_NAME: usize = 1024;

/// Memory that a record keeps for its next use.
const KEPT: usize = 4 << 10;

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    field: FieldId,
    direction: Direction,
    place: Option<Range<usize>>,
    total: u64,
}

/// A value of a field, as an event tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'r> {
    /// Which field.
    pub field: FieldId,
    /// Which way it went.
    pub direction: Direction,
    /// The bytes that are written down; none where only the size is.
    pub bytes: Option<&'r [u8]>,
    /// How many there were.
    pub total: u64,
}

/// When something of a transaction came, by the time of its packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Its first field.
    pub begun: Nanos,
    /// The end of its request.
    pub asked: Option<Nanos>,
    /// The first that a model said in answer.
    pub first_answer: Option<Nanos>,
    /// The last.
    pub last: Nanos,
}

impl Times {
    /// From the end of the question to the first and the last of the answer; from its beginning where the answer came
    /// before that end, as when both go on side by side.
    pub fn of_answer(&self) -> Option<(Duration, Duration)> {
        let first = self.first_answer?;
        let from = self.asked.filter(|asked| *asked <= first).unwrap_or(self.begun);
        Some((first.since(from), self.last.since(from)))
    }
}

/// What is written down of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionRecord {
    /// Its number in the flow.
    pub id: TransactionId,
    /// When it was.
    pub times: Times,
    entries: Vec<Entry>,
    numbers: Vec<(NumberId, Direction, u64)>,
    bytes: Vec<u8>,
}

impl TransactionRecord {
    /// Fills it with what is to be known of a transaction.
    pub(super) fn fill(&mut self, transaction: &Transaction, log: &TransactionLog) {
        self.id = transaction.id;
        self.times = transaction.times;
        self.entries.clear();
        self.numbers.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        for value in transaction.values.iter() {
            let keep = log.keep(value.field);
            if keep == Keep::Nothing || value.lane == Lane::REPEATED {
                continue;
            }
            let is_content = value.field.continuity() == weir_rules::field::Continuity::Streaming;
            let place = (keep == Keep::Value).then(|| {
                let room = if is_content { log.contents() } else { MAX_NAME };
                let room = room.min(MAX_BYTES - self.bytes.len());
                // Of a conversation, the end is what matters.
                let from = if is_content { value.bytes.len().saturating_sub(room) } else { 0 };
                let bytes = value.bytes.get(from..).unwrap_or_default();
                let bytes = bytes.get(..room).unwrap_or(bytes);
                let start = self.bytes.len();
                self.bytes.extend_from_slice(bytes);
                start..self.bytes.len()
            });
            self.entries.push(Entry {
                field: value.field,
                direction: value.direction,
                place,
                total: value.total,
            });
        }
        let numbers = transaction.numbers.iter().filter(|(number, ..)| log.keeps_number(*number));
        self.numbers.extend(numbers);
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.numbers.is_empty()
    }

    /// All values, in the order in which they began.
    pub fn values(&self) -> impl Iterator<Item = Told<'_>> {
        self.entries.iter().map(|entry| Told {
            field: entry.field,
            direction: entry.direction,
            bytes: entry.place.as_ref().and_then(|place| self.bytes.get(place.clone())),
            total: entry.total,
        })
    }

    /// All numbers.
    pub fn numbers(&self) -> impl Iterator<Item = (NumberId, Direction, u64)> {
        self.numbers.iter().copied()
    }
}
