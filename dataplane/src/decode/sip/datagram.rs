//! Messages in datagrams (RFC 3261 §18).

use super::super::http::oddity::Place;
use super::super::{Sink, TransactionId};
use super::event::SipEvent;
use super::message::{self, NoMessage};
use crate::flow::Direction;

/// Decodes the datagrams of one flow.
#[derive(Debug, Default)]
pub struct Sip {
    next: u32,
}

impl Sip {
    /// Makes it as new, for another flow.
    pub fn reset(&mut self) {
        self.next = 0;
    }

    /// Takes a datagram. One that is broken says nothing of the next.
    pub fn push_datagram(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) {
        let place = Place { transaction: TransactionId(self.next), direction };
        self.next = self.next.wrapping_add(1);
        let (head, is_whole) = match message_end(bytes) {
            Some(end) => (bytes.get(..end).unwrap_or(bytes), true),
            None => (bytes, false),
        };
        match message::tell(head, place, sink) {
            Ok(_) if is_whole => {}
            Ok(_) => SipEvent::IncompleteData.tell(place, sink),
            Err(NoMessage) => SipEvent::InvalidData.tell(place, sink),
        }
        message::complete(place, sink);
    }
}

/// Where the headers end: behind the first empty line.
pub(super) fn message_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| match bytes.get(at + 1..) {
        Some([b'\r', b'\n', ..]) => Some(at + 3),
        Some([b'\n', ..]) => Some(at + 2),
        _ => None,
    })
}
