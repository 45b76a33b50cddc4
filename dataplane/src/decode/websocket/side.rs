//! One direction: which frame it is in, and which message.

use weir_rules::field::FieldId;

use super::super::http::body::{Last, Stream};
use super::super::http::oddity::Place;
use super::super::{Sink, TransactionId};
use super::config::WebSocketConfig;
use super::event::{Raised, WebSocketEvent};
use super::extensions::Extensions;
use super::frame::{FrameHeader, LONGEST};
use super::inflate::{Inflater, Trouble};
use crate::flow::Direction;

/// What a direction is in the midst of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The header of a frame.
    Head,
    /// A payload.
    Payload(Payload),
    /// Nothing any more: what comes can't be made sense of.
    Lost,
    /// Nothing any more: it is closed.
    Closed,
}

/// A payload, or what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub frame: FrameHeader,
    pub transaction: TransactionId,
    /// Bytes that were taken.
    pub taken: u64,
}

impl Payload {
    pub fn left(&self) -> u64 {
        self.frame.length - self.taken
    }
}

/// A message that is not whole yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub transaction: TransactionId,
    pub is_deflated: bool,
    pub raised: Raised,
}

/// Bytes that are unmasked at once.
const UNMASKED: usize = 2048;

/// One direction.
pub(super) struct Side {
    pub direction: Direction,
    pub state: State,
    pub message: Option<Message>,
    /// What was agreed on.
    pub extensions: Extensions,
    held: [u8; LONGEST],
    len: usize,
    value: Stream,
    control: Stream,
    inflater: Option<Inflater>,
}

impl Side {
    pub fn new(direction: Direction) -> Side {
        Side {
            direction,
            state: State::Head,
            message: None,
            extensions: Extensions::default(),
            held: [0; LONGEST],
            len: 0,
            value: Stream::new(FieldId::WebsocketPayload),
            control: Stream::new(FieldId::WebsocketPayload),
            inflater: None,
        }
    }

    pub fn reset(&mut self) {
        self.state = State::Head;
        self.message = None;
        self.extensions = Extensions::default();
        self.len = 0;
        self.value.clear();
        self.control.clear();
        if let Some(inflater) = &mut self.inflater {
            inflater.reset();
        }
    }

    /// Whether a frame or a message has begun and is not whole.
    pub fn is_within(&self) -> bool {
        self.len > 0 || self.message.is_some() || matches!(self.state, State::Payload(_))
    }

    /// Takes bytes of a header: how many, and the header if it is whole.
    pub fn head(&mut self, bytes: &[u8]) -> (usize, Option<FrameHeader>) {
        let mut used = 0;
        loop {
            let wanted = match self.held {
                [_, second, ..] if self.len >= 2 => FrameHeader::len(second),
                _ => 2,
            };
            let room = self.held.get_mut(self.len..wanted).unwrap_or_default();
            let rest = bytes.get(used..).unwrap_or_default();
            let taken = room.len().min(rest.len());
            if let (Some(room), Some(rest)) = (room.get_mut(..taken), rest.get(..taken)) {
                room.copy_from_slice(rest);
            }
            (self.len, used) = (self.len + taken, used + taken);
            if self.len < wanted {
                return (used, None);
            }
            if wanted > 2 || self.held.get(1).is_none_or(|&second| FrameHeader::len(second) == 2) {
                self.len = 0;
                return (used, Some(FrameHeader::parse(&self.held)));
            }
        }
    }

    /// Begins a message.
    pub fn begin(&mut self, message: Message, config: &WebSocketConfig) {
        self.message = Some(message);
        self.value.clear();
        if message.is_deflated {
            let inflater = self.inflater.get_or_insert_with(|| Inflater::new(config.inflate));
            if self.extensions.has_takeover(self.direction) { inflater.begin() } else { inflater.reset() }
        }
    }

    /// Takes bytes of a payload as they were sent.
    pub fn payload(&mut self, payload: &Payload, bytes: &[u8], sink: &mut impl Sink) {
        let Some(key) = payload.frame.mask else { return self.unmasked(payload, bytes, sink) };
        let mut buffer = [0; UNMASKED];
        let mut at = payload.taken as usize % key.len();
        for piece in bytes.chunks(UNMASKED) {
            for ((slot, octet), key) in buffer.iter_mut().zip(piece).zip(key.iter().cycle().skip(at)) {
                *slot = octet ^ key;
            }
            at = (at + piece.len()) % key.len();
            self.unmasked(payload, buffer.get(..piece.len()).unwrap_or_default(), sink);
        }
    }

    fn unmasked(&mut self, payload: &Payload, bytes: &[u8], sink: &mut impl Sink) {
        let place = Place { transaction: payload.transaction, direction: self.direction };
        let Side { value, control, inflater, message, .. } = self;
        if payload.frame.is_control() {
            return control.tell(bytes, Last::No, place, sink);
        }
        match (message, inflater) {
            (Some(message), Some(inflater)) if message.is_deflated => {
                let outcome = inflater.push(bytes, &mut |bytes| value.tell(bytes, Last::No, place, sink));
                tell_trouble(outcome, &mut message.raised, place, sink);
            }
            _ => value.tell(bytes, Last::No, place, sink),
        }
    }

    /// A control frame is whole.
    pub fn end_control(&mut self, transaction: TransactionId, sink: &mut impl Sink) {
        let place = Place { transaction, direction: self.direction };
        self.control.tell(&[], Last::Yes, place, sink);
    }

    /// The message is whole, or nothing more comes of it.
    pub fn end_message(&mut self, sink: &mut impl Sink) -> Option<TransactionId> {
        let mut message = self.message.take()?;
        let place = Place { transaction: message.transaction, direction: self.direction };
        let Side { value, inflater, .. } = self;
        if message.is_deflated
            && let Some(inflater) = inflater
        {
            let outcome = inflater.finish(&mut |bytes| value.tell(bytes, Last::No, place, sink));
            tell_trouble(outcome, &mut message.raised, place, sink);
        }
        self.value.tell(&[], Last::Yes, place, sink);
        Some(message.transaction)
    }
}

fn tell_trouble(outcome: Result<(), Trouble>, raised: &mut Raised, place: Place, sink: &mut impl Sink) {
    match outcome {
        Ok(()) => {}
        Err(Trouble::Corrupt) => raised.tell(WebSocketEvent::InflateFailed, place, sink),
        Err(Trouble::Bomb) => raised.tell(WebSocketEvent::CompressionBomb, place, sink),
    }
}
