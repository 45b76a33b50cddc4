//! The decoder of a connection: both directions, which know nothing of each other.

use weir_rules::number::NumberId;

use super::super::http::oddity::Place;
use super::super::{Sink, Stage, Status, TransactionId};
use super::config::WebSocketConfig;
use super::event::{Raised, WebSocketEvent};
use super::extensions::Extensions;
use super::frame::{FrameHeader, opcode};
use super::side::{Message, Payload, Side, State};
use crate::flow::Direction;

/// The longest payload of a control frame (RFC 6455 §5.5).
const LONGEST_CONTROL: u64 = 125;

/// Decodes one connection of WebSocket.
pub struct WebSocket {
    config: WebSocketConfig,
    client: Side,
    server: Side,
    next: u32,
}

impl WebSocket {
    /// A decoder at the start of a connection.
    pub fn new(config: WebSocketConfig) -> WebSocket {
        WebSocket {
            config,
            client: Side::new(Direction::ToServer),
            server: Side::new(Direction::ToClient),
            next: 0,
        }
    }

    /// Makes it ready for another connection. What memory it has, it keeps.
    pub fn reset(&mut self) {
        self.client.reset();
        self.server.reset();
        self.next = 0;
    }

    /// Goes on from HTTP/1, which has agreed on extensions and not used the transactions from `next` on. To be called
    /// before anything is pushed.
    pub fn begin(&mut self, extensions: Extensions, next: TransactionId) {
        (self.client.extensions, self.server.extensions) = (extensions, extensions);
        self.next = next.0;
    }

    /// Takes the next bytes of a direction.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match self.side(direction).state {
                State::Head => self.head(direction, rest, sink),
                State::Payload(payload) => self.payload(direction, payload, rest, sink),
                State::Lost | State::Closed => break,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        self.status(direction)
    }

    /// So many bytes of a direction will never come. Only those of a payload may be missing.
    pub fn gap(&mut self, direction: Direction, missing: u64, sink: &mut impl Sink) -> Status {
        match self.side(direction).state {
            State::Closed | State::Lost => {}
            _ if missing == 0 => {}
            State::Payload(payload) if payload.left() >= missing => {
                let taken = payload.taken + missing;
                self.advance(direction, Payload { taken, ..payload }, sink);
            }
            _ => self.side(direction).state = State::Lost,
        }
        self.status(direction)
    }

    /// A direction has ended. What came of an unfinished message is told.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        let side = self.side(direction);
        let (state, is_within) = (side.state, side.is_within());
        if matches!(state, State::Closed | State::Lost) {
            return;
        }
        side.state = State::Closed;
        let mut is_told = false;
        if let State::Payload(Payload { frame, transaction, .. }) = state
            && frame.is_control()
        {
            side.end_control(transaction, sink);
            incomplete(transaction, direction, sink);
            complete(transaction, direction, sink);
            is_told = true;
        }
        if let Some(transaction) = self.side(direction).end_message(sink) {
            incomplete(transaction, direction, sink);
            complete(transaction, direction, sink);
            is_told = true;
        }
        if is_within && !is_told {
            let transaction = self.new_transaction();
            incomplete(transaction, direction, sink);
            complete(transaction, direction, sink);
        }
    }

    fn head(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let (used, frame) = self.side(direction).head(bytes);
        if let Some(frame) = frame {
            self.begin_frame(direction, frame, sink);
        }
        used
    }

    fn begin_frame(&mut self, direction: Direction, frame: FrameHeader, sink: &mut impl Sink) {
        let transaction = if frame.is_control() {
            self.new_transaction()
        } else {
            self.message_of(direction, &frame, sink)
        };
        for (number, value) in [
            (NumberId::WebsocketOpcode, Some(u64::from(frame.opcode))),
            (NumberId::WebsocketFlags, Some(u64::from(frame.flags))),
            (NumberId::WebsocketMask, frame.mask.map(|key| u64::from(u32::from_be_bytes(key)))),
        ] {
            if let Some(value) = value {
                sink.number(transaction, direction, number, value);
            }
        }
        let is_masked = frame.mask.is_some();
        let agreed = self.side(direction).extensions.has_deflate();
        for (odd, event) in [
            (
                frame.is_control() && (!frame.is_final() || frame.length > LONGEST_CONTROL),
                WebSocketEvent::InvalidControlFrame,
            ),
            (is_masked != (direction == Direction::ToServer), WebSocketEvent::InvalidMask),
            (frame.has_unused_bits() || frame.is_compressed() && !agreed, WebSocketEvent::ReservedBits),
        ] {
            if odd {
                self.raise(event, &frame, transaction, direction, sink);
            }
        }
        self.advance(direction, Payload { frame, transaction, taken: 0 }, sink);
    }

    /// The message that a frame belongs to, begun where it is the first.
    fn message_of(
        &mut self,
        direction: Direction,
        frame: &FrameHeader,
        sink: &mut impl Sink,
    ) -> TransactionId {
        let is_first = frame.opcode != opcode::CONTINUATION;
        let open = self.side(direction).message;
        if let (Some(message), false) = (open, is_first) {
            return message.transaction;
        }
        if let Some(ended) = self.side(direction).end_message(sink) {
            complete(ended, direction, sink);
        }
        let transaction = self.new_transaction();
        let config = self.config;
        let side = self.side(direction);
        let is_deflated = frame.is_compressed() && side.extensions.has_deflate();
        side.begin(Message { transaction, is_deflated, raised: Raised::default() }, &config);
        if open.is_some() || !is_first {
            self.raise(WebSocketEvent::InvalidFragmentation, frame, transaction, direction, sink);
        }
        transaction
    }

    fn payload(
        &mut self,
        direction: Direction,
        payload: Payload,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) -> usize {
        let len = usize::try_from(payload.left()).unwrap_or(usize::MAX).min(bytes.len());
        self.side(direction).payload(&payload, bytes.get(..len).unwrap_or_default(), sink);
        self.advance(direction, Payload { taken: payload.taken + len as u64, ..payload }, sink);
        len
    }

    /// Notes how much of a payload was taken, and ends the frame where that is all.
    fn advance(&mut self, direction: Direction, payload: Payload, sink: &mut impl Sink) {
        let side = self.side(direction);
        if payload.left() > 0 {
            side.state = State::Payload(payload);
            return;
        }
        side.state = State::Head;
        if payload.frame.is_control() {
            side.end_control(payload.transaction, sink);
            complete(payload.transaction, direction, sink);
        } else if payload.frame.is_final()
            && let Some(transaction) = side.end_message(sink)
        {
            complete(transaction, direction, sink);
        }
    }

    /// Tells an event of a frame: one of control stands by itself.
    #[cold]
    fn raise(
        &mut self,
        event: WebSocketEvent,
        frame: &FrameHeader,
        transaction: TransactionId,
        direction: Direction,
        sink: &mut impl Sink,
    ) {
        let place = Place { transaction, direction };
        match &mut self.side(direction).message {
            Some(message) if !frame.is_control() => message.raised.tell(event, place, sink),
            _ => Raised::default().tell(event, place, sink),
        }
    }

    fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }

    fn new_transaction(&mut self) -> TransactionId {
        let transaction = TransactionId(self.next);
        self.next = self.next.wrapping_add(1);
        transaction
    }

    fn status(&mut self, direction: Direction) -> Status {
        if self.side(direction).state == State::Lost { Status::Lost } else { Status::Ongoing }
    }
}

/// A message is complete, in both directions: it is no answer, and has none.
fn complete(transaction: TransactionId, direction: Direction, sink: &mut impl Sink) {
    sink.stage(transaction, direction, Stage::Complete);
    sink.stage(transaction, direction.reverse(), Stage::Complete);
}

#[cold]
fn incomplete(transaction: TransactionId, direction: Direction, sink: &mut impl Sink) {
    Raised::default().tell(WebSocketEvent::Incomplete, Place { transaction, direction }, sink);
}
