//! Which command a reply answers. Replies come in the order of the commands, so that a count says it; only those that are
//! answered by documents, or by nothing, are remembered one by one.

use std::collections::VecDeque;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Retrieves,
    Unanswered,
}

/// Commands without answers.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// The next command that is said, and the next that is answered.
    next: u32,
    answered: u32,
    marks: VecDeque<(u32, Mark)>,
    /// What answers what is not known any more.
    is_detached: bool,
    /// Whether documents were asked for since.
    retrieves: bool,
}

/// What a reply is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub transaction: u32,
    pub is_retrieved: bool,
    /// Whether it completes the transaction.
    pub completes: bool,
}

impl Pending {
    pub fn clear(&mut self) {
        let mut marks = std::mem::take(&mut self.marks);
        marks.clear();
        *self = Pending { marks, ..Pending::default() };
    }

    /// The transaction of the command that is being said.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// A command is complete; returns whether there was room to remember it.
    pub fn said(&mut self, retrieves: bool, is_answered: bool, most: usize) -> bool {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.retrieves |= retrieves;
        let mark = match (retrieves, is_answered) {
            (true, _) => Mark::Retrieves,
            (false, true) => return true,
            (false, false) => Mark::Unanswered,
        };
        if self.is_detached {
            return true;
        }
        let has_room = self.marks.len() < most;
        if has_room {
            self.marks.push_back((number, mark));
        } else {
            self.detach();
        }
        has_room
    }

    /// From now on, replies come of themselves.
    pub fn detach(&mut self) {
        self.is_detached = true;
        self.retrieves |= self.marks.iter().any(|(_, mark)| *mark == Mark::Retrieves);
        self.marks.clear();
    }

    /// A reply begins.
    pub fn answer(&mut self) -> Answer {
        while let Some(&(number, Mark::Unanswered)) = self.marks.front()
            && number == self.answered
        {
            self.marks.pop_front();
            self.answered = self.answered.wrapping_add(1);
        }
        let transaction = self.answered;
        if self.is_detached || transaction == self.next {
            // Nobody asked; where documents may be among what comes, all of it counts as such.
            let is_retrieved = self.is_detached && self.retrieves;
            return Answer { transaction: self.next, is_retrieved, completes: false };
        }
        self.answered = self.answered.wrapping_add(1);
        let is_retrieved = self.marks.front() == Some(&(transaction, Mark::Retrieves));
        if is_retrieved {
            self.marks.pop_front();
        }
        self.retrieves &= !self.marks.is_empty();
        Answer { transaction, is_retrieved, completes: true }
    }
}
