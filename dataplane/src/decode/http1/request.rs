//! Requests: where they begin, what their head says, and what is to be remembered for the response.

use memchr::{memchr, memchr2};
use weir_rules::field::FieldId;

use super::super::{Part, Sink, Stage};
use super::body::{Files, Last};
use super::config::Http1Config;
use super::decoder::{Forms, Http1, Scratch, empty_lines, recognize};
use super::framing::{Framing, framing};
use super::head_buffer::Taken;
use super::header::Headers;
use super::host::{Authority, is_same, normal};
use super::known::Known;
use super::octet::{starts_with_nocase, without_line_end};
use super::oddity::{Oddity, Place, Told};
use super::pending::{Method, Upgrade};
use super::recognize::{Recognition, is_http1_request};
use super::request_line::{RequestLine, Version};
use super::side::{End, State};
use super::target::Target;
use crate::flow::Direction;

impl Http1 {
    /// Takes some bytes of the requests' direction; how many is returned.
    pub(super) fn request_step(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        match self.request.state {
            State::Between | State::StrayEnd => self.before_request(bytes, sink),
            State::Head => self.request_head(bytes, sink),
            State::Stray => {
                let end = memchr(b'\n', bytes).map(|end| end + 1);
                let len = end.unwrap_or(bytes.len());
                self.request.write(bytes.get(..len).unwrap_or_default(), Last::No, sink);
                if end.is_some() {
                    self.request.state = State::StrayEnd;
                }
                len
            }
            _ => {
                let Http1 { request, config, scratch, .. } = self;
                let read = request.read(bytes, config, &mut scratch.headers, sink);
                self.after_body(Direction::ToServer, read, sink)
            }
        }
    }

    /// Tells requests from what is none.
    fn before_request(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let is_held = !self.request.buffer.held().is_empty();
        let blank = if is_held { 0 } else { empty_lines(bytes) };
        if blank > 0 && self.request.state == State::Between {
            return blank;
        }
        let known = match blank {
            0 => recognize(self.request.buffer.held(), bytes, is_http1_request),
            _ => Recognition::No,
        };
        match known {
            Recognition::NeedMore => {
                self.request.buffer.hold(bytes);
                return bytes.len();
            }
            Recognition::Yes => {
                if self.request.state == State::StrayEnd {
                    self.request.write(&[], Last::Yes, sink);
                    self.complete(Direction::ToServer, sink);
                }
                let transaction = self.new_transaction();
                self.request.begin(transaction);
                self.request.state = State::Head;
            }
            Recognition::No => self.stray(sink),
        }
        0
    }

    /// What comes is no request.
    #[cold]
    fn stray(&mut self, sink: &mut impl Sink) {
        if self.request.state == State::Between {
            if self.pending.back().is_some_and(|last| last.method == Method::Connect) {
                // The client did not wait for the tunnel.
                self.request.state = State::Ended(End::Switched);
                return;
            }
            let is_first = !self.request.begun;
            let transaction = self.new_transaction();
            if is_first {
                self.request.begin(transaction);
                self.request.odd(Oddity::RequestLineInvalid, sink);
                self.request.state = State::Ended(End::Lost);
                return;
            }
            self.request.begin_stray(transaction, sink);
        }
        self.request.state = State::Stray;
        let mut buffer = std::mem::take(&mut self.request.buffer);
        self.request.write(buffer.held(), Last::No, sink);
        buffer.clear();
        self.request.buffer = buffer;
    }

    fn request_head(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let taken = self.request.buffer.take(bytes, &self.config);
        let (Taken::Complete(len) | Taken::TooLong(len)) = taken else { return bytes.len() };
        let mut buffer = std::mem::take(&mut self.request.buffer);
        let head = buffer.head(bytes.get(..len).unwrap_or_default());
        if let Taken::Complete(_) = taken {
            self.request(head, sink);
        } else {
            let Http1 { request: side, scratch: Scratch { headers, forms }, config, .. } = self;
            tell_request(head, &mut side.told, side.place, config, headers, forms, sink);
            side.odd(Oddity::FieldTooLong, sink);
            side.state = State::Ended(End::Lost);
        }
        buffer.clear();
        self.request.buffer = buffer;
        len
    }

    /// Deals with the head of a request.
    pub(super) fn request(&mut self, head: &[u8], sink: &mut impl Sink) {
        let Http1 { request: side, pending, scratch: Scratch { headers, forms }, config, .. } = self;
        let place = side.place;
        let (line, block, uri) = tell_request(head, &mut side.told, place, config, headers, forms, sink);
        let method = match line.method {
            b"HEAD" => Method::Head,
            b"CONNECT" => Method::Connect,
            _ => Method::Plain,
        };
        let version = Version::of(line.protocol);
        let path = path_of(uri, config.max_file_name);
        let Some(waiting) = pending.push(config.max_pending) else {
            side.odd(Oddity::TooManyPending, sink);
            side.state = State::Ended(End::Lost);
            self.response.state = State::Ended(End::Lost);
            return;
        };
        waiting.transaction = place.transaction;
        waiting.method = method;
        waiting.upgrade = if headers.count(Known::Upgrade) > 0 { Upgrade::Asked } else { Upgrade::NotAsked };
        waiting.continued = false;
        waiting.headless = version == Version::V09 && headers.is_empty();
        waiting.path.clear();
        waiting.path.extend_from_slice(path);
        waiting.offer.clear();
        if waiting.upgrade == Upgrade::Asked {
            waiting.offer.method.extend_from_slice(line.method);
            waiting.offer.target.extend_from_slice(line.target);
            waiting.offer.host.extend_from_slice(headers.get(Known::Host).unwrap_or_default());
            waiting.offer.settings.extend_from_slice(headers.get(Known::Http2Settings).unwrap_or_default());
        }

        let told = &mut side.told;
        let mut odd = |oddity| told.tell(oddity, place, sink);
        let framing = match framing(headers, block, version, Direction::ToServer, &mut odd) {
            // A tunnel has no body (RFC 9110 §9.3.6).
            _ if method == Method::Connect => Framing::Empty,
            framing => framing,
        };
        let is_upload = matches!(line.method, b"POST" | b"PUT") && framing != Framing::Empty;
        side.body.start(headers.announced(), if is_upload { Files::Whole } else { Files::None }, &mut odd);
        if side.body.files() == Files::Whole {
            side.body.tell_name(path, &mut side.told, place, sink);
        }
        if !side.begin_body(framing) {
            self.complete(Direction::ToServer, sink);
        }
    }
}

/// Tells what a head says, and returns its first line, its headers as they were sent, and its target in normal form.
fn tell_request<'a>(
    head: &'a [u8],
    told: &mut Told,
    place: Place,
    config: &Http1Config,
    headers: &mut Headers,
    forms: &'a mut Forms,
    sink: &mut impl Sink,
) -> (RequestLine<'a>, &'a [u8], &'a [u8]) {
    let Forms { target: form, host } = forms;
    let end = memchr(b'\n', head).map_or(head.len(), |end| end + 1);
    let (first, block) = head.split_at_checked(end).unwrap_or((head, &[]));
    let first = without_line_end(first);
    let mut odd = |oddity| told.tell(oddity, place, sink);
    match memchr2(b'\r', 0, first).and_then(|at| first.get(at)) {
        None => {}
        Some(0) => odd(Oddity::NulByte),
        Some(_) => odd(Oddity::BareCr),
    }
    let line = RequestLine::parse(first, &mut odd);
    let (authority, uri) = if line.method == b"CONNECT" {
        (Some(Authority::parse(line.target)), line.target)
    } else {
        let target = Target::parse(line.target);
        let is_normal = target.authority.is_none() && target.is_normal();
        (target.authority, if is_normal { line.target } else { target.normal(form, &mut odd) })
    };
    let whole = |sink: &mut _, field, bytes: &[u8]| tell(sink, place, field, bytes);
    whole(sink, FieldId::HttpRequestLine, first);
    whole(sink, FieldId::HttpMethod, line.method);
    whole(sink, FieldId::HttpUriRaw, line.target);
    whole(sink, FieldId::HttpUri, uri);
    whole(sink, FieldId::HttpProtocol, line.protocol);
    sink.stage(place.transaction, place.direction, Stage::Line);

    headers.parse(block, config.max_headers, &mut |oddity| told.tell(oddity, place, sink));
    let version = Version::of(line.protocol);
    let (name, raw) = check_host(headers, authority, version, &mut |oddity| told.tell(oddity, place, sink));
    whole(sink, FieldId::HttpHost, normal(name, host));
    whole(sink, FieldId::HttpHostRaw, raw);
    if headers.get(Known::Authorization).is_some_and(|value| !is_known_authorization(value)) {
        told.tell(Oddity::UnknownAuthorization, place, sink);
    }
    headers.tell(block, place, sink);
    whole(sink, FieldId::HttpStart, head);
    sink.stage(place.transaction, place.direction, Stage::Headers);
    (line, block, uri)
}

/// Tells a field that there is.
pub(super) fn tell<S: Sink>(sink: &mut S, place: Place, field: FieldId, bytes: &[u8]) {
    if !bytes.is_empty() {
        sink.field(place.transaction, place.direction, field, Part::Whole, bytes);
    }
}

/// The host that a request is for, and as it was sent. The target's goes before `Host` (RFC 9112 §3.2.2).
fn check_host<'a>(
    headers: &'a Headers,
    authority: Option<Authority<'a>>,
    version: Version,
    odd: &mut impl FnMut(Oddity),
) -> (&'a [u8], &'a [u8]) {
    let value = headers.get(Known::Host);
    let named = value.map(Authority::parse);
    if headers.count(Known::Host) > 1 {
        odd(Oddity::AmbiguousHost);
    }
    match named {
        None if version == Version::V11 => odd(Oddity::MissingHost),
        None => {}
        Some(named) => {
            if !named.has_valid_host() {
                odd(Oddity::InvalidHost);
            }
            if !named.has_valid_port() {
                odd(Oddity::InvalidServerPort);
            }
        }
    }
    let Some(authority) = authority else {
        return (named.map_or(&[], |named| named.host), value.unwrap_or_default());
    };
    if !authority.has_valid_host() {
        odd(Oddity::InvalidUriHost);
    }
    if !authority.has_valid_port() {
        odd(Oddity::InvalidAuthorityPort);
    }
    if named.is_some_and(|named| !is_same(named.host, authority.host)) {
        odd(Oddity::AmbiguousHost);
    }
    (authority.host, authority.host)
}

fn is_known_authorization(value: &[u8]) -> bool {
    [&b"basic"[..], b"bearer", b"digest"].into_iter().any(|scheme| starts_with_nocase(value, scheme))
}

/// The path of a target, no longer than what can be told of it.
fn path_of(uri: &[u8], max: usize) -> &[u8] {
    let end = uri.iter().position(|octet| matches!(octet, b'?' | b'#')).unwrap_or(uri.len());
    uri.get(..end.min(max.saturating_add(1))).unwrap_or_default()
}
