//! The decoder of a connection: both directions, and what they know of each other.

use super::super::{Sink, Stage, Status, TransactionId};
use super::config::Http1Config;
use super::handover::Handover;
use super::header::Headers;
use super::oddity::Oddity;
use super::pending::{Offer, Pending};
use super::recognize::{ENOUGH, Recognition};
use super::request_line::has_protocol;
use super::side::{End, Read, Side, State};
use super::target::NormalForm;
use crate::flow::Direction;

/// Decodes one connection of HTTP/1.
///
/// Buffers are empty at first. They grow, up to the limits of the [`Http1Config`], when a head is spread over pieces
/// or a body is coded, and are kept by [`reset`](Http1::reset), so that decoders can be pooled.
pub struct Http1 {
    pub(super) config: Http1Config,
    pub(super) request: Side,
    pub(super) response: Side,
    pub(super) pending: Pending,
    pub(super) scratch: Scratch,
    pub(super) offer: Offer,
    handover: Option<Handover>,
    next: u32,
    untaken: usize,
}

/// What is needed while a head is looked at.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub headers: Headers,
    pub forms: Forms,
}

/// Buffers for what is not in normal form.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub target: NormalForm,
    pub host: Vec<u8>,
}

impl Http1 {
    /// A decoder at the start of a connection.
    pub fn new(config: Http1Config) -> Http1 {
        Http1 {
            config,
            request: Side::new(&config, Direction::ToServer),
            response: Side::new(&config, Direction::ToClient),
            pending: Pending::default(),
            scratch: Scratch::default(),
            offer: Offer::default(),
            handover: None,
            next: 0,
            untaken: 0,
        }
    }

    /// Makes it ready for another connection. What memory it has, it keeps.
    pub fn reset(&mut self) {
        self.request.reset();
        self.response.reset();
        self.pending.clear();
        self.offer.clear();
        self.handover = None;
        (self.next, self.untaken) = (0, 0);
    }

    /// Takes the next bytes of a direction.
    ///
    /// When a direction can't go on, the bytes that were not looked at are the last [`untaken`](Http1::untaken) ones;
    /// further calls take none. A switch ends both directions, so the other one's status is told by its next call.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        if direction == Direction::ToClient && !bytes.is_empty() {
            self.settle_versionless(sink);
        }
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_ended(direction) {
            let used = match direction {
                Direction::ToServer => self.request_step(rest, sink),
                Direction::ToClient => self.response_step(rest, sink),
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        self.untaken = rest.len();
        self.status(direction)
    }

    /// Bytes at the end of what was pushed last that were not looked at: those after a switch, or after what could
    /// not be made sense of.
    pub fn untaken(&self) -> usize {
        self.untaken
    }

    /// So many bytes of a direction will never come.
    pub fn gap(&mut self, direction: Direction, missing: u64, sink: &mut impl Sink) -> Status {
        let side = self.side(direction);
        let read = side.gap(missing, sink);
        self.after_body(direction, read, sink);
        self.status(direction)
    }

    /// A direction has ended. What came of an unfinished message is told.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        if direction == Direction::ToServer {
            self.settle_versionless(sink);
        }
        match self.side(direction).state {
            State::Between => self.end_between(direction, sink),
            State::Head | State::Trailer => self.end_head(direction, sink),
            State::Length(_) | State::Chunks(_) => self.end_body(direction, Some(Oddity::Incomplete), sink),
            State::UntilClose | State::Stray | State::StrayEnd => self.end_body(direction, None, sink),
            State::Ended(_) => return,
        }
        self.side(direction).state = State::Ended(End::Closed);
    }

    /// The beginning of a line that could have become a message.
    fn end_between(&mut self, direction: Direction, sink: &mut impl Sink) {
        if self.side(direction).buffer.held().is_empty() {
            return;
        }
        let transaction = self.new_transaction();
        let side = self.side(direction);
        side.begin(transaction);
        side.odd(Oddity::LineIncomplete, sink);
        side.buffer.clear();
    }

    fn end_head(&mut self, direction: Direction, sink: &mut impl Sink) {
        let side = self.side(direction);
        side.odd(Oddity::Incomplete, sink);
        if side.state == State::Trailer {
            side.stage(Stage::Complete, sink);
            return;
        }
        let mut buffer = std::mem::take(&mut side.buffer);
        if memchr::memchr(b'\n', buffer.held()).is_none() {
            side.odd(Oddity::LineIncomplete, sink);
        }
        match direction {
            Direction::ToServer => self.request(buffer.held(), sink),
            Direction::ToClient => self.response(buffer.held(), sink),
        }
        buffer.clear();
        self.side(direction).buffer = buffer;
    }

    fn end_body(&mut self, direction: Direction, oddity: Option<Oddity>, sink: &mut impl Sink) {
        let side = self.side(direction);
        side.finish_body(sink);
        if let Some(oddity) = oddity {
            side.odd(oddity, sink);
        }
        self.complete(direction, sink);
    }

    /// A first line without version may be a whole request, or not. A response, or the end, says that it is.
    fn settle_versionless(&mut self, sink: &mut impl Sink) {
        let side = &mut self.request;
        if side.state != State::Head || !side.buffer.is_one_line() || has_protocol(side.buffer.held()) {
            return;
        }
        let mut buffer = std::mem::take(&mut side.buffer);
        self.request(buffer.held(), sink);
        buffer.clear();
        self.request.buffer = buffer;
    }

    /// Deals with what became of a body.
    pub(super) fn after_body(&mut self, direction: Direction, read: Read, sink: &mut impl Sink) -> usize {
        match read {
            Read::More(len) => len,
            Read::Complete(len) => {
                self.complete(direction, sink);
                len
            }
            Read::Lost(len) => {
                self.side(direction).state = State::Ended(End::Lost);
                len
            }
        }
    }

    /// A message is complete.
    pub(super) fn complete(&mut self, direction: Direction, sink: &mut impl Sink) {
        let side = self.side(direction);
        side.stage(Stage::Complete, sink);
        side.state = State::Between;
        if direction == Direction::ToClient {
            self.answered();
        }
    }

    /// The first request that waits has got its response, if it was one that waits.
    pub(super) fn answered(&mut self) {
        let transaction = self.response.place.transaction;
        if self.pending.front().is_some_and(|waiting| waiting.transaction == transaction) {
            self.pending.pop();
        }
    }

    /// What both ends go on with, once they have agreed to.
    pub fn handover(&self) -> Option<&Handover> {
        self.handover.as_ref()
    }

    /// What the request said of itself that asked for another protocol, and got it.
    pub fn offer(&self) -> &Offer {
        &self.offer
    }

    /// The first number of a transaction that was not used.
    pub fn next_transaction(&self) -> TransactionId {
        TransactionId(self.next)
    }

    /// Both sides go on in another protocol.
    pub(super) fn switch(&mut self, to: Handover) {
        self.handover = Some(to);
        self.request.state = State::Ended(End::Switched);
        self.response.state = State::Ended(End::Switched);
    }

    pub(super) fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.request,
            Direction::ToClient => &mut self.response,
        }
    }

    pub(super) fn new_transaction(&mut self) -> TransactionId {
        let transaction = TransactionId(self.next);
        self.next = self.next.wrapping_add(1);
        transaction
    }

    fn is_ended(&mut self, direction: Direction) -> bool {
        matches!(self.side(direction).state, State::Ended(_))
    }

    fn status(&mut self, direction: Direction) -> Status {
        match self.side(direction).state {
            State::Ended(End::Lost) => Status::Lost,
            State::Ended(End::Switched) => Status::Switched,
            _ => Status::Ongoing,
        }
    }
}

/// Asks what the bytes that are held, with those that follow, are the start of.
pub(super) fn recognize(held: &[u8], bytes: &[u8], ask: fn(&[u8]) -> Recognition) -> Recognition {
    if held.is_empty() {
        return ask(bytes.get(..ENOUGH).unwrap_or(bytes));
    }
    let mut start = [0; ENOUGH];
    let joined = held.iter().chain(bytes);
    let len = start.iter_mut().zip(joined).map(|(slot, &octet)| *slot = octet).count();
    ask(start.get(..len).unwrap_or_default())
}

/// How many ends of lines there are in front.
pub(super) fn empty_lines(bytes: &[u8]) -> usize {
    bytes.iter().position(|octet| !matches!(octet, b'\r' | b'\n')).unwrap_or(bytes.len())
}
