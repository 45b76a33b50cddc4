//! Messages in a TCP stream, each as long as its headers say (RFC 3261 §18.3).

use super::super::http::oddity::Place;
use super::super::{Sink, Status, TransactionId};
use super::datagram::message_end;
use super::event::SipEvent;
use super::message::{self, FirstLine, NoMessage};
use crate::flow::Direction;

/// Bytes of the headers of a message.
const MAX_HEAD: usize = 64 << 10;

/// What a direction is in the midst of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The headers of a message, or what is between two.
    #[default]
    Head,
    /// A body, so many bytes before its end.
    Body(u64),
    /// Nothing any more.
    Lost,
    Closed,
}

/// A direction.
#[derive(Debug, Default)]
struct Half {
    state: State,
    /// The beginning of headers that are not whole yet.
    buffer: Vec<u8>,
}

/// Decodes one connection.
#[derive(Debug, Default)]
pub struct SipTcp {
    halves: [Half; 2],
    next: u32,
}

impl SipTcp {
    /// Makes it ready for another connection. What memory it has, it keeps.
    pub fn reset(&mut self) {
        for half in &mut self.halves {
            half.state = State::Head;
            half.buffer.clear();
        }
        self.next = 0;
    }

    /// Takes the next bytes of a direction.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match self.half(direction).state {
                State::Head => self.head(direction, rest, sink),
                State::Body(left) => {
                    let len = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.half(direction).state = after_body(left - len as u64);
                    len
                }
                State::Lost | State::Closed => break,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        self.status(direction)
    }

    /// So many bytes of a direction will never come. Only those of a body may be missing.
    pub fn gap(&mut self, direction: Direction, missing: u64) -> Status {
        let half = self.half(direction);
        match half.state {
            State::Closed | State::Lost => {}
            _ if missing == 0 => {}
            State::Body(left) if left >= missing => half.state = after_body(left - missing),
            _ => half.state = State::Lost,
        }
        self.status(direction)
    }

    /// A direction has ended. Headers that did not are told as far as they came.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        let half = self.half(direction);
        let buffer = std::mem::take(&mut half.buffer);
        if half.state == State::Head && !buffer.is_empty() {
            let place = self.place(direction);
            let _ = message::tell(&buffer, place, sink);
            SipEvent::IncompleteData.tell(place, sink);
            message::complete(place, sink);
        }
        self.half(direction).state = State::Closed;
    }

    /// Takes bytes of headers; what comes before them between two messages is passed over (§7.5).
    fn head(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let half = self.half(direction);
        if half.buffer.is_empty() {
            let blank = bytes.iter().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
            if blank > 0 {
                return blank;
            }
        }
        let before = half.buffer.len();
        let room = MAX_HEAD - before.min(MAX_HEAD);
        let piece = bytes.get(..room).unwrap_or(bytes);
        half.buffer.extend_from_slice(piece);
        // An end may begin with the last bytes of an earlier piece.
        let from = before.saturating_sub(3);
        let end = message_end(half.buffer.get(from..).unwrap_or_default()).map(|end| from + end);
        let is_other = FirstLine::of(&half.buffer) == FirstLine::Other;
        if end.is_none() && !is_other && half.buffer.len() < MAX_HEAD {
            return piece.len();
        }
        let mut buffer = std::mem::take(&mut half.buffer);
        let place = self.place(direction);
        let head = end.and_then(|end| buffer.get(..end)).filter(|_| !is_other);
        let state = match head.map(|head| message::tell(head, place, sink)) {
            Some(Ok(announced)) => after_body(announced.body),
            Some(Err(NoMessage)) | None => {
                SipEvent::InvalidData.tell(place, sink);
                State::Lost
            }
        };
        message::complete(place, sink);
        buffer.clear();
        let half = self.half(direction);
        (half.state, half.buffer) = (state, buffer);
        end.map_or(bytes.len(), |end| end - before)
    }

    fn place(&mut self, direction: Direction) -> Place {
        let transaction = TransactionId(self.next);
        self.next = self.next.wrapping_add(1);
        Place { transaction, direction }
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        let [request, response] = &mut self.halves;
        match direction {
            Direction::ToServer => request,
            Direction::ToClient => response,
        }
    }

    fn status(&mut self, direction: Direction) -> Status {
        if self.half(direction).state == State::Lost { Status::Lost } else { Status::Ongoing }
    }
}

fn after_body(left: u64) -> State {
    if left > 0 { State::Body(left) } else { State::Head }
}
