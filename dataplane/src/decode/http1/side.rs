//! One direction of a connection: what it is in the midst of, and the reading of bodies.

use super::super::{Sink, Stage, TransactionId};
use super::body::{Body, Files, Last};
use super::chunked::{Chunks, Next};
use super::config::Http1Config;
use super::framing::Framing;
use super::head_buffer::{HeadBuffer, Taken};
use super::header::Headers;
use super::oddity::{Oddity, Place, Told};
use crate::flow::Direction;

/// What a direction is in the midst of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing: the next message, if one comes.
    Between,
    /// A head.
    Head,
    /// A body with so many bytes to come.
    Length(u64),
    /// A body in chunks.
    Chunks(Chunks),
    /// The headers after a body in chunks.
    Trailer,
    /// A body that ends with the stream.
    UntilClose,
    /// A line of no message; at its end, the next one may be of one.
    Stray,
    /// Between two lines of no message.
    StrayEnd,
    /// No message any more.
    Ended(End),
}

/// Why there are no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Lost,
    Switched,
    Closed,
}

/// What became of bytes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// So many were taken, and more is to come.
    More(usize),
    /// So many were taken, and the message is complete.
    Complete(usize),
    /// It can't be told where the message ends.
    Lost(usize),
}

/// One direction.
pub(super) struct Side {
    pub place: Place,
    pub state: State,
    pub buffer: HeadBuffer,
    pub body: Body,
    pub told: Told,
    /// A message was seen.
    pub begun: bool,
}

impl Side {
    pub fn new(config: &Http1Config, direction: Direction) -> Side {
        Side {
            place: Place { transaction: TransactionId(0), direction },
            state: State::Between,
            buffer: HeadBuffer::default(),
            body: Body::new(&config.body(), direction),
            told: Told::default(),
            begun: false,
        }
    }

    pub fn reset(&mut self) {
        self.place.transaction = TransactionId(0);
        self.state = State::Between;
        self.buffer.clear();
        self.body.clear(Files::None);
        self.told = Told::default();
        self.begun = false;
    }

    /// Begins a message of this transaction.
    pub fn begin(&mut self, transaction: TransactionId) {
        if !self.begun || self.place.transaction != transaction {
            self.told = Told::default();
        }
        self.begun = true;
        self.place.transaction = transaction;
    }

    pub fn odd(&mut self, oddity: Oddity, sink: &mut impl Sink) {
        self.told.tell(oddity, self.place, sink);
    }

    pub fn stage(&self, stage: Stage, sink: &mut impl Sink) {
        sink.stage(self.place.transaction, self.place.direction, stage);
    }

    /// Begins a body; `false` if there is none.
    pub fn begin_body(&mut self, framing: Framing) -> bool {
        self.state = match framing {
            Framing::Empty => return false,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::Chunks(Chunks::START),
            Framing::UntilClose => State::UntilClose,
            Framing::Unknown => State::Ended(End::Lost),
        };
        true
    }

    /// Begins a line of no message, as the body of a transaction of its own.
    pub fn begin_stray(&mut self, transaction: TransactionId, sink: &mut impl Sink) {
        self.begin(transaction);
        self.odd(Oddity::BodyUnexpected, sink);
        self.body.clear(Files::None);
    }

    /// Tells bytes of a body.
    pub fn write(&mut self, bytes: &[u8], last: Last, sink: &mut impl Sink) {
        self.body.write(bytes, last, &mut self.told, self.place, sink);
    }

    /// There is no more of a body.
    pub fn finish_body(&mut self, sink: &mut impl Sink) {
        self.write(&[], Last::Yes, sink);
    }

    /// Reads on in a body, or in what belongs to it.
    pub fn read(
        &mut self,
        bytes: &[u8],
        config: &Http1Config,
        headers: &mut Headers,
        sink: &mut impl Sink,
    ) -> Read {
        match self.state {
            State::Length(left) => {
                let len = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
                let piece = bytes.get(..len).unwrap_or_default();
                let left = left - len as u64;
                self.state = State::Length(left);
                if left > 0 {
                    self.write(piece, Last::No, sink);
                    return Read::More(len);
                }
                self.write(piece, Last::Yes, sink);
                Read::Complete(len)
            }
            State::UntilClose => {
                self.write(bytes, Last::No, sink);
                Read::More(bytes.len())
            }
            State::Chunks(chunks) => self.read_chunks(chunks, bytes, sink),
            State::Trailer => self.read_trailer(bytes, config, headers, sink),
            State::Between | State::Head | State::Stray | State::StrayEnd | State::Ended(_) => Read::Lost(0),
        }
    }

    fn read_chunks(&mut self, mut chunks: Chunks, bytes: &[u8], sink: &mut impl Sink) -> Read {
        let (told, place) = (&mut self.told, self.place);
        let next = chunks.next(bytes, &mut |oddity| told.tell(oddity, place, sink));
        self.state = State::Chunks(chunks);
        match next {
            Next::Line(len) => Read::More(len),
            Next::Data(len) => {
                self.write(bytes.get(..len).unwrap_or_default(), Last::No, sink);
                Read::More(len)
            }
            Next::End(len) => {
                self.write(&[], Last::Yes, sink);
                self.state = State::Trailer;
                Read::More(len)
            }
            // As libhtp: a client that gets this reads on to the end, or gives up.
            Next::Invalid(len) if place.direction == Direction::ToClient => {
                self.state = State::UntilClose;
                Read::More(len)
            }
            Next::Invalid(len) => {
                self.write(&[], Last::Yes, sink);
                Read::Lost(len)
            }
        }
    }

    fn read_trailer(
        &mut self,
        bytes: &[u8],
        config: &Http1Config,
        headers: &mut Headers,
        sink: &mut impl Sink,
    ) -> Read {
        let (len, outcome) = match self.buffer.take(bytes, config) {
            Taken::All => return Read::More(bytes.len()),
            Taken::Complete(len) => (len, Read::Complete(len)),
            Taken::TooLong(len) => (len, Read::Lost(len)),
        };
        let (told, place) = (&mut self.told, self.place);
        let block = self.buffer.head(bytes.get(..len).unwrap_or_default());
        headers.parse(block, config.max_headers, &mut |oddity| told.tell(oddity, place, sink));
        if !headers.is_empty() {
            headers.tell(block, place, sink);
        }
        self.buffer.clear();
        if matches!(outcome, Read::Lost(_)) {
            self.odd(Oddity::FieldTooLong, sink);
        }
        outcome
    }

    /// So many bytes are missing. Only data of a body can be missing without losing the ends of messages.
    pub fn gap(&mut self, missing: u64, sink: &mut impl Sink) -> Read {
        let known = match &mut self.state {
            State::Ended(_) => return Read::More(0),
            _ if missing == 0 => return Read::More(0),
            State::Length(left) if *left >= missing => {
                *left -= missing;
                true
            }
            State::Chunks(chunks) if chunks.data() >= missing => {
                chunks.skip(missing);
                true
            }
            State::UntilClose => true,
            _ => false,
        };
        if matches!(self.state, State::Length(_) | State::Chunks(_) | State::UntilClose) {
            self.body.lose(&mut self.told, self.place, sink);
        }
        match (known, self.state) {
            (true, State::Length(0)) => Read::Complete(0),
            (true, _) => Read::More(0),
            (false, _) => Read::Lost(0),
        }
    }
}
