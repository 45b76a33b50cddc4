//! Messages in a TCP stream, each behind its length (RFC 1035 §4.2.2, RFC 7766 §8).

use super::anomaly;
use super::config::DnsConfig;
use super::decoder::Dns;
use super::header::DnsHeader;
use super::message::DnsMessage;
use crate::decode::{Sink, Stage, Status, TransactionId};
use crate::flow::Direction;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Length,
    Kept,
    Skipped,
    Lost,
}

/// A direction.
#[derive(Debug, Default)]
struct Half {
    length: [u8; 2],
    have: u8,
    place: Place,
    left: u16,
    buffer: Vec<u8>,
}

/// A message that is complete.
enum Complete<'a> {
    /// In the bytes that were pushed.
    InPlace(&'a [u8]),
    /// In the buffer.
    Gathered,
}

impl Half {
    /// Reads a length; `None` where that takes more bytes.
    fn read_length(&mut self, bytes: &mut &[u8]) -> Option<u16> {
        while usize::from(self.have) < self.length.len() {
            let (&byte, rest) = bytes.split_first()?;
            *self.length.get_mut(usize::from(self.have))? = byte;
            self.have += 1;
            *bytes = rest;
        }
        self.have = 0;
        Some(u16::from_be_bytes(self.length))
    }

    fn take<'a>(&mut self, bytes: &mut &'a [u8]) -> &'a [u8] {
        let len = bytes.len().min(usize::from(self.left));
        let (piece, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        *bytes = rest;
        self.left -= len as u16;
        piece
    }

    fn gather<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Complete<'a>> {
        let first = self.buffer.is_empty();
        let piece = self.take(bytes);
        let complete = self.left == 0;
        if complete {
            self.place = Place::Length;
        }
        if complete && first {
            return Some(Complete::InPlace(piece));
        }
        self.buffer.extend_from_slice(piece);
        complete.then_some(Complete::Gathered)
    }
}

/// Decodes one TCP connection that carries DNS. A message is copied only where it does not lie in one piece.
#[derive(Debug)]
pub struct DnsTcp {
    dns: Dns,
    to_server: Half,
    to_client: Half,
}

impl DnsTcp {
    /// A decoder for a new connection.
    pub fn new(config: DnsConfig) -> DnsTcp {
        DnsTcp { dns: Dns::new(config), to_server: Half::default(), to_client: Half::default() }
    }

    /// Makes it as new, for another connection, and keeps its buffers as far as the configuration allows.
    pub fn reset(&mut self) {
        for half in [&mut self.to_server, &mut self.to_client] {
            let mut buffer = std::mem::take(&mut half.buffer);
            buffer.clear();
            buffer.shrink_to(self.dns.config().keep_buffer);
            *half = Half { buffer, ..Half::default() };
        }
        self.dns.reset();
    }

    /// The message that was decoded last.
    pub fn message(&self) -> &DnsMessage {
        self.dns.message()
    }

    /// The transaction of the message that was decoded last.
    pub fn transaction(&self) -> TransactionId {
        self.dns.transaction()
    }

    /// Takes the next bytes of a direction, whatever number of messages they complete.
    pub fn push<S: Sink>(&mut self, direction: Direction, bytes: &[u8], sink: &mut S) -> Status {
        let mut rest = bytes;
        while self.push_message(direction, &mut rest, sink) {}
        match self.half(direction).place {
            Place::Lost => Status::Lost,
            _ => Status::Ongoing,
        }
    }

    /// Takes from the front of `bytes` until a message is complete, so that [`DnsTcp::message`] can be asked about
    /// each; false where all of `bytes` is taken and no message was completed.
    pub fn push_message<S: Sink>(&mut self, direction: Direction, bytes: &mut &[u8], sink: &mut S) -> bool {
        loop {
            let max_message = self.dns.config().max_message;
            let half = self.half(direction);
            match half.place {
                Place::Lost => {
                    *bytes = &[];
                    return false;
                }
                Place::Length => {
                    let Some(length) = half.read_length(bytes) else { return false };
                    half.left = length;
                    half.place = if length > max_message { Place::Skipped } else { Place::Kept };
                    if usize::from(length) < DnsHeader::LEN {
                        half.place = Place::Lost;
                        self.complain(direction, anomaly::MALFORMED_DATA, sink);
                    } else if length > max_message {
                        self.complain(direction, anomaly::MESSAGE_TOO_LONG, sink);
                    }
                }
                Place::Skipped => {
                    half.take(bytes);
                    if half.left > 0 {
                        return false;
                    }
                    half.place = Place::Length;
                }
                Place::Kept => {
                    match half.gather(bytes) {
                        None => return false,
                        Some(Complete::InPlace(message)) => {
                            self.dns.push_datagram(direction, message, sink);
                        }
                        Some(Complete::Gathered) => self.push_gathered(direction, sink),
                    }
                    return true;
                }
            }
        }
    }

    fn push_gathered<S: Sink>(&mut self, direction: Direction, sink: &mut S) {
        let mut buffer = std::mem::take(&mut self.half(direction).buffer);
        self.dns.push_datagram(direction, &buffer, sink);
        buffer.clear();
        self.half(direction).buffer = buffer;
    }

    #[cold]
    fn complain<S: Sink>(&mut self, direction: Direction, event: crate::decode::AppEvent, sink: &mut S) {
        let transaction = self.dns.open();
        sink.event(transaction, direction, event);
        sink.stage(transaction, direction, Stage::Complete);
    }

    /// Tells that bytes of a direction will never come: where the next length stands is not known any more.
    pub fn gap(&mut self, direction: Direction) -> Status {
        self.half(direction).place = Place::Lost;
        Status::Lost
    }

    /// Tells that a direction has ended. A message that it ends within is malformed.
    pub fn end<S: Sink>(&mut self, direction: Direction, sink: &mut S) {
        let half = self.half(direction);
        let within = half.place != Place::Lost && (half.place != Place::Length || half.have > 0);
        half.place = Place::Lost;
        if within {
            self.complain(direction, anomaly::MALFORMED_DATA, sink);
        }
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}
