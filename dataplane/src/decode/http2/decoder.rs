//! The decoder of a connection: both directions, and the streams in it.

use super::super::dns::{Dns, DnsConfig};
use super::super::http::oddity::Place;
use super::super::recognise::AppProtocol;
use super::super::{Sink, Stage, Status, TransactionId};
use super::config::Http2Config;
use super::event::Http2Event;
use super::fields::Scratch;
use super::frame::{FrameHeader, Prefix};
use super::side::{PREFACE, Payload, Scope, Side, State, What};
use super::stream::Streams;
use crate::flow::Direction;

/// Decodes one connection of HTTP/2 in the clear.
///
/// Buffers are empty at first. They grow, up to the limits of the [`Http2Config`], and are kept by
/// [`reset`](Http2::reset), so that decoders can be pooled.
pub struct Http2 {
    pub(super) config: Http2Config,
    pub(super) request: Side,
    pub(super) response: Side,
    pub(super) streams: Streams,
    pub(super) scratch: Scratch,
    pub(super) dns: Dns,
    /// What the connection was found to be for.
    pub(super) protocol: AppProtocol,
    /// Streams that the client reset, those that were answered taken off.
    pub(super) resets: u32,
    /// Whether all that was sent is known, and so what may be sent.
    pub(super) windows_known: bool,
    next: u32,
}

/// A request of HTTP/1 that asked for HTTP/2, and got it (RFC 7540 §3.2): it is answered on stream 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upgraded<'a> {
    /// Its method.
    pub method: &'a [u8],
    /// Its target.
    pub target: &'a [u8],
    /// Its host.
    pub host: &'a [u8],
    /// The value of `HTTP2-Settings`.
    pub settings: &'a [u8],
    /// The first number for a transaction that HTTP/1 has not used.
    pub next: TransactionId,
}

impl Http2 {
    /// A decoder at the start of a connection.
    pub fn new(config: Http2Config) -> Http2 {
        Http2 {
            config,
            request: Side::new(&config, Direction::ToServer),
            response: Side::new(&config, Direction::ToClient),
            streams: Streams::default(),
            scratch: Scratch::default(),
            dns: Dns::new(DnsConfig::default()),
            protocol: AppProtocol::Http2,
            resets: 0,
            windows_known: true,
            next: 0,
        }
    }

    /// Makes it ready for another connection. What memory it has, it keeps.
    pub fn reset(&mut self) {
        self.request.reset();
        self.response.reset();
        self.streams.clear();
        self.dns.reset();
        self.protocol = AppProtocol::Http2;
        (self.resets, self.windows_known, self.next) = (0, true, 0);
    }

    /// What the connection is for: HTTP/2, or, once that was seen in it, gRPC or DNS (RFC 8484).
    pub fn protocol(&self) -> AppProtocol {
        self.protocol
    }

    /// Goes on from HTTP/1. To be called before anything is pushed.
    pub fn upgrade(&mut self, upgraded: &Upgraded<'_>, sink: &mut impl Sink) {
        self.next = upgraded.next.0;
        self.begin_upgraded(upgraded, sink);
    }

    /// Takes the next bytes of a direction.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match self.side(direction).state {
                State::Preface(at) => self.preface(at, rest, sink),
                State::Head => self.head(direction, rest, sink),
                State::Prefix(frame) => self.prefix(direction, frame, rest, sink),
                State::Payload(payload) => self.payload(direction, payload, rest, sink),
                State::Lost | State::Closed => break,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        self.status(direction)
    }

    /// So many bytes of a direction will never come. Only those of a payload that leaves no trace may be missing.
    pub fn gap(&mut self, direction: Direction, missing: u64, sink: &mut impl Sink) -> Status {
        if missing == 0 {
            return self.status(direction);
        }
        match self.side(direction).state {
            State::Payload(payload)
                if matches!(payload.what, What::Data | What::Ignored)
                    && u64::from(payload.left) + u64::from(payload.padding) >= missing =>
            {
                let of_data = missing.min(u64::from(payload.left)) as u32;
                if payload.what == What::Data && of_data > 0 {
                    self.lose_data(direction, payload.scope, sink);
                }
                let left = payload.left - of_data;
                let padding = payload.padding - (missing - u64::from(of_data)) as u32;
                self.advance(direction, Payload { left, padding, ..payload }, sink);
            }
            State::Closed | State::Lost => {}
            _ => self.side(direction).state = State::Lost,
        }
        self.status(direction)
    }

    /// A direction has ended. What came of unfinished streams is told.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        if self.side(direction).state == State::Closed {
            return;
        }
        if self.side(direction).is_within() && self.side(direction).state != State::Lost {
            self.raise_alone(Http2Event::InvalidFrameLength, direction, sink);
        }
        self.side(direction).state = State::Closed;
        for stream in self.streams.iter_mut() {
            Self::finish_half(stream, direction, &mut self.dns, sink);
            stream.close(direction, sink);
        }
    }

    /// RFC 9113 §3.4
    fn preface(&mut self, at: usize, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let wanted = PREFACE.get(at..).unwrap_or_default();
        let len = wanted.len().min(bytes.len());
        if wanted.get(..len) != bytes.get(..len) {
            self.raise_alone(Http2Event::InvalidClientMagic, Direction::ToServer, sink);
            self.request.state = State::Lost;
            return bytes.len();
        }
        self.request.state = if len == wanted.len() { State::Head } else { State::Preface(at + len) };
        len
    }

    fn head(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let side = self.side(direction);
        let (used, complete) = side.gather(bytes, FrameHeader::LEN);
        if complete {
            let frame = FrameHeader::parse(&side.take_gathered());
            if !frame.has_valid_length() {
                self.refuse_length(direction, frame, sink);
            } else if frame.prefix() == 0 {
                self.begin_frame(direction, frame, Prefix::default(), sink);
            } else {
                side.state = State::Prefix(frame);
            }
        }
        used
    }

    fn prefix(
        &mut self,
        direction: Direction,
        frame: FrameHeader,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) -> usize {
        let side = self.side(direction);
        let (used, complete) = side.gather(bytes, frame.prefix());
        if complete {
            let held = side.take_gathered();
            let prefix = Prefix::parse(&frame, held.get(..frame.prefix()).unwrap_or_default());
            self.begin_frame(direction, frame, prefix, sink);
        }
        used
    }

    fn payload(
        &mut self,
        direction: Direction,
        payload: Payload,
        bytes: &[u8],
        sink: &mut impl Sink,
    ) -> usize {
        if payload.left == 0 {
            let len = (payload.padding as usize).min(bytes.len());
            self.advance(direction, Payload { padding: payload.padding - len as u32, ..payload }, sink);
            return len;
        }
        let len = (payload.left as usize).min(bytes.len());
        let piece = bytes.get(..len).unwrap_or_default();
        match payload.what {
            What::Data => self.data(direction, payload.scope, piece, sink),
            What::Fragment => {
                if !self.fragment(direction, piece, sink) {
                    self.side(direction).state = State::Lost;
                    return bytes.len();
                }
            }
            What::Settings => self.settings(direction, payload.scope, piece, sink),
            What::Ignored => {}
        }
        self.advance(direction, Payload { left: payload.left - len as u32, ..payload }, sink);
        len
    }

    /// Notes what is left of a payload, and ends the frame where that is nothing.
    pub(super) fn advance(&mut self, direction: Direction, payload: Payload, sink: &mut impl Sink) {
        if payload.left > 0 || payload.padding > 0 {
            self.side(direction).state = State::Payload(payload);
            return;
        }
        self.side(direction).state = State::Head;
        self.end_frame(direction, &payload, sink);
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

    /// Tells an event of a frame, on the stream that it is about or by itself.
    pub(super) fn raise(
        &mut self,
        event: Http2Event,
        scope: Scope,
        direction: Direction,
        sink: &mut impl Sink,
    ) {
        match scope {
            Scope::Stream(id) => {
                if let Some(stream) = self.streams.find(id) {
                    stream.raise(event, direction, sink);
                }
            }
            Scope::Alone(transaction) => {
                self.side(direction).raised_alone(transaction).tell(
                    event,
                    Place { transaction, direction },
                    sink,
                );
            }
        }
    }

    /// Tells an event that no frame is to blame for.
    #[cold]
    pub(super) fn raise_alone(&mut self, event: Http2Event, direction: Direction, sink: &mut impl Sink) {
        let transaction = self.new_transaction();
        self.raise(event, Scope::Alone(transaction), direction, sink);
        complete(transaction, direction, sink);
    }

    fn status(&mut self, direction: Direction) -> Status {
        match self.side(direction).state {
            State::Lost => Status::Lost,
            _ => Status::Ongoing,
        }
    }
}

/// A transaction of one frame is complete, in both directions: nothing else belongs to it.
pub(super) fn complete(transaction: TransactionId, direction: Direction, sink: &mut impl Sink) {
    sink.stage(transaction, direction, Stage::Complete);
    sink.stage(transaction, direction.reverse(), Stage::Complete);
}
