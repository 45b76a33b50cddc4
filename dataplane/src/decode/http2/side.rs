//! One direction of a connection: what it is in the midst of.

use super::super::TransactionId;
use super::config::Http2Config;
use super::event::Raised;
use super::frame::FrameHeader;
use super::hpack::{HeaderList, Hpack};
use super::window::Window;
use crate::flow::Direction;

/// What a client begins with (RFC 9113 §3.4).
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a direction is in the midst of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The preface, so many bytes of which are there.
    Preface(usize),
    /// The header of a frame.
    Head,
    /// What comes first in the payload of this frame.
    Prefix(FrameHeader),
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
    pub what: What,
    pub scope: Scope,
    /// Bytes to come before the padding.
    pub left: u32,
    pub padding: u32,
}

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Data of the frame's stream.
    Data,
    /// A piece of a header block.
    Fragment,
    Settings,
    /// It is not looked at.
    Ignored,
}

/// What a frame is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A stream that is followed.
    Stream(u32),
    /// The connection, or a stream that is not followed: a transaction of its own.
    Alone(TransactionId),
}

/// A header block that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The stream that its frames are on.
    pub on: u32,
    /// What its headers are about: for a promise, another stream.
    pub scope: Scope,
    /// The direction whose headers they are: for a promise, the other one.
    pub direction: Direction,
    pub frames: u32,
    pub ends_stream: bool,
    /// What was told of a block that is about no stream.
    pub raised: Raised,
}

/// One direction.
pub(super) struct Side {
    pub direction: Direction,
    pub state: State,
    pub hpack: Hpack,
    pub list: HeaderList,
    pub block: Option<Block>,
    /// What may still be sent on the connection.
    pub window: Window,
    /// What may be sent on a new stream.
    pub initial: Window,
    held: [u8; FrameHeader::LEN],
    len: usize,
    /// What was told of the last frame that stands by itself.
    alone: (TransactionId, Raised),
}

impl Side {
    pub fn new(config: &Http2Config, direction: Direction) -> Side {
        let mut side = Side {
            direction,
            state: State::Head,
            hpack: Hpack::new(config.hpack()),
            list: HeaderList::default(),
            block: None,
            window: Window::INITIAL,
            initial: Window::INITIAL,
            held: [0; FrameHeader::LEN],
            len: 0,
            alone: (TransactionId::default(), Raised::default()),
        };
        side.reset();
        side
    }

    pub fn reset(&mut self) {
        self.state = match self.direction {
            Direction::ToServer => State::Preface(0),
            Direction::ToClient => State::Head,
        };
        self.hpack.reset();
        self.list.clear();
        self.block = None;
        (self.window, self.initial) = (Window::INITIAL, Window::INITIAL);
        self.len = 0;
        self.alone = (TransactionId::default(), Raised::default());
    }

    /// What was told of a frame, or of a block, that stands by itself.
    pub fn raised_alone(&mut self, transaction: TransactionId) -> &mut Raised {
        match &mut self.block {
            Some(block) if block.scope == Scope::Alone(transaction) => &mut block.raised,
            _ => {
                if self.alone.0 != transaction {
                    self.alone = (transaction, Raised::default());
                }
                &mut self.alone.1
            }
        }
    }

    /// Whether a frame has begun and is not whole.
    pub fn is_within(&self) -> bool {
        self.len > 0 || matches!(self.state, State::Prefix(_) | State::Payload(_))
    }

    /// Holds bytes until there are `wanted`; how many it took, and whether that is all.
    pub fn gather(&mut self, bytes: &[u8], wanted: usize) -> (usize, bool) {
        let room = self.held.get_mut(self.len..wanted).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..taken), bytes.get(..taken)) {
            room.copy_from_slice(bytes);
        }
        self.len += taken;
        (taken, self.len >= wanted)
    }

    /// What was gathered, in the first of these bytes; there is nothing then.
    pub fn take_gathered(&mut self) -> [u8; FrameHeader::LEN] {
        self.len = 0;
        self.held
    }
}
