//! What clients say: commands.

use weir_rules::field::FieldId;

use super::decoder::Redis;
use super::event::RedisEvent;
use super::inline::Words;
use super::number::{Number, NumberReader};
use crate::decode::{Part, Sink, Stage, TransactionId};
use crate::flow::Direction::ToServer;

/// What of a command comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// The first byte.
    #[default]
    Begin,
    /// How many words there are.
    Count,
    /// The mark of a string, and its length.
    Mark,
    Length,
    /// So many bytes of a word.
    Word(u64),
    /// What ends a word. Redis passes over these two bytes, whatever they are.
    End(u8),
    /// A line of words.
    Inline,
}

/// The longest name that is kept; Redis has none of 20.
const MAX_NAME: usize = 32;

/// The first bytes of a word, in upper case.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    bytes: [u8; MAX_NAME],
    len: usize,
}

impl Start {
    /// Adds bytes; returns whether all fitted.
    fn add(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            let Some(slot) = self.bytes.get_mut(self.len) else { return false };
            *slot = byte.to_ascii_uppercase();
            self.len += 1;
        }
        true
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Looks for a word in a query that comes in pieces; its first letter is not in it again.
#[derive(Clone, Copy, Debug)]
struct Find {
    word: &'static [u8],
    matched: usize,
}

impl Find {
    const fn new(word: &'static [u8]) -> Find {
        Find { word, matched: 0 }
    }

    fn is_in(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes.iter().map(u8::to_ascii_uppercase) {
            if self.matched < self.word.len() {
                let next = self.word.get(self.matched) == Some(&byte);
                let first = self.word.first() == Some(&byte);
                self.matched = if next { self.matched + 1 } else { usize::from(first) };
            }
        }
        self.matched == self.word.len()
    }
}

/// The command that a client is in the midst of.
#[derive(Debug)]
pub(super) struct Request {
    step: Step,
    number: NumberReader,
    /// Words that are still to come, and which one comes.
    left: u64,
    at: u64,
    name: Start,
    first: Start,
    /// The name as it was sent, which rules see.
    sent: [u8; MAX_NAME],
    search: [Find; 2],
    by_vector: bool,
    is_word_open: bool,
    /// Whether replies are those of RESP3, where what is subscribed to comes beside them.
    is_resp3: bool,
    /// Between MULTI and EXEC, and whether anything there asks for documents.
    in_multi: bool,
    multi_retrieves: bool,
    pub buffer: Vec<u8>,
    word: Vec<u8>,
}

impl Default for Request {
    fn default() -> Request {
        Request {
            step: Step::Begin,
            number: NumberReader::default(),
            left: 0,
            at: 0,
            name: Start::default(),
            first: Start::default(),
            sent: [0; MAX_NAME],
            search: [Find::new(b"KNN"), Find::new(b"VECTOR_RANGE")],
            by_vector: false,
            is_word_open: false,
            is_resp3: false,
            in_multi: false,
            multi_retrieves: false,
            buffer: Vec::new(),
            word: Vec::new(),
        }
    }
}

/// What follows a command besides its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    Reply,
    /// A reply for each of many, or none, that are not told from others.
    Detached,
    /// Nothing that is a reply.
    Nothing,
    /// The whole database.
    Replication,
}

impl Request {
    /// Makes it as new, and keeps its buffers as far as that.
    pub fn reset(&mut self, keep: usize) {
        let (mut buffer, mut word) = (std::mem::take(&mut self.buffer), std::mem::take(&mut self.word));
        for kept in [&mut buffer, &mut word] {
            kept.clear();
            kept.shrink_to(keep);
        }
        *self = Request { buffer, word, ..Request::default() };
    }

    pub fn is_between(&self) -> bool {
        self.step == Step::Begin
    }

    /// Passes over what is missing; false where it is more than a part of a word that is streamed.
    pub fn skip(&mut self, missing: u64, transaction: TransactionId, sink: &mut impl Sink) -> bool {
        match self.step {
            Step::Word(left) if missing <= left && self.at > 0 => {
                self.close_word(transaction, sink);
                self.step = if missing == left { Step::End(2) } else { Step::Word(left - missing) };
                true
            }
            _ => false,
        }
    }

    pub fn close_word(&mut self, transaction: TransactionId, sink: &mut impl Sink) {
        if std::mem::take(&mut self.is_word_open) {
            sink.field(transaction, ToServer, FieldId::RedisArguments, Part::End, b"");
        }
    }

    fn begin(&mut self) {
        (self.at, self.by_vector) = (0, false);
        (self.name, self.first) = (Start::default(), Start::default());
        for search in &mut self.search {
            search.matched = 0;
        }
    }

    /// Takes a piece of a word; returns whether a name was cut.
    fn word_piece(&mut self, bytes: &[u8], transaction: TransactionId, sink: &mut impl Sink) -> bool {
        if self.at == 0 {
            let from = self.name.len;
            for (slot, byte) in self.sent.iter_mut().skip(from).zip(bytes) {
                *slot = *byte;
            }
            return !self.name.add(bytes);
        }
        if self.at == 1 {
            self.first.add(bytes);
        }
        // FT.SEARCH index query …
        if self.at == 2 && matches!(self.name.bytes(), b"FT.SEARCH" | b"FT.AGGREGATE") {
            let [nearest, range] = &mut self.search;
            self.by_vector |= nearest.is_in(bytes) | range.is_in(bytes);
        }
        let part = if std::mem::replace(&mut self.is_word_open, true) { Part::Continue } else { Part::Start };
        sink.field(transaction, ToServer, FieldId::RedisArguments, part, bytes);
        false
    }

    fn end_word(&mut self, transaction: TransactionId, sink: &mut impl Sink) {
        if self.at == 0 {
            let sent = self.sent.get(..self.name.len).unwrap_or_default();
            sink.field(transaction, ToServer, FieldId::RedisCommand, Part::Whole, sent);
        } else {
            self.close_word(transaction, sink);
        }
        self.at += 1;
    }

    /// What a complete command changes; and whether it is answered by documents.
    fn understand(&mut self) -> (bool, Follows) {
        let mut retrieves = self.by_vector;
        let mut follows = Follows::Reply;
        match self.name.bytes() {
            b"VSIM" | b"FT.HYBRID" => retrieves = true,
            b"MULTI" => (self.in_multi, self.multi_retrieves) = (true, false),
            b"EXEC" => {
                retrieves = self.in_multi && self.multi_retrieves;
                self.in_multi = false;
            }
            b"DISCARD" => self.in_multi = false,
            b"HELLO" => self.is_resp3 = self.first.bytes() == b"3",
            b"RESET" => (self.is_resp3, self.in_multi) = (false, false),
            b"SUBSCRIBE" | b"PSUBSCRIBE" | b"SSUBSCRIBE" | b"UNSUBSCRIBE" | b"PUNSUBSCRIBE"
            | b"SUNSUBSCRIBE" => {
                follows = if self.is_resp3 { Follows::Nothing } else { Follows::Detached };
            }
            b"MONITOR" => follows = Follows::Detached,
            b"CLIENT" if self.first.bytes() == b"REPLY" => follows = Follows::Detached,
            b"SYNC" | b"PSYNC" => follows = Follows::Replication,
            _ => {}
        }
        if self.in_multi && retrieves {
            // What comes first only says that it was queued.
            self.multi_retrieves = true;
        }
        (retrieves, follows)
    }
}

impl Redis {
    /// Takes bytes of commands; an error where the client can't be followed further.
    pub(super) fn request(&mut self, rest: &mut &[u8], sink: &mut impl Sink) -> Result<(), RedisEvent> {
        let transaction = self.said();
        match self.request.step {
            Step::Begin => {
                let Some((&first, after)) = rest.split_first() else { return Ok(()) };
                match first {
                    b'*' => {
                        self.request.step = Step::Count;
                        *rest = after;
                    }
                    _ => self.request.step = Step::Inline,
                }
                self.request.begin();
            }
            Step::Inline => self.inline(rest, sink)?,
            Step::Count => match self.request.number.read(rest).map_err(|_| RedisEvent::Malformed)? {
                None => {}
                // Redis passes over these.
                Some(Number::Count(0) | Number::Null) => self.request.step = Step::Begin,
                Some(Number::Count(count)) if count > self.config.max_arguments.into() => {
                    return Err(RedisEvent::TooManyArguments);
                }
                Some(Number::Count(count)) => (self.request.left, self.request.step) = (count, Step::Mark),
            },
            Step::Mark => {
                let Some((&mark, after)) = rest.split_first() else { return Ok(()) };
                if mark != b'$' {
                    return Err(RedisEvent::Malformed);
                }
                *rest = after;
                self.request.step = Step::Length;
            }
            Step::Length => match self.request.number.read(rest).map_err(|_| RedisEvent::Malformed)? {
                None => {}
                Some(Number::Null) => return Err(RedisEvent::Malformed),
                Some(Number::Count(len)) if len > self.config.max_bulk => {
                    return Err(RedisEvent::BulkTooLong);
                }
                Some(Number::Count(0)) => {
                    self.word(b"", sink);
                    self.request.step = Step::End(2);
                }
                Some(Number::Count(len)) => self.request.step = Step::Word(len),
            },
            Step::Word(left) => {
                let len = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                *rest = after;
                self.word(piece, sink);
                let left = left - len as u64;
                self.request.step = if left == 0 { Step::End(2) } else { Step::Word(left) };
            }
            Step::End(left) => {
                let Some((&byte, after)) = rest.split_first() else { return Ok(()) };
                *rest = after;
                if byte != if left == 2 { b'\r' } else { b'\n' } {
                    self.event(RedisEvent::Malformed, ToServer, sink);
                }
                self.request.step = Step::End(left - 1);
                if left == 1 {
                    self.request.end_word(transaction, sink);
                    self.request.left -= 1;
                    self.request.step = Step::Mark;
                    if self.request.left == 0 {
                        self.command(sink);
                    }
                }
            }
        }
        Ok(())
    }

    fn word(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        if self.request.word_piece(bytes, self.said(), sink) {
            self.event(RedisEvent::CommandTooLong, ToServer, sink);
        }
    }

    fn inline(&mut self, rest: &mut &[u8], sink: &mut impl Sink) -> Result<(), RedisEvent> {
        let end = memchr::memchr(b'\n', rest);
        let (piece, after) =
            rest.split_at_checked(end.map_or(rest.len(), |end| end + 1)).unwrap_or((rest, &[]));
        let room = self.config.max_inline.saturating_sub(self.request.buffer.len());
        if piece.len() > room {
            return Err(RedisEvent::InlineTooLong);
        }
        *rest = after;
        self.request.buffer.extend_from_slice(piece);
        if end.is_some() {
            let (mut line, mut word) =
                (std::mem::take(&mut self.request.buffer), std::mem::take(&mut self.request.word));
            let mut words = Words::of(&line);
            while words.next(&mut word) {
                self.word(&word, sink);
                self.request.end_word(self.said(), sink);
            }
            line.clear();
            (self.request.buffer, self.request.word) = (line, word);
            self.request.step = Step::Begin;
            if self.request.at > 0 {
                self.command(sink);
            }
        }
        Ok(())
    }

    /// A command is complete.
    fn command(&mut self, sink: &mut impl Sink) {
        let transaction = self.said();
        let (retrieves, follows) = self.request.understand();
        if retrieves {
            sink.field(transaction, ToServer, FieldId::LlmProvider, Part::Whole, b"redis");
        }
        sink.stage(transaction, ToServer, Stage::Complete);
        let is_answered_so = retrieves && !self.request.in_multi;
        match follows {
            Follows::Detached => self.pending.detach(),
            Follows::Replication => self.is_server_passed = true,
            Follows::Reply | Follows::Nothing => {}
        }
        let is_answered = follows != Follows::Nothing;
        if !self.pending.said(is_answered_so, is_answered, self.config.max_marks) {
            self.event(RedisEvent::TooManyPending, ToServer, sink);
        }
        if !is_answered {
            sink.stage(transaction, ToServer.reverse(), Stage::Complete);
        }
        self.request.step = Step::Begin;
    }
}
