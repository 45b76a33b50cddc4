//! Transactions: a request with its response, and which signatures may match it.

use weir_rules::signature::RuleIndex;

use super::events::TransactionEvents;
use super::numbers::TransactionNumbers;
use super::transaction_record::Times;
use super::values::Values;
use crate::decode::{Stage, TransactionId};
use crate::detect::FlowBits;
use crate::flow::Direction;

/// Transactions of one flow that are kept at once; the oldest makes room. Pipelined requests and streams of HTTP/2 are
/// as many at most.
pub const MAX_LIVE: usize = 128;

/// Signatures that one transaction may be checked against. More are counted, and not followed.
pub const MAX_CANDIDATES: usize = 512;

/// Bytes that the buffer of a transaction keeps when it is used anew.
const KEPT: usize = 16 << 10;

/// A signature that may match a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub rule: RuleIndex,
    /// What became of it, for what was said in each direction.
    pub outcomes: [Outcome; 2],
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It may match yet.
    #[default]
    Open,
    /// It has matched, and was reported.
    Matched,
    /// It did not match, and is asked again only for another value.
    Refused,
}

/// One transaction.
#[derive(Debug, Default)]
pub struct Transaction {
    /// Its number in the flow.
    pub id: TransactionId,
    /// What was said.
    pub values: Values,
    /// Numbers of it.
    pub numbers: TransactionNumbers,
    /// What was not as it should be.
    pub events: TransactionEvents,
    /// How far each direction is.
    pub stages: [Option<Stage>; 2],
    /// Signatures that may match it.
    pub candidates: Vec<Candidate>,
    /// What signatures remember of it.
    pub bits: FlowBits,
    /// When it was.
    pub times: Times,
}

impl Transaction {
    /// Begins anew, and keeps the memory.
    fn begin(&mut self, id: TransactionId) {
        self.id = id;
        self.values.clear();
        self.values.shrink(KEPT);
        self.numbers.clear();
        self.events.clear();
        self.stages = [None; 2];
        self.candidates.clear();
        self.bits.clear();
        self.times = Times::default();
    }

    /// How far a direction is.
    pub fn stage(&self, direction: Direction) -> Option<Stage> {
        self.stages.get(direction.index()).copied().flatten()
    }

    /// Whether both directions are complete.
    pub fn is_complete(&self) -> bool {
        self.stages.iter().all(|stage| *stage == Some(Stage::Complete))
    }

    /// Adds a signature that may match; returns whether there was room.
    pub fn nominate(&mut self, rule: RuleIndex) -> bool {
        if let Some(known) = self.candidates.iter_mut().find(|candidate| candidate.rule == rule) {
            for outcome in known.outcomes.iter_mut().filter(|outcome| **outcome == Outcome::Refused) {
                *outcome = Outcome::Open;
            }
            return true;
        }
        let room = self.candidates.len() < MAX_CANDIDATES;
        if room {
            self.candidates.push(Candidate { rule, outcomes: [Outcome::Open; 2] });
        }
        room
    }
}

/// The live transactions of a flow, in the order in which they began.
#[derive(Debug, Default)]
pub struct Transactions {
    live: Vec<Transaction>,
    spare: Vec<Transaction>,
}

impl Transactions {
    /// The transaction of this number, begun where it is new; `leave` sees the one that makes room for it.
    pub fn of(&mut self, id: TransactionId, leave: impl FnOnce(&Transaction)) -> Option<&mut Transaction> {
        // The one that is asked for is most often one of the last.
        if let Some(index) = self.live.iter().rposition(|transaction| transaction.id == id) {
            return self.live.get_mut(index);
        }
        if self.live.len() >= MAX_LIVE {
            let oldest = self.live.remove(0);
            leave(&oldest);
            self.spare.push(oldest);
        }
        let mut transaction = self.spare.pop().unwrap_or_default();
        transaction.begin(id);
        self.live.push(transaction);
        self.live.last_mut()
    }

    /// Ends a transaction.
    pub fn end(&mut self, id: TransactionId) {
        if let Some(index) = self.live.iter().position(|transaction| transaction.id == id) {
            let ended = self.live.remove(index);
            self.spare.push(ended);
        }
    }

    /// All live ones.
    pub fn iter(&self) -> impl Iterator<Item = &Transaction> {
        self.live.iter()
    }

    /// Ends all of them.
    pub fn clear(&mut self) {
        self.spare.append(&mut self.live);
        self.spare.truncate(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let mut transactions = Transactions::default();
        for id in 0..MAX_LIVE as u32 + 3 {
            assert!(transactions.of(TransactionId(id), |_| ()).is_some());
        }
        assert_eq!(transactions.iter().map(|t| t.id.0).min(), Some(3));
        transactions.end(TransactionId(5));
        assert_eq!(transactions.iter().count(), MAX_LIVE - 1);
    }

    #[test]
    fn candidates_are_bounded_and_distinct() {
        let mut transaction = Transaction::default();
        for rule in 0..MAX_CANDIDATES as u32 {
            assert!(transaction.nominate(RuleIndex(rule)) && transaction.nominate(RuleIndex(0)));
        }
        assert!(!transaction.nominate(RuleIndex(u32::MAX)));
        assert_eq!(transaction.candidates.len(), MAX_CANDIDATES);
    }
}
