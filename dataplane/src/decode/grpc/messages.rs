//! Messages with their length before them; each is told as a value of its own, decompressed.

use weir_rules::field::FieldId;

use super::super::Sink;
use super::super::content_coding::{Chain, ChainLimits, Coding, Output};
use super::super::http::body::{Last, Stream};
use super::super::http::oddity::Place;

/// Bytes before each message.
const PREFIX: usize = 5;

/// Where the reading of messages is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There are none.
    Off,
    /// In what comes before a message, so many bytes of which are there.
    Prefix([u8; PREFIX], usize),
    /// In a message, so many bytes before its end.
    Message(u32),
}

/// A message that can't be decompressed, or grows beyond the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct NotDecoded;

/// The messages of one direction of a call.
pub(in crate::decode) struct Messages {
    state: State,
    coding: Option<Coding>,
    chain: Chain,
    value: Stream,
}

impl Messages {
    pub fn new(limits: ChainLimits) -> Messages {
        Messages {
            state: State::Off,
            coding: None,
            chain: Chain::new(limits),
            value: Stream::new(FieldId::GrpcMessage),
        }
    }

    /// Makes ready for what is no call.
    pub fn clear(&mut self) {
        self.state = State::Off;
        self.coding = None;
        self.chain.clear();
        self.value.clear();
    }

    /// Makes ready for a call whose `grpc-encoding` is `encoding`.
    pub fn start(&mut self, encoding: &[u8]) {
        self.clear();
        self.state = State::Prefix([0; PREFIX], 0);
        self.coding = Coding::named(encoding);
    }

    pub fn is_on(&self) -> bool {
        self.state != State::Off
    }

    /// Takes bytes of the body.
    pub fn push(&mut self, bytes: &[u8], place: Place, sink: &mut impl Sink) -> Result<(), NotDecoded> {
        let mut rest = bytes;
        let mut outcome = Ok(());
        while !rest.is_empty() && self.is_on() {
            rest = match self.state {
                State::Prefix(held, len) => self.prefix(held, len, rest),
                State::Message(left) => {
                    let (piece, after) =
                        rest.split_at_checked((left as usize).min(rest.len())).unwrap_or((rest, &[]));
                    self.state = State::Message(left - piece.len() as u32);
                    outcome = outcome.and(self.message(piece, place, sink));
                    after
                }
                State::Off => &[],
            };
            if self.state == State::Message(0) {
                outcome = outcome.and(self.finish(place, sink));
                self.state = State::Prefix([0; PREFIX], 0);
            }
        }
        outcome
    }

    /// The body has ended, perhaps within a message.
    pub fn end(&mut self, place: Place, sink: &mut impl Sink) -> Result<(), NotDecoded> {
        let outcome = if let State::Message(_) = self.state { self.finish(place, sink) } else { Ok(()) };
        self.state = State::Off;
        outcome
    }

    fn prefix<'b>(&mut self, mut held: [u8; PREFIX], len: usize, bytes: &'b [u8]) -> &'b [u8] {
        let taken = (PREFIX - len).min(bytes.len());
        let (piece, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
        if let Some(room) = held.get_mut(len..len + taken) {
            room.copy_from_slice(piece);
        }
        if len + taken < PREFIX {
            self.state = State::Prefix(held, len + taken);
            return rest;
        }
        let [compressed, length @ ..] = held;
        self.chain.clear();
        if let (1, Some(coding)) = (compressed & 1, self.coding) {
            self.chain.add(coding);
        }
        self.state = State::Message(u32::from_be_bytes(length));
        rest
    }

    fn message(&mut self, piece: &[u8], place: Place, sink: &mut impl Sink) -> Result<(), NotDecoded> {
        let Messages { chain, value, .. } = self;
        let mut outcome = Ok(());
        chain.push(piece, &mut |output| match output {
            Output::Bytes(bytes) => value.tell(bytes, Last::No, place, sink),
            Output::Trouble(_) => outcome = Err(NotDecoded),
        });
        outcome
    }

    /// A message is whole.
    fn finish(&mut self, place: Place, sink: &mut impl Sink) -> Result<(), NotDecoded> {
        let Messages { chain, value, .. } = self;
        let mut outcome = Ok(());
        chain.finish(&mut |output| match output {
            Output::Bytes(bytes) => value.tell(bytes, Last::No, place, sink),
            Output::Trouble(_) => outcome = Err(NotDecoded),
        });
        value.tell(&[], Last::Yes, place, sink);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::decode::TransactionId;
    use crate::decode::recorded::Recorded;
    use crate::flow::Direction;

    const PLACE: Place = Place { transaction: TransactionId(3), direction: Direction::ToServer };

    fn message(compressed: u8, bytes: &[u8]) -> Vec<u8> {
        [&[compressed][..], &(bytes.len() as u32).to_be_bytes(), bytes].concat()
    }

    /// The messages that were told, whole or in pieces.
    fn joined(recorded: &Recorded) -> Vec<Vec<u8>> {
        let mut messages: Vec<Vec<u8>> = Vec::new();
        for find in &recorded.0 {
            let crate::decode::recorded::Find::Field(_, _, FieldId::GrpcMessage, part, bytes) = find else {
                continue;
            };
            if part.is_first() {
                messages.push(Vec::new());
            }
            messages.last_mut().expect("begun").extend(bytes);
        }
        messages
    }

    #[test]
    fn messages_come_out_one_by_one_however_they_are_cut() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&[b'z'; 300]).expect("memory");
        let packed = gzip.finish().expect("memory");
        let body =
            [message(0, b"one"), message(0, b""), message(1, &packed), message(0, b"cut off")].concat();
        let body = &body[..body.len() - 2];
        for piece in 1..body.len() {
            let (mut messages, mut recorded) = (Messages::new(ChainLimits::default()), Recorded::default());
            messages.start(b"gzip");
            for piece in body.chunks(piece) {
                assert_eq!(messages.push(piece, PLACE, &mut recorded), Ok(()));
            }
            assert_eq!(messages.end(PLACE, &mut recorded), Ok(()));
            assert_eq!(joined(&recorded), [b"one".to_vec(), vec![b'z'; 300], b"cut o".to_vec()]);
        }
    }

    #[test]
    fn what_is_not_compressed_as_it_says_is_told_as_it_is() {
        let (mut messages, mut recorded) = (Messages::new(ChainLimits::default()), Recorded::default());
        messages.start(b"gzip");
        assert_eq!(messages.push(&message(1, b"no gzip at all"), PLACE, &mut recorded), Err(NotDecoded));
        assert_eq!(joined(&recorded), [b"no gzip at all".to_vec()]);
    }
}
