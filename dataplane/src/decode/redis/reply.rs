//! What servers say: replies, of any shape.
//!
//! ```text
//!  + text   - error   : number   , double   ( big number   # boolean   _ null        a line
//!  $ string   = string with a format   ! error                                       length, bytes
//!  * array   ~ set   > push                                                          count, values
//!  % map   | attributes, which come before a value                                   count, twice as many values
//! ```

use weir_rules::field::FieldId;

use super::decoder::Redis;
use super::event::RedisEvent;
use super::number::{Number, NumberReader};
use super::pending::Answer;
use crate::decode::{Part, Sink, Stage, TransactionId};
use crate::flow::Direction::ToClient;

/// What of a value comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Its type.
    #[default]
    Kind,
    /// A line that is not looked at.
    Line,
    /// The length or count of a type.
    Count(u8),
    /// So many bytes of a string.
    Bulk(u64),
    /// What ends a string.
    End(u8),
}

/// Values that are still to come, of something that holds several.
#[derive(Clone, Copy, Debug)]
struct Level {
    left: u64,
    is_attribute: bool,
}

/// The reply that a server is in the midst of.
#[derive(Debug, Default)]
pub(super) struct Reply {
    step: Step,
    number: NumberReader,
    levels: Vec<Level>,
    /// What it answers; none of what comes beside replies.
    answer: Option<Answer>,
    is_told: bool,
    is_open: bool,
}

impl Reply {
    /// Makes it as new, and keeps its memory.
    pub fn reset(&mut self) {
        let mut levels = std::mem::take(&mut self.levels);
        levels.clear();
        *self = Reply { levels, ..Reply::default() };
    }

    pub fn is_between(&self) -> bool {
        self.step == Step::Kind && self.levels.is_empty()
    }

    /// The transaction that is being answered.
    pub fn transaction(&self) -> Option<TransactionId> {
        self.answer.filter(|answer| answer.completes).map(|answer| TransactionId(answer.transaction))
    }

    /// Passes over what is missing; false where it is more than a part of a string.
    pub fn skip(&mut self, missing: u64, sink: &mut impl Sink) -> bool {
        match self.step {
            Step::Bulk(left) if missing <= left => {
                self.close(sink);
                self.is_told = false;
                self.step = if missing == left { Step::End(2) } else { Step::Bulk(left - missing) };
                true
            }
            _ => false,
        }
    }

    /// Ends a string that is being told.
    pub fn close(&mut self, sink: &mut impl Sink) {
        if let Some(answer) = self.answer
            && std::mem::take(&mut self.is_open)
        {
            let transaction = TransactionId(answer.transaction);
            sink.field(transaction, ToClient, FieldId::LlmRetrieved, Part::End, b"");
        }
    }

    fn tell(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        if let Some(answer) = self.answer
            && self.is_told
        {
            let part = if std::mem::replace(&mut self.is_open, true) { Part::Continue } else { Part::Start };
            let transaction = TransactionId(answer.transaction);
            sink.field(transaction, ToClient, FieldId::LlmRetrieved, part, bytes);
        }
    }

    /// Something that holds several values begins; returns whether it is complete, as it holds none.
    fn open(&mut self, kind: u8, count: u64, most: usize) -> Result<bool, RedisEvent> {
        let left = if matches!(kind, b'%' | b'|') { count.saturating_mul(2) } else { count };
        if left == 0 {
            return Ok(kind != b'|');
        }
        if self.levels.len() >= most {
            return Err(RedisEvent::TooDeep);
        }
        self.levels.push(Level { left, is_attribute: kind == b'|' });
        Ok(false)
    }

    /// A value is complete, and with it those that it is the last of; returns whether all is.
    fn end_value(&mut self) -> bool {
        self.step = Step::Kind;
        while let Some(level) = self.levels.last_mut() {
            level.left -= 1;
            if level.left > 0 {
                return false;
            }
            let is_attribute = level.is_attribute;
            self.levels.pop();
            if is_attribute {
                // The value that it is about is still to come.
                return false;
            }
        }
        true
    }
}

impl Redis {
    /// Takes bytes of replies; an error where the server can't be followed further.
    pub(super) fn reply(&mut self, rest: &mut &[u8], sink: &mut impl Sink) -> Result<(), RedisEvent> {
        match self.reply.step {
            Step::Kind => {
                let Some((&kind, after)) = rest.split_first() else { return Ok(()) };
                *rest = after;
                if self.reply.levels.is_empty() && self.reply.answer.is_none() && !matches!(kind, b'>' | b'|')
                {
                    self.reply.answer = Some(self.pending.answer());
                }
                self.reply.step = match kind {
                    b'+' | b'-' | b':' | b',' | b'(' | b'#' | b'_' => Step::Line,
                    b'$' | b'=' | b'!' | b'*' | b'~' | b'>' | b'%' | b'|' => Step::Count(kind),
                    _ => return Err(RedisEvent::Malformed),
                };
            }
            Step::Line => match memchr::memchr(b'\n', rest) {
                Some(end) => {
                    *rest = rest.get(end + 1..).unwrap_or_default();
                    self.end_value(sink);
                }
                None => *rest = &[],
            },
            Step::Count(kind) => {
                let Some(number) = self.reply.number.read(rest).map_err(|_| RedisEvent::Malformed)? else {
                    return Ok(());
                };
                self.counted(kind, number, sink)?;
            }
            Step::Bulk(left) => {
                let len = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                *rest = after;
                self.reply.tell(piece, sink);
                let left = left - len as u64;
                self.reply.step = if left == 0 { Step::End(2) } else { Step::Bulk(left) };
            }
            Step::End(left) => {
                let Some((&byte, after)) = rest.split_first() else { return Ok(()) };
                *rest = after;
                if byte != if left == 2 { b'\r' } else { b'\n' } {
                    return Err(RedisEvent::Malformed);
                }
                self.reply.step = Step::End(left - 1);
                if left == 1 {
                    self.reply.close(sink);
                    self.end_value(sink);
                }
            }
        }
        Ok(())
    }

    fn counted(&mut self, kind: u8, number: Number, sink: &mut impl Sink) -> Result<(), RedisEvent> {
        let is_string = matches!(kind, b'$' | b'=' | b'!');
        match number {
            Number::Count(len) if is_string && len > self.config.max_bulk => Err(RedisEvent::BulkTooLong),
            Number::Count(len) if is_string => {
                let is_retrieved = self.reply.answer.is_some_and(|answer| answer.is_retrieved);
                self.reply.is_told = is_retrieved && kind != b'!' && len > 0;
                self.reply.step = if len == 0 { Step::End(2) } else { Step::Bulk(len) };
                Ok(())
            }
            Number::Count(count) => {
                let is_complete = self.reply.open(kind, count, self.config.max_depth)?;
                self.reply.step = Step::Kind;
                if is_complete {
                    self.end_value(sink);
                }
                Ok(())
            }
            Number::Null => {
                self.end_value(sink);
                Ok(())
            }
        }
    }

    fn end_value(&mut self, sink: &mut impl Sink) {
        if self.reply.end_value()
            && let Some(answer) = self.reply.answer.take()
            && answer.completes
        {
            sink.stage(TransactionId(answer.transaction), ToClient, Stage::Complete);
        }
    }
}
