//! The decoder of one connection.

use super::config::RedisConfig;
use super::event::RedisEvent;
use super::pending::Pending;
use super::reply::Reply;
use super::request::Request;
use crate::decode::{AppEvent, Sink, Stage, Status, TransactionId};
use crate::flow::Direction;

/// Decodes one connection.
#[derive(Debug)]
pub struct Redis {
    pub(super) config: RedisConfig,
    pub(super) request: Request,
    pub(super) reply: Reply,
    pub(super) pending: Pending,
    /// What the server says is no reply any more.
    pub(super) is_server_passed: bool,
    told: [u8; 2],
    has_ended: [bool; 2],
    is_lost: bool,
}

impl Redis {
    /// A decoder for a new connection.
    pub fn new(config: RedisConfig) -> Redis {
        Redis {
            config,
            request: Request::default(),
            reply: Reply::default(),
            pending: Pending::default(),
            is_server_passed: false,
            told: [0; 2],
            has_ended: [false; 2],
            is_lost: false,
        }
    }

    /// Makes it ready for another connection, and keeps its memory as far as the configuration allows.
    pub fn reset(&mut self) {
        self.request.reset(self.config.keep_buffer);
        self.reply.reset();
        self.pending.clear();
        self.is_server_passed = false;
        (self.told, self.has_ended, self.is_lost) = ([0; 2], [false; 2], false);
    }

    /// Takes the next bytes of a direction.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_lost && !self.is_over(direction) {
            let step = match direction {
                Direction::ToServer => self.request(&mut rest, sink),
                Direction::ToClient => self.reply(&mut rest, sink),
            };
            if let Err(event) = step {
                self.event(event, direction, sink);
                self.is_lost = true;
            }
        }
        self.status()
    }

    /// So many bytes of a direction will never come. Only those of a string may be missing.
    pub fn gap(&mut self, direction: Direction, missing: u64, sink: &mut impl Sink) -> Status {
        if missing > 0 && !self.is_lost && !self.is_over(direction) {
            let is_skipped = match direction {
                Direction::ToServer => self.request.skip(missing, self.said(), sink),
                Direction::ToClient => self.reply.skip(missing, sink),
            };
            self.is_lost = !is_skipped;
        }
        self.status()
    }

    /// A direction has ended. A command or a reply that it ends within is malformed.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        if self.is_over(direction) {
            return;
        }
        let (is_within, transaction) = match direction {
            Direction::ToServer => {
                self.request.close_word(self.said(), sink);
                (!self.request.is_between(), Some(self.said()))
            }
            Direction::ToClient => {
                self.reply.close(sink);
                (!self.reply.is_between(), self.reply.transaction())
            }
        };
        if is_within {
            if !self.is_lost {
                self.event(RedisEvent::Malformed, direction, sink);
            }
            if let Some(transaction) = transaction {
                sink.stage(transaction, direction, Stage::Complete);
            }
        }
        if let Some(ended) = self.has_ended.get_mut(direction.index()) {
            *ended = true;
        }
    }

    /// The transaction of the command that is being said.
    pub(super) fn said(&self) -> TransactionId {
        TransactionId(self.pending.next())
    }

    fn is_over(&self, direction: Direction) -> bool {
        let has_ended = self.has_ended.get(direction.index()).is_some_and(|&ended| ended);
        has_ended || direction == Direction::ToClient && self.is_server_passed
    }

    fn status(&self) -> Status {
        if self.is_lost { Status::Lost } else { Status::Ongoing }
    }

    /// Something is wrong; it is told where it was not before.
    #[cold]
    pub(super) fn event(&mut self, event: RedisEvent, direction: Direction, sink: &mut impl Sink) {
        let Some(told) = self.told.get_mut(direction.index()) else { return };
        let bit = 1 << event as u8;
        if *told & bit == 0 {
            *told |= bit;
            let transaction = match direction {
                Direction::ToServer => self.said(),
                Direction::ToClient => self.reply.transaction().unwrap_or(self.said()),
            };
            sink.event(transaction, direction, AppEvent(event.name()));
        }
    }
}
