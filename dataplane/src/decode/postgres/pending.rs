//! What a client has asked and a server has not answered, in order.

use std::collections::VecDeque;

use super::names::{Name, Of, Rows};
use crate::decode::TransactionId;

/// What is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A simple query, up to ReadyForQuery.
    Query,
    /// ReadyForQuery.
    Ready,
    /// Columns of a statement or portal.
    Describe { of: Of, name: Name },
    /// Rows of a portal of a statement.
    Execute { portal: Name, statement: Name },
    /// Nothing: data to copy end here, which the server did not ask for yet.
    Copied,
}

impl Asked {
    fn is_ended_by_ready(self) -> bool {
        matches!(self, Asked::Query | Asked::Ready)
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    asked: Asked,
    transaction: TransactionId,
    rows: Rows,
}

/// Requests without answers.
#[derive(Debug, Default)]
pub(super) struct Pending {
    queue: VecDeque<Entry>,
    /// How many answers end with ReadyForQuery.
    ready: u32,
    /// There were more than the limit: until all are answered, it is not known what answers what.
    is_confused: bool,
    /// Whether any of those was about documents.
    retrieves: bool,
}

impl Pending {
    pub fn clear(&mut self) {
        self.queue.clear();
        (self.ready, self.is_confused, self.retrieves) = (0, false, false);
    }

    /// Adds a request; returns whether there was room.
    pub fn push(&mut self, asked: Asked, transaction: TransactionId, rows: Rows, most: usize) -> bool {
        self.ready = self.ready.saturating_add(u32::from(asked.is_ended_by_ready()));
        let has_room = self.queue.len() < most;
        if self.is_confused || !has_room {
            self.retrieves |= rows.are_retrieved || self.queue.iter().any(|entry| entry.rows.are_retrieved);
            self.is_confused = true;
            self.queue.clear();
            return has_room;
        }
        self.queue.push_back(Entry { asked, transaction, rows });
        true
    }

    /// The transaction whose answer comes.
    pub fn transaction(&self) -> Option<TransactionId> {
        self.queue.front().map(|entry| entry.transaction)
    }

    /// What is known of rows that come.
    pub fn rows(&self) -> Rows {
        match self.queue.front() {
            Some(entry) => entry.rows,
            None => Rows { are_retrieved: self.is_confused && self.retrieves, ..Rows::default() },
        }
    }

    /// Columns are described, or there are none; returns of what, where that has a name.
    pub fn described(&mut self, text: u64) -> Option<(Of, Name)> {
        let front = self.queue.front_mut()?;
        match front.asked {
            Asked::Query | Asked::Execute { .. } => {
                front.rows.text = text;
                None
            }
            Asked::Describe { of, name } => {
                self.queue.pop_front();
                for entry in &mut self.queue {
                    let is_meant = match entry.asked {
                        Asked::Execute { portal, statement } => {
                            name == if of == Of::Portal { portal } else { statement }
                        }
                        _ => false,
                    };
                    if is_meant {
                        entry.rows.text = text;
                    }
                }
                Some((of, name))
            }
            Asked::Ready | Asked::Copied => None,
        }
    }

    /// All rows of a portal have come, or as many as were asked for.
    pub fn executed(&mut self) {
        if matches!(self.queue.front(), Some(Entry { asked: Asked::Execute { .. }, .. })) {
            self.queue.pop_front();
        }
    }

    /// An error: what was asked up to the next Sync is not answered.
    pub fn failed(&mut self) {
        while self.queue.front().is_some_and(|entry| !entry.asked.is_ended_by_ready()) {
            self.queue.pop_front();
        }
    }

    /// The server waits for data to copy: what was asked before they end is passed over by it. Returns whether they are
    /// still to end.
    pub fn copies_in(&mut self) -> bool {
        let end = self.queue.iter().position(|entry| entry.asked == Asked::Copied);
        let passed = self.queue.drain(1.min(self.queue.len())..end.map_or(self.queue.len(), |end| end + 1));
        let ready = passed.filter(|entry| entry.asked.is_ended_by_ready()).count();
        self.ready = self.ready.saturating_sub(ready as u32);
        end.is_none()
    }

    /// ReadyForQuery; returns the transaction that it ends.
    pub fn ready(&mut self) -> Option<TransactionId> {
        self.ready = self.ready.saturating_sub(1);
        if self.ready == 0 && self.is_confused {
            (self.is_confused, self.retrieves) = (false, false);
        }
        self.failed();
        self.queue.pop_front().map(|entry| entry.transaction)
    }
}
