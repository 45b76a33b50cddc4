//! Data: bodies, and the messages in them.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::super::dns::Dns;
use super::super::http::body::Last;
use super::super::http::oddity::Oddity;
use super::super::{AppEvent, Part, Sink, Stage, TransactionId};
use super::decoder::Http2;
use super::event::Http2Event;
use super::side::{Scope, What};
use super::stream::Stream;
use crate::flow::Direction;

impl Http2 {
    /// Whether data is looked at: not where its stream has ended. Headers that come behind it are trailers.
    pub(super) fn begin_data(&mut self, direction: Direction, scope: Scope, sink: &mut impl Sink) -> What {
        let Scope::Stream(id) = scope else { return What::Ignored };
        let Some(stream) = self.streams.find(id) else { return What::Ignored };
        let half = stream.half(direction);
        half.begun = true;
        if !half.ended {
            return What::Data;
        }
        stream.raise(Http2Event::StreamIdReuse, direction, sink);
        What::Ignored
    }

    /// Takes data of a stream.
    pub(super) fn data(&mut self, direction: Direction, scope: Scope, piece: &[u8], sink: &mut impl Sink) {
        let Scope::Stream(id) = scope else { return };
        let max_dns = self.config.max_dns;
        let Some(stream) = self.streams.find(id) else { return };
        let place = stream.place(direction);
        let half = stream.half(direction);
        half.body.write(piece, Last::No, &mut half.told, place, &mut Renamed(sink));
        if half.grpc.is_on() && half.grpc.push(piece, place, sink).is_err() {
            half.raised.tell(Http2Event::FailedDecompression, place, sink);
        }
        if half.dns.take(piece, max_dns) == Taken::TooLong {
            let event = match direction {
                Direction::ToServer => Http2Event::DnsRequestTooLong,
                Direction::ToClient => Http2Event::DnsResponseTooLong,
            };
            half.raised.tell(event, place, sink);
        }
    }

    /// Data is missing before what comes next.
    pub(super) fn lose_data(&mut self, direction: Direction, scope: Scope, sink: &mut impl Sink) {
        self.windows_known = false;
        let Scope::Stream(id) = scope else { return };
        let Some(stream) = self.streams.find(id) else { return };
        let place = stream.place(direction);
        let half = stream.half(direction);
        half.body.lose(&mut half.told, place, &mut Renamed(sink));
        // Where the next message begins is not known.
        let _ = half.grpc.end(place, sink);
        half.dns.clear();
    }

    /// A direction of a stream is complete.
    pub(super) fn end_half(&mut self, id: u32, direction: Direction, sink: &mut impl Sink) {
        let Some(stream) = self.streams.find(id) else { return };
        Self::finish_half(stream, direction, &mut self.dns, sink);
        let answered = direction == Direction::ToClient && stream.half(direction).begun;
        stream.close(direction, sink);
        if stream.halves.iter().all(|half| half.ended) {
            self.streams.remove(id);
        }
        if answered {
            self.resets = self.resets.saturating_sub(1);
        }
    }

    /// Tells what was waiting for the end of a direction.
    pub(super) fn finish_half(
        stream: &mut Stream,
        direction: Direction,
        dns: &mut Dns,
        sink: &mut impl Sink,
    ) {
        let place = stream.place(direction);
        let half = stream.half(direction);
        if half.ended {
            return;
        }
        half.body.write(&[], Last::Yes, &mut half.told, place, &mut Renamed(sink));
        if half.grpc.end(place, sink).is_err() {
            half.raised.tell(Http2Event::FailedDecompression, place, sink);
        }
        if half.dns.is_whole() {
            dns.push_within(place.transaction, direction, half.dns.bytes(), sink);
        }
        half.dns.clear();
    }
}

/// A body that is a DNS message (RFC 8484), as far as it has come.
#[derive(Debug, Default)]
pub(super) struct DnsMessageBody {
    state: DnsState,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum DnsState {
    /// The body is none.
    #[default]
    Off,
    On,
    /// It is longer than a message can be.
    TooLong,
}

/// What became of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Kept,
    TooLong,
}

impl DnsMessageBody {
    pub fn clear(&mut self) {
        self.state = DnsState::Off;
        self.bytes.clear();
    }

    pub fn start(&mut self) {
        self.clear();
        self.state = DnsState::On;
    }

    fn take(&mut self, piece: &[u8], max: usize) -> Taken {
        if self.state != DnsState::On {
            return Taken::Kept;
        }
        if self.bytes.len() + piece.len() > max {
            self.state = DnsState::TooLong;
            return Taken::TooLong;
        }
        self.bytes.extend_from_slice(piece);
        Taken::Kept
    }

    fn is_whole(&self) -> bool {
        self.state == DnsState::On && !self.bytes.is_empty()
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Tells what is odd about a body by the names that HTTP/2 has for it.
pub(super) struct Renamed<'s, S>(pub &'s mut S);

impl<S: Sink> Sink for Renamed<'_, S> {
    fn field(&mut self, id: TransactionId, direction: Direction, field: FieldId, part: Part, bytes: &[u8]) {
        self.0.field(id, direction, field, part, bytes);
    }

    fn number(&mut self, id: TransactionId, direction: Direction, number: NumberId, value: u64) {
        self.0.number(id, direction, number, value);
    }

    fn stage(&mut self, id: TransactionId, direction: Direction, stage: Stage) {
        self.0.stage(id, direction, stage);
    }

    fn event(&mut self, id: TransactionId, direction: Direction, event: AppEvent) {
        let undecoded = [Oddity::GzipFailed, Oddity::BrotliFailed, Oddity::ZstdFailed];
        let renamed = match undecoded.into_iter().any(|oddity| oddity.name(direction) == event.0) {
            true => AppEvent(Http2Event::FailedDecompression.name()),
            false => event,
        };
        self.0.event(id, direction, renamed);
    }
}
