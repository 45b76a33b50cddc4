//! Responses: which request they are for, what their head says, and whether a body follows.

use memchr::{memchr, memchr2};
use weir_rules::field::FieldId;

use super::super::multipart::file_names;
use super::super::{Sink, Stage, TransactionId};
use super::body::{Files, Last};
use super::config::Http1Config;
use super::decoder::{Http1, empty_lines, recognize};
use super::framing::{Framing, framing};
use super::handover::Handover;
use super::head_buffer::Taken;
use super::header::Headers;
use super::known::Known;
use super::octet::without_line_end;
use super::oddity::{Oddity, Place, Told};
use super::pending::{Method, Upgrade, Waiting};
use super::recognize::{Recognition, is_status_line};
use super::request::tell;
use super::request_line::Version;
use super::side::{End, State};
use super::status_line::StatusLine;
use crate::flow::Direction;

impl Http1 {
    /// Takes some bytes of the responses' direction; how many is returned.
    pub(super) fn response_step(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        match self.response.state {
            State::Between => self.before_response(bytes, sink),
            State::Head => self.response_head(bytes, sink),
            _ => {
                let Http1 { response, config, scratch, .. } = self;
                let read = response.read(bytes, config, &mut scratch.headers, sink);
                self.after_body(Direction::ToClient, read, sink)
            }
        }
    }

    /// Tells responses from what is none.
    fn before_response(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let is_headless = self.pending.front().is_some_and(|waiting| waiting.headless);
        let is_held = !self.response.buffer.held().is_empty();
        let blank = if is_held || is_headless { 0 } else { empty_lines(bytes) };
        if blank > 0 {
            return blank;
        }
        match recognize(self.response.buffer.held(), bytes, is_status_line) {
            Recognition::NeedMore => {
                self.response.buffer.hold(bytes);
                return bytes.len();
            }
            Recognition::Yes => {
                let request = self.request_of_response();
                let transaction = request.unwrap_or_else(|| self.new_transaction());
                self.response.begin(transaction);
                if request.is_none() {
                    self.response.odd(Oddity::UnmatchedResponse, sink);
                }
                self.response.state = State::Head;
            }
            Recognition::No => self.headless(sink),
        }
        0
    }

    fn request_of_response(&mut self) -> Option<TransactionId> {
        self.pending.front().map(|waiting| waiting.transaction)
    }

    /// What comes is a body without a head: of HTTP/0.9, or of a server that makes things up.
    #[cold]
    fn headless(&mut self, sink: &mut impl Sink) {
        let is_expected = self.pending.front().is_some_and(|waiting| waiting.headless);
        let request = self.request_of_response();
        let is_first = !self.response.begun;
        let transaction = request.unwrap_or_else(|| self.new_transaction());
        self.response.begin(transaction);
        match request {
            None => {
                self.response.odd(Oddity::BodyUnexpected, sink);
                if is_first {
                    self.response.state = State::Ended(End::Lost);
                    return;
                }
            }
            Some(_) if !is_expected => self.response.odd(Oddity::InvalidProtocol, sink),
            Some(_) => {}
        }
        self.response.body.clear(Files::Whole);
        self.response.state = State::UntilClose;
        let mut buffer = std::mem::take(&mut self.response.buffer);
        self.response.write(buffer.held(), Last::No, sink);
        buffer.clear();
        self.response.buffer = buffer;
    }

    fn response_head(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let taken = self.response.buffer.take(bytes, &self.config);
        let (Taken::Complete(len) | Taken::TooLong(len)) = taken else { return bytes.len() };
        let mut buffer = std::mem::take(&mut self.response.buffer);
        let head = buffer.head(bytes.get(..len).unwrap_or_default());
        if let Taken::Complete(_) = taken {
            self.response(head, sink);
        } else {
            let side = &mut self.response;
            let headers = &mut self.scratch.headers;
            tell_response(head, &mut side.told, side.place, &self.config, headers, sink);
            side.odd(Oddity::FieldTooLong, sink);
            side.state = State::Ended(End::Lost);
        }
        buffer.clear();
        self.response.buffer = buffer;
        len
    }

    /// Deals with the head of a response.
    pub(super) fn response(&mut self, head: &[u8], sink: &mut impl Sink) {
        let Http1 { response: side, pending, scratch, config, offer, .. } = self;
        let place = side.place;
        let headers = &mut scratch.headers;
        let (line, block) = tell_response(head, &mut side.told, place, config, headers, sink);
        let mut unseen = Waiting::default();
        let waiting =
            pending.front().filter(|waiting| waiting.transaction == place.transaction).unwrap_or(&mut unseen);
        if is_interim(line.status) {
            if line.status == 100 && std::mem::replace(&mut waiting.continued, true) {
                side.odd(Oddity::ContinueAlreadySeen, sink);
            }
            side.state = State::Between;
            return;
        }
        let is_tunnel = waiting.method == Method::Connect && (200..300).contains(&line.status);
        if line.status == 101 && waiting.upgrade == Upgrade::NotAsked {
            side.odd(Oddity::SwitchNotRequested, sink);
        }
        if line.status == 101 || is_tunnel {
            let to = if is_tunnel { Handover::Tunnel } else { Handover::of(headers) };
            std::mem::swap(offer, &mut waiting.offer);
            self.complete(Direction::ToClient, sink);
            self.switch(to);
            return;
        }
        let told = &mut side.told;
        let mut odd = |oddity| told.tell(oddity, place, sink);
        let framing = match framing(headers, block, Version::of(line.protocol), Direction::ToClient, &mut odd)
        {
            _ if waiting.method == Method::Head || matches!(line.status, 204 | 304) => Framing::Empty,
            framing => framing,
        };
        side.body.start(headers.announced(), Files::Whole, &mut odd);
        if framing != Framing::Empty {
            let disposition = headers.get(Known::ContentDisposition).unwrap_or_default();
            let mut names = file_names(disposition).peekable();
            if names.peek().is_none() {
                side.body.tell_name(&waiting.path, &mut side.told, place, sink);
            }
            names.for_each(|name| side.body.tell_name(&name, &mut side.told, place, sink));
        }
        if !side.begin_body(framing) {
            self.complete(Direction::ToClient, sink);
        }
    }
}

/// Whether another response to the same request follows (RFC 9110 §15.2).
fn is_interim(status: u16) -> bool {
    (100..200).contains(&status) && status != 101
}

/// Tells what a head says, and returns its first line, and its headers as they were sent.
fn tell_response<'a>(
    head: &'a [u8],
    told: &mut Told,
    place: Place,
    config: &Http1Config,
    headers: &mut Headers,
    sink: &mut impl Sink,
) -> (StatusLine<'a>, &'a [u8]) {
    let end = memchr(b'\n', head).map_or(head.len(), |end| end + 1);
    let (first, block) = head.split_at_checked(end).unwrap_or((head, &[]));
    let first = without_line_end(first);
    let mut odd = |oddity| told.tell(oddity, place, sink);
    match memchr2(b'\r', 0, first).and_then(|at| first.get(at)) {
        None => {}
        Some(0) => odd(Oddity::NulByte),
        Some(_) => odd(Oddity::BareCr),
    }
    let line = StatusLine::parse(first, &mut odd);
    tell(sink, place, FieldId::HttpResponseLine, first);
    tell(sink, place, FieldId::HttpProtocol, line.protocol);
    tell(sink, place, FieldId::HttpStatusCode, line.code);
    tell(sink, place, FieldId::HttpStatusMessage, line.message);
    // An interim response says nothing about how far the transaction is.
    let is_final = !is_interim(line.status);
    if is_final {
        sink.stage(place.transaction, place.direction, Stage::Line);
    }
    headers.parse(block, config.max_headers, &mut |oddity| told.tell(oddity, place, sink));
    headers.tell(block, place, sink);
    tell(sink, place, FieldId::HttpStart, head);
    if is_final {
        sink.stage(place.transaction, place.direction, Stage::Headers);
    }
    (line, block)
}
