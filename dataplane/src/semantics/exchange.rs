//! What is remembered of the exchanges of a flow, a request and its answer each.

use weir_rules::field::FieldId;

use super::body::{Documents, Framed, Framing, Reader};
use super::calls::Calls;
use super::llm::{self, Call};
use super::mark::{Mark, shape};
use super::model_file::Files;
use super::path::path_of;
use super::rag::Lookup;
use super::rpc::{Conversation, Family, Messages};
use super::speaker::{Open, Speaker};
use super::trouble::BAD_FRAMING;
use crate::decode::json::{JsonLimits, Trouble, Visitor};
use crate::decode::{AppEvent, Part, Sink, TransactionId};
use crate::flow::Direction;

/// Exchanges that are followed at once; the oldest makes room. As many as transactions are kept.
const MAX_LIVE: usize = 128;

/// Exchanges that are kept for use again.
const SPARE: usize = 2;

/// One side of an exchange.
#[derive(Debug)]
struct Side {
    documents: Documents,
    messages: Messages,
    files: Files,
    open: Open,
    /// A piece of the body was told.
    begun: bool,
}

impl Side {
    fn new() -> Side {
        Side {
            documents: Documents::new(JsonLimits::default()),
            messages: Messages::default(),
            files: Files::default(),
            open: Open::default(),
            begun: false,
        }
    }

    fn clear(&mut self) {
        self.documents.clear();
        self.messages.clear();
        self.files.clear();
        self.open.clear();
        self.begun = false;
    }
}

/// A request with its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    id: TransactionId,
    call: Call,
    talk: Conversation,
    lookup: Lookup,
    request: llm::Request,
    response: llm::Response,
    calls: Calls,
    sides: [Side; 2],
}

impl Exchange {
    fn new() -> Exchange {
        Exchange {
            id: TransactionId(0),
            call: Call::default(),
            talk: Conversation::default(),
            lookup: Lookup::default(),
            request: llm::Request::default(),
            response: llm::Response::default(),
            calls: Calls::default(),
            sides: [Side::new(), Side::new()],
        }
    }

    fn begin(&mut self, id: TransactionId) {
        self.id = id;
        self.call.clear();
        self.talk = Conversation::default();
        self.lookup = Lookup::default();
        self.request.clear();
        self.response.clear();
        self.calls.clear();
        self.sides.iter_mut().for_each(Side::clear);
    }

    /// Takes a field of the protocol below.
    pub fn field<S: Sink>(
        &mut self,
        direction: Direction,
        field: FieldId,
        part: Part,
        bytes: &[u8],
        sink: &mut S,
    ) {
        match field {
            FieldId::HttpUri => {
                let side = &mut self.sides[direction.index()];
                let mut speaker = Speaker { sink, transaction: self.id, direction, open: &mut side.open };
                let path = path_of(bytes);
                self.call.path(path, &mut speaker);
                self.talk.path(path, &mut speaker);
                self.lookup.path(path, &mut speaker);
            }
            FieldId::GrpcService => self.calls.service(bytes),
            FieldId::GrpcMethod | FieldId::GrpcMessage => {
                let Exchange { id, call, calls, sides, .. } = self;
                let open = &mut sides[direction.index()].open;
                let mut speaker = Speaker { sink, transaction: *id, direction, open };
                if field == FieldId::GrpcMethod {
                    calls.method(bytes, call, &mut speaker);
                } else {
                    calls.message(direction, part, bytes, call, &mut speaker);
                }
            }
            FieldId::HttpContentType => {
                self.sides[direction.index()].documents.announce(Framing::of_content_type(bytes));
            }
            FieldId::HttpRequestBody | FieldId::HttpResponseBody => self.body(direction, part, bytes, sink),
            FieldId::WebsocketPayload => _ = self.read(direction, part, bytes, sink),
            FieldId::FileData => {
                let Side { files, open, .. } = &mut self.sides[direction.index()];
                files.piece(part, bytes, &mut Speaker { sink, transaction: self.id, direction, open });
            }
            _ => {}
        }
    }

    /// Takes a piece of a body, with which all that is said this way ends.
    fn body<S: Sink>(&mut self, direction: Direction, part: Part, bytes: &[u8], sink: &mut S) {
        self.sides[direction.index()].begun = !part.is_last();
        let mut reading = self.read(direction, part, bytes, sink);
        if part.is_last() {
            reading.finish(direction);
        }
    }

    /// Takes a piece of a document, or of several that end with it. A message of a WebSocket is a document of a conversation
    /// that goes on.
    fn read<'r, S: Sink>(
        &'r mut self,
        direction: Direction,
        part: Part,
        bytes: &[u8],
        sink: &'r mut S,
    ) -> Reading<'r, S> {
        let Exchange { id, call, talk, lookup, request, response, sides, .. } = self;
        let Side { documents, messages, open, .. } = &mut sides[direction.index()];
        let speaker = Speaker { sink, transaction: *id, direction, open };
        let shape = shape(direction, lookup.tree());
        let mut reading = Reading { call, talk, lookup, messages, request, response, speaker };
        if !bytes.is_empty() {
            documents.push(shape, bytes, &mut reading);
        }
        if part.is_last() {
            documents.finish(shape, &mut reading);
        }
        reading
    }

    /// Nothing more comes of a direction.
    pub fn complete<S: Sink>(&mut self, direction: Direction, sink: &mut S) {
        if self.sides[direction.index()].begun {
            self.body(direction, Part::End, &[], sink);
        }
        let Side { files, open, .. } = &mut self.sides[direction.index()];
        let mut speaker = Speaker { sink, transaction: self.id, direction, open };
        files.finish(&mut speaker);
        speaker.end_all();
    }
}

/// Reads one piece of a body.
struct Reading<'r, S> {
    call: &'r mut Call,
    talk: &'r mut Conversation,
    lookup: &'r mut Lookup,
    messages: &'r mut Messages,
    request: &'r mut llm::Request,
    response: &'r mut llm::Response,
    speaker: Speaker<'r, S>,
}

impl<S: Sink> Reading<'_, S> {
    fn finish(&mut self, direction: Direction) {
        match direction {
            Direction::ToServer => self.request.end_of_document(self.call, &mut self.speaker),
            Direction::ToClient => self.response.finish(&mut self.speaker),
        }
    }
}

impl<S: Sink> Visitor<Mark> for Reading<'_, S> {
    fn enter(&mut self, mark: Mark) {
        match mark {
            Mark::Request(part) => self.request.enter(part, &mut self.speaker),
            Mark::Response(part) => self.response.enter(part, self.call, &mut self.speaker),
            Mark::Message(part) => self.messages.enter(part),
            Mark::Store(part) => self.lookup.meet(part, &mut self.speaker),
        }
    }

    fn leave(&mut self, mark: Mark) {
        match mark {
            Mark::Request(part) => self.request.leave(part, self.call, &mut self.speaker),
            Mark::Response(part) => self.response.leave(part, &mut self.speaker),
            Mark::Message(part) => self.messages.leave(part, self.talk, &mut self.speaker),
            Mark::Store(_) => {}
        }
    }

    fn text(&mut self, mark: Mark, part: Part, bytes: &[u8]) {
        match mark {
            Mark::Request(of) => self.request.text(of, part, bytes, self.call, &mut self.speaker),
            Mark::Response(of) => self.response.text(of, part, bytes, self.call, &mut self.speaker),
            Mark::Message(of) => self.messages.text(of, part, bytes, self.talk, &mut self.speaker),
            Mark::Store(of) => self.lookup.text(of, part, bytes, &mut self.speaker),
        }
    }

    fn verbatim(&mut self, mark: Mark, part: Part, bytes: &[u8]) {
        match mark {
            Mark::Request(of) => self.request.verbatim(of, part, bytes, &mut self.speaker),
            Mark::Response(of) => self.response.verbatim(of, part, bytes, self.call, &mut self.speaker),
            Mark::Message(of) => self.messages.verbatim(of, part, bytes, self.talk, &mut self.speaker),
            Mark::Store(_) => {}
        }
    }

    fn word(&mut self, mark: Mark, word: &[u8]) {
        match mark {
            Mark::Request(part) => self.request.word(part, word, &mut self.speaker),
            Mark::Response(part) => self.response.word(part, word, &mut self.speaker),
            Mark::Message(_) | Mark::Store(_) => {}
        }
    }

    fn end_of_document(&mut self) {
        self.messages.end_message(self.talk, &mut self.speaker);
        match self.speaker.direction {
            Direction::ToServer => self.request.end_of_document(self.call, &mut self.speaker),
            Direction::ToClient => self.response.end_of_document(&mut self.speaker),
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.speaker.event(AppEvent(trouble.name()));
    }
}

impl<S: Sink> Reader for Reading<'_, S> {
    fn framed(&mut self, framed: Framed<'_>) {
        match framed {
            // The older transport of the Model Context Protocol: where messages are to be sent.
            Framed::Name(b"endpoint") => self.talk.family = Some(Family::Mcp),
            Framed::Name(_) => {}
            Framed::Malformed => self.speaker.event(BAD_FRAMING),
        }
    }
}

/// The exchanges of one flow.
#[derive(Debug, Default)]
pub struct Semantics {
    live: Vec<Box<Exchange>>,
    spare: Vec<Box<Exchange>>,
    session: Option<TransactionId>,
}

impl Semantics {
    /// Forgets everything, and keeps some of the memory.
    pub fn clear(&mut self) {
        self.spare.append(&mut self.live);
        self.spare.truncate(SPARE);
        self.spare.iter_mut().for_each(|exchange| exchange.begin(TransactionId(u32::MAX)));
        self.session = None;
    }

    /// The exchange of a transaction, begun where it is new.
    pub(super) fn of(&mut self, id: TransactionId) -> Option<&mut Exchange> {
        if let Some(index) = self.live.iter().rposition(|exchange| exchange.id == id) {
            return self.live.get_mut(index).map(|exchange| &mut **exchange);
        }
        if self.live.len() >= MAX_LIVE {
            let oldest = self.live.remove(0);
            self.spare.push(oldest);
        }
        let mut exchange = self.spare.pop().unwrap_or_else(|| Box::new(Exchange::new()));
        exchange.begin(id);
        self.live.push(exchange);
        self.live.last_mut().map(|exchange| &mut **exchange)
    }

    /// The exchange that all messages of a WebSocket belong to: the one that began it, since what a model says goes on from
    /// message to message.
    pub(super) fn session(&mut self, message: TransactionId) -> TransactionId {
        let id = *self.session.get_or_insert(TransactionId(message.0.saturating_sub(1)));
        if let Some(index) = self.spare.iter().position(|exchange| exchange.id == id) {
            // It has ended as an exchange of HTTP. What was said there of the operation still holds.
            let exchange = self.spare.remove(index);
            self.live.push(exchange);
        }
        id
    }

    /// The exchange of a transaction, where there is one.
    pub(super) fn known(&mut self, id: TransactionId) -> Option<&mut Exchange> {
        self.live.iter_mut().rev().find(|exchange| exchange.id == id).map(|exchange| &mut **exchange)
    }

    /// Ends an exchange.
    pub(super) fn end(&mut self, id: TransactionId) {
        if let Some(index) = self.live.iter().position(|exchange| exchange.id == id) {
            let ended = self.live.remove(index);
            if self.spare.len() < SPARE {
                self.spare.push(ended);
            }
        }
    }
}
