//! Streams (RFC 9113 §5.1): the ones that are open, each with what is known of both directions.

use super::super::grpc::Messages;
use super::super::http::body::{Body, Files};
use super::super::http::oddity::{Place, Told};
use super::super::{Sink, Stage, TransactionId};
use super::config::Http2Config;
use super::data::DnsMessageBody;
use super::event::{Http2Event, Raised};
use super::window::Window;
use crate::flow::Direction;

/// One direction of a stream.
pub(super) struct Half {
    pub body: Body,
    pub told: Told,
    pub raised: Raised,
    pub grpc: Messages,
    pub dns: DnsMessageBody,
    /// What may still be sent.
    pub window: Window,
    pub frames: u32,
    /// Headers that are not interim ones were told.
    pub begun: bool,
    pub ended: bool,
}

impl Half {
    fn new(config: &Http2Config, direction: Direction) -> Half {
        Half {
            body: Body::new(&config.body(), direction),
            told: Told::default(),
            raised: Raised::default(),
            grpc: Messages::new(config.decoding),
            dns: DnsMessageBody::default(),
            window: Window::INITIAL,
            frames: 0,
            begun: false,
            ended: false,
        }
    }

    fn begin(&mut self, window: Window) {
        self.body.clear(Files::Whole);
        self.told = Told::default();
        self.raised = Raised::default();
        self.grpc.clear();
        self.dns.clear();
        self.window = window;
        (self.frames, self.begun, self.ended) = (0, false, false);
    }
}

/// A stream.
pub(super) struct Stream {
    pub id: u32,
    pub transaction: TransactionId,
    pub halves: [Half; 2],
    /// The path of the request: the name of the file that the response is.
    pub path: Vec<u8>,
}

impl Stream {
    pub fn place(&self, direction: Direction) -> Place {
        Place { transaction: self.transaction, direction }
    }

    pub fn half(&mut self, direction: Direction) -> &mut Half {
        let [request, response] = &mut self.halves;
        match direction {
            Direction::ToServer => request,
            Direction::ToClient => response,
        }
    }

    pub fn raise(&mut self, event: Http2Event, direction: Direction, sink: &mut impl Sink) {
        let place = self.place(direction);
        self.half(direction).raised.tell(event, place, sink);
    }

    /// Nothing more comes of a direction.
    pub fn close(&mut self, direction: Direction, sink: &mut impl Sink) {
        if !std::mem::replace(&mut self.half(direction).ended, true) {
            sink.stage(self.transaction, direction, Stage::Complete);
        }
    }
}

/// The streams of a connection that are followed.
#[derive(Default)]
pub(super) struct Streams {
    /// The first `open` are open, in the order in which they were opened; the others are kept for their memory.
    slots: Vec<Stream>,
    open: usize,
    /// The highest number that each end has opened: those of clients are odd, those of servers even (§5.1.1).
    last: [u32; 2],
}

impl Streams {
    pub fn clear(&mut self) {
        self.open = 0;
        self.last = [0; 2];
    }

    /// The stream of this number, if it is open.
    pub fn find(&mut self, id: u32) -> Option<&mut Stream> {
        self.slots.get_mut(..self.open)?.iter_mut().rfind(|stream| stream.id == id)
    }

    /// All that are open.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.slots.iter_mut().take(self.open)
    }

    pub fn is_full(&self, max: usize) -> bool {
        self.open >= max
    }

    /// Whether a stream that is not open was: those with lower numbers are closed when one is opened (§5.1.1).
    pub fn was_opened(&self, id: u32) -> bool {
        self.last.get(usize::from(id.is_multiple_of(2))).is_some_and(|&last| id <= last)
    }

    /// Opens a stream with what each direction may send at first.
    pub fn open(&mut self, id: u32, transaction: TransactionId, config: &Http2Config, windows: [Window; 2]) {
        if let Some(last) = self.last.get_mut(usize::from(id.is_multiple_of(2))) {
            *last = id.max(*last);
        }
        if self.open == self.slots.len() {
            let halves = [Half::new(config, Direction::ToServer), Half::new(config, Direction::ToClient)];
            self.slots.push(Stream { id, transaction, halves, path: Vec::new() });
        }
        let Some(stream) = self.slots.get_mut(self.open) else { return };
        (stream.id, stream.transaction) = (id, transaction);
        stream.halves.iter_mut().zip(windows).for_each(|(half, window)| half.begin(window));
        stream.path.clear();
        self.open += 1;
    }

    /// The oldest that is open.
    pub fn oldest(&mut self) -> Option<&mut Stream> {
        if self.open == 0 { None } else { self.slots.first_mut() }
    }

    /// Forgets a stream that both ends have closed.
    pub fn remove(&mut self, id: u32) {
        let open = self.slots.get_mut(..self.open).unwrap_or_default();
        if let Some(at) = open.iter().rposition(|stream| stream.id == id)
            && let Some(tail) = open.get_mut(at..)
        {
            tail.rotate_left(1);
            self.open -= 1;
        }
    }
}
