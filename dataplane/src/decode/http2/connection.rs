//! Frames: what each is about, and those that are neither headers nor data.

use weir_rules::number::NumberId;

use super::super::{Sink, TransactionId};
use super::decoder::{Http2, complete};
use super::event::Http2Event;
use super::frame::{FrameHeader, Prefix, flag, kind};
use super::settings::{Setting, id};
use super::side::{Payload, Scope, State, What};
use super::window::{Kept, Window};
use crate::flow::Direction;

/// Frames longer than this are told of. A peer that has not said otherwise takes 16 KiB (RFC 9113 §4.2).
const LONG_FRAME: u32 = 64 << 10;

impl Http2 {
    /// A frame of a length that its kind can't have.
    #[cold]
    pub(super) fn refuse_length(&mut self, direction: Direction, frame: FrameHeader, sink: &mut impl Sink) {
        let scope = Scope::Alone(self.new_transaction());
        self.tell_number(scope, direction, NumberId::Http2FrameType, u64::from(frame.kind), sink);
        self.raise(Http2Event::InvalidFrameLength, scope, direction, sink);
        self.ignore(direction, frame, scope, frame.length, sink);
    }

    fn ignore(
        &mut self,
        direction: Direction,
        frame: FrameHeader,
        scope: Scope,
        left: u32,
        sink: &mut impl Sink,
    ) {
        let payload = Payload { frame, what: What::Ignored, scope, left, padding: 0 };
        self.advance(direction, payload, sink);
    }

    /// Begins a frame whose prefix is there.
    pub(super) fn begin_frame(
        &mut self,
        direction: Direction,
        frame: FrameHeader,
        prefix: Prefix,
        sink: &mut impl Sink,
    ) {
        // An acknowledgment, which says nothing.
        if frame.kind == kind::SETTINGS && frame.length == 0 {
            self.side(direction).state = State::Head;
            return;
        }
        let (scope, event) = self.scope_of(direction, &frame, &prefix, sink);
        self.tell_number(scope, direction, NumberId::Http2FrameType, u64::from(frame.kind), sink);
        self.count_frame(direction, scope, sink);
        let rest = frame.length - frame.prefix() as u32;
        let left = rest.checked_sub(prefix.padding);
        for event in [
            event,
            left.is_none().then_some(Http2Event::InvalidFrameData),
            (frame.length > LONG_FRAME).then_some(Http2Event::LongFrameData),
        ]
        .into_iter()
        .flatten()
        {
            self.raise(event, scope, direction, sink);
        }
        let (Some(left), true) = (left, frame.has_valid_stream()) else {
            return self.ignore(direction, frame, scope, rest, sink);
        };
        let what = self.understand(direction, &frame, &prefix, scope, sink);
        self.advance(direction, Payload { frame, what, scope, left, padding: prefix.padding }, sink);
    }

    /// What a frame is about, and what is odd about that.
    fn scope_of(
        &mut self,
        direction: Direction,
        frame: &FrameHeader,
        prefix: &Prefix,
        sink: &mut impl Sink,
    ) -> (Scope, Option<Http2Event>) {
        let block = self.side(direction).block;
        let interleaved =
            block.is_some_and(|block| frame.kind != kind::CONTINUATION || frame.stream != block.on);
        let odd = match frame.kind {
            kind::DATA if frame.stream == 0 => Some(Http2Event::DataStreamZero),
            _ if !frame.has_valid_stream() || interleaved => Some(Http2Event::InvalidFrameHeader),
            kind::CONTINUATION if block.is_none() => Some(Http2Event::InvalidFrameHeader),
            _ => None,
        };
        match (frame.kind, block) {
            (kind::CONTINUATION, Some(block)) if block.on == frame.stream => return (block.scope, odd),
            (kind::DATA | kind::HEADERS | kind::PUSH_PROMISE, _) if frame.has_valid_stream() => {
                let id = if frame.kind == kind::PUSH_PROMISE { prefix.number } else { frame.stream };
                let (scope, event) = self.open(id, direction, sink);
                return (scope, odd.or(event));
            }
            _ => {}
        }
        match self.streams.find(frame.stream) {
            Some(stream) if frame.stream != 0 => (Scope::Stream(stream.id), odd),
            _ => (Scope::Alone(self.new_transaction()), odd),
        }
    }

    /// The stream of a number, opened where it is new.
    fn open(&mut self, id: u32, direction: Direction, sink: &mut impl Sink) -> (Scope, Option<Http2Event>) {
        if self.streams.find(id).is_some() {
            return (Scope::Stream(id), None);
        }
        let transaction = self.new_transaction();
        if id == 0 || self.streams.was_opened(id) {
            return (Scope::Alone(transaction), Some(Http2Event::StreamIdReuse));
        }
        let full = self.streams.is_full(self.config.max_streams);
        if full && let Some(oldest) = self.streams.oldest() {
            let oldest = oldest.id;
            self.give_up(oldest, direction, sink);
        }
        let windows = [self.request.initial, self.response.initial];
        self.streams.open(id, transaction, &self.config, windows);
        (Scope::Stream(id), full.then_some(Http2Event::TooManyStreams))
    }

    /// Takes from a frame what its prefix says, and says how to go on.
    fn understand(
        &mut self,
        direction: Direction,
        frame: &FrameHeader,
        prefix: &Prefix,
        scope: Scope,
        sink: &mut impl Sink,
    ) -> What {
        if let Some(weight) = prefix.weight {
            self.tell_number(scope, direction, NumberId::Http2Priority, u64::from(weight), sink);
        }
        if let Some(error) = prefix.error {
            self.tell_number(scope, direction, NumberId::Http2ErrorCode, u64::from(error), sink);
        }
        match frame.kind {
            kind::DATA => {
                self.spend(direction, frame, scope, sink);
                self.begin_data(direction, scope, sink)
            }
            kind::HEADERS | kind::PUSH_PROMISE => {
                self.begin_block(direction, frame, scope, sink);
                What::Fragment
            }
            kind::CONTINUATION => self.continue_block(direction, frame, sink),
            kind::SETTINGS => What::Settings,
            kind::WINDOW_UPDATE => {
                self.tell_number(scope, direction, NumberId::Http2Window, u64::from(prefix.number), sink);
                self.allow(direction, frame.stream, prefix.number, scope, sink);
                What::Ignored
            }
            _ => What::Ignored,
        }
    }

    /// Ends a frame.
    pub(super) fn end_frame(&mut self, direction: Direction, payload: &Payload, sink: &mut impl Sink) {
        let Payload { frame, what, scope, .. } = payload;
        match (what, scope) {
            (What::Data, &Scope::Stream(id)) if frame.has(flag::END_STREAM) => {
                self.end_half(id, direction, sink);
            }
            (What::Fragment, _) if frame.has(flag::END_HEADERS) => self.end_block(direction, sink),
            (What::Ignored, &Scope::Stream(id)) if frame.kind == kind::RST_STREAM => {
                self.reset_stream(id, direction, sink);
            }
            _ => {}
        }
        // The transaction of a block lasts as long as the block.
        if let (false, &Scope::Alone(transaction)) = (*what == What::Fragment, scope) {
            complete(transaction, direction, sink);
        }
    }

    /// A stream is reset (RFC 9113 §6.4). Clients that do so again and again make servers work for nothing.
    fn reset_stream(&mut self, id: u32, direction: Direction, sink: &mut impl Sink) {
        if direction == Direction::ToServer {
            self.resets += 1;
            if self.resets >= self.config.max_resets {
                self.resets = 0;
                self.raise(Http2Event::RapidReset, Scope::Stream(id), direction, sink);
            }
        }
        self.give_up(id, direction, sink);
    }

    /// Ends both directions of a stream, whatever is missing.
    pub(super) fn give_up(&mut self, id: u32, direction: Direction, sink: &mut impl Sink) {
        for direction in [direction, direction.reverse()] {
            self.end_half(id, direction, sink);
        }
    }

    /// Takes a piece of a SETTINGS frame.
    pub(super) fn settings(
        &mut self,
        direction: Direction,
        scope: Scope,
        piece: &[u8],
        sink: &mut impl Sink,
    ) {
        let mut rest = piece;
        while !rest.is_empty() {
            let side = self.side(direction);
            let (used, complete) = side.gather(rest, Setting::LEN);
            rest = rest.get(used..).unwrap_or_default();
            if complete {
                let held = side.take_gathered();
                let Some(bytes) = held.first_chunk() else { break };
                let setting = Setting::parse(bytes);
                self.tell_number(scope, direction, NumberId::Http2Settings, setting.number(), sink);
                self.apply(direction, setting, scope, sink);
            }
        }
    }

    /// What the sender of a setting allows is what its peer may do.
    pub(super) fn apply(
        &mut self,
        direction: Direction,
        setting: Setting,
        scope: Scope,
        sink: &mut impl Sink,
    ) {
        let Setting { id, value } = setting;
        match id {
            id::HEADER_TABLE_SIZE if value as usize > self.config.max_table => {
                self.raise(Http2Event::TableTooLarge, scope, direction, sink);
            }
            id::INITIAL_WINDOW_SIZE => {
                let peer = direction.reverse();
                let grown = self.side(peer).initial.grow_to(value);
                for stream in self.streams.iter_mut() {
                    // Beyond the greatest window there is none: the frame that says so is told of below.
                    let _ = stream.half(peer).window.give(grown);
                }
                if Window::is_too_large(value) {
                    self.raise(Http2Event::FlowControl, scope, direction, sink);
                }
            }
            _ => {}
        }
    }

    /// Data uses up what its sender may send (RFC 9113 §6.9), padding and all.
    fn spend(&mut self, direction: Direction, frame: &FrameHeader, scope: Scope, sink: &mut impl Sink) {
        if !self.windows_known {
            return;
        }
        let mut kept = self.side(direction).window.take(frame.length) == Kept::Yes;
        if let Some(stream) = self.streams.find(frame.stream) {
            kept &= stream.half(direction).window.take(frame.length) == Kept::Yes;
        }
        if !kept {
            self.raise(Http2Event::FlowControl, scope, direction, sink);
        }
    }

    /// The receiver allows its peer to send more.
    fn allow(
        &mut self,
        direction: Direction,
        stream: u32,
        increment: u32,
        scope: Scope,
        sink: &mut impl Sink,
    ) {
        let peer = direction.reverse();
        let kept = match (stream, self.streams.find(stream)) {
            (0, _) => self.side(peer).window.give(increment),
            (_, Some(stream)) => stream.half(peer).window.give(increment),
            (_, None) => Kept::Yes,
        };
        if kept == Kept::No {
            self.raise(Http2Event::FlowControl, scope, direction, sink);
        }
        if increment == 0 {
            self.raise(Http2Event::InvalidFrameData, scope, direction, sink);
        }
    }

    fn count_frame(&mut self, direction: Direction, scope: Scope, sink: &mut impl Sink) {
        let Scope::Stream(id) = scope else { return };
        let max = self.config.max_frames;
        let Some(stream) = self.streams.find(id) else { return };
        let half = stream.half(direction);
        half.frames = half.frames.saturating_add(1);
        if half.frames > max {
            stream.raise(Http2Event::TooManyFrames, direction, sink);
        }
    }

    pub(super) fn transaction_of(&mut self, scope: Scope) -> Option<TransactionId> {
        match scope {
            Scope::Stream(id) => self.streams.find(id).map(|stream| stream.transaction),
            Scope::Alone(transaction) => Some(transaction),
        }
    }

    pub(super) fn tell_number(
        &mut self,
        scope: Scope,
        direction: Direction,
        number: NumberId,
        value: u64,
        sink: &mut impl Sink,
    ) {
        if let Some(transaction) = self.transaction_of(scope) {
            sink.number(transaction, direction, number, value);
        }
    }
}
