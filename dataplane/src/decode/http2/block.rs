//! Header blocks (RFC 9113 §4.3): a HEADERS or PUSH_PROMISE frame, and the CONTINUATION frames that follow it.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::super::grpc::{MethodPath, is_grpc};
use super::super::http::body::{Announced, Files};
use super::super::http::host::{Authority, is_same};
use super::super::http::octet::starts_with_nocase;
use super::super::http::oddity::Place;
use super::super::multipart::file_names;
use super::super::recognise::AppProtocol;
use super::super::{Part, Sink, Stage, TransactionId};
use super::base64url;
use super::config::Http2Config;
use super::data::Renamed;
use super::decoder::{Http2, Upgraded, complete};
use super::event::{Http2Event, Raised};
use super::fields;
use super::frame::{FrameHeader, flag, kind};
use super::hpack::{HeaderList, Note};
use super::settings::Setting;
use super::side::{Block, Scope, Side, What};
use super::stream::{Stream, Streams};
use crate::flow::Direction;

/// What DNS over HTTPS calls its messages (RFC 8484 §6).
const DNS_MESSAGE: &[u8] = b"application/dns-message";
/// Bytes of a query in a target that are decoded. The target itself is bounded by the list of headers.
const MAX_QUERY: usize = 64 << 10;
/// Bytes of settings in a header of HTTP/1: more than there are settings.
const MAX_SETTINGS: usize = 1024;

impl Http2 {
    pub(super) fn begin_block(
        &mut self,
        direction: Direction,
        frame: &FrameHeader,
        scope: Scope,
        sink: &mut impl Sink,
    ) {
        if self.side(direction).block.is_some() {
            self.end_block(direction, sink);
        }
        let is_promise = frame.kind == kind::PUSH_PROMISE;
        let side = self.side(direction);
        let raised = match scope {
            Scope::Alone(transaction) => *side.raised_alone(transaction),
            Scope::Stream(_) => Raised::default(),
        };
        side.list.clear();
        side.block = Some(Block {
            on: frame.stream,
            scope,
            // The request that a server promises to answer is one that the client could have sent (§8.4).
            direction: if is_promise { direction.reverse() } else { direction },
            frames: 1,
            ends_stream: is_promise || frame.has(flag::END_STREAM),
            raised,
        });
    }

    pub(super) fn continue_block(
        &mut self,
        direction: Direction,
        frame: &FrameHeader,
        sink: &mut impl Sink,
    ) -> What {
        let max = self.config.max_continuations;
        let Some(block) = self.side(direction).block.as_mut().filter(|block| block.on == frame.stream) else {
            return What::Ignored;
        };
        block.frames = block.frames.saturating_add(1);
        let (frames, scope) = (block.frames, block.scope);
        if frames > max {
            self.raise(Http2Event::ContinuationFlood, scope, direction, sink);
        }
        What::Fragment
    }

    /// Takes a piece of a block. `false` says that it can't go on with the direction.
    pub(super) fn fragment(&mut self, direction: Direction, piece: &[u8], sink: &mut impl Sink) -> bool {
        let Http2 { request, response, streams, .. } = self;
        let side = if direction == Direction::ToServer { request } else { response };
        let Side { hpack, list, block: Some(block), .. } = side else { return true };
        let (place, raised) = block.reports(streams, direction);
        hpack.push(piece, list, &mut |note| tell_note(note, place, raised, sink))
    }

    /// A block is whole.
    pub(super) fn end_block(&mut self, direction: Direction, sink: &mut impl Sink) {
        let Http2 { request, response, streams, .. } = self;
        let side = if direction == Direction::ToServer { request } else { response };
        let Side { hpack, list, block, .. } = side;
        let Some(mut block) = block.take() else { return };
        let (place, raised) = block.reports(streams, direction);
        hpack.finish(&mut |_| raised.tell(Http2Event::ExtraHeaderData, place, sink));
        if list.is_cut() {
            raised.tell(Http2Event::ReassemblyLimitReached, place, sink);
        }
        let list = std::mem::take(list);
        match block.scope {
            Scope::Alone(transaction) => complete(transaction, direction, sink),
            Scope::Stream(id) => self.message(&list, &block, id, sink),
        }
        self.side(direction).list = list;
    }

    /// The headers of a stream: those before its body, interim ones, or trailers.
    fn message(&mut self, list: &HeaderList, block: &Block, id: u32, sink: &mut impl Sink) {
        let Http2 { streams, scratch, config, dns, protocol, .. } = self;
        let Some(stream) = streams.find(id) else { return };
        let direction = block.direction;
        let place = stream.place(direction);
        if stream.half(direction).ended {
            return stream.raise(Http2Event::StreamIdReuse, direction, sink);
        }
        fields::tell(list, place, scratch, sink);
        check_host(stream, list, direction, sink);
        let is_interim =
            !block.ends_stream && list.get(b":status").is_some_and(|status| status.first() == Some(&b'1'));
        if !is_interim && !std::mem::replace(&mut stream.half(direction).begun, true) {
            if let Some(found) = begin_message(stream, list, direction, config, sink) {
                *protocol = found;
            }
            if let Some(query) = dns_query(list).filter(|_| direction == Direction::ToServer) {
                *protocol = AppProtocol::Doh2;
                dns.push_within(place.transaction, direction, &query, sink);
            }
            sink.stage(place.transaction, direction, Stage::Headers);
        }
        if block.ends_stream {
            self.end_half(id, direction, sink);
        }
    }

    /// Goes on from HTTP/1: its request is that of stream 1, and complete (RFC 7540 §3.2).
    pub(super) fn begin_upgraded(&mut self, upgraded: &Upgraded<'_>, sink: &mut impl Sink) {
        const STREAM: u32 = 1;
        let direction = Direction::ToServer;
        let transaction = self.new_transaction();
        let windows = [self.request.initial, self.response.initial];
        self.streams.open(STREAM, transaction, &self.config, windows);
        let mut list = HeaderList::default();
        for (name, value) in
            [(&b":method"[..], upgraded.method), (b":path", upgraded.target), (b":authority", upgraded.host)]
        {
            list.add(name, value, self.config.max_header_list, self.config.max_headers);
        }
        let block = Block {
            on: STREAM,
            scope: Scope::Stream(STREAM),
            direction,
            frames: 1,
            ends_stream: true,
            raised: Raised::default(),
        };
        self.message(&list, &block, STREAM, sink);
        let settings = base64url::decode(upgraded.settings, MAX_SETTINGS)
            .filter(|settings| settings.len().is_multiple_of(Setting::LEN));
        match settings {
            Some(settings) => {
                settings.chunks(Setting::LEN).filter_map(<[u8]>::first_chunk).for_each(|setting| {
                    self.apply(direction, Setting::parse(setting), Scope::Stream(STREAM), sink);
                })
            }
            None => self.raise(Http2Event::InvalidHttp1Settings, Scope::Stream(STREAM), direction, sink),
        }
    }
}

impl Block {
    /// Where events of the block are told, and which were.
    fn reports<'s>(&'s mut self, streams: &'s mut Streams, direction: Direction) -> (Place, &'s mut Raised) {
        let alone = TransactionId::default();
        match self.scope {
            Scope::Alone(transaction) => (Place { transaction, direction }, &mut self.raised),
            Scope::Stream(id) => match streams.find(id) {
                Some(stream) => (stream.place(direction), &mut stream.half(direction).raised),
                None => (Place { transaction: alone, direction }, &mut self.raised),
            },
        }
    }
}

fn tell_note(note: Note, place: Place, raised: &mut Raised, sink: &mut impl Sink) {
    let event = match note {
        Note::Resized(size) => {
            return sink.number(
                place.transaction,
                place.direction,
                NumberId::Http2SizeUpdate,
                u64::from(size),
            );
        }
        Note::Invalid => Http2Event::InvalidHeader,
        Note::TableTooLarge => Http2Event::TableTooLarge,
        Note::Overflow => Http2Event::HeaderIntegerOverflow,
    };
    raised.tell(event, place, sink);
}

/// Tells two names for one host, and names that are not one.
fn check_host(stream: &mut Stream, list: &HeaderList, direction: Direction, sink: &mut impl Sink) {
    let Some(authority) = list.get(b":authority") else { return };
    if authority.contains(&b'@') {
        stream.raise(Http2Event::UserinfoInUri, direction, sink);
    }
    let Some(host) = list.get(b"host") else { return };
    let (named, host) = (Authority::parse(authority), Authority::parse(host));
    let other_port = named.port.is_some() && host.port.is_some() && named.port != host.port;
    if !is_same(named.host, host.host) || other_port {
        stream.raise(Http2Event::AuthorityHostMismatch, direction, sink);
    }
}

/// Makes ready for the body that headers announce, and returns what they say that the stream is for.
fn begin_message(
    stream: &mut Stream,
    list: &HeaderList,
    direction: Direction,
    config: &Http2Config,
    sink: &mut impl Sink,
) -> Option<AppProtocol> {
    let place = stream.place(direction);
    let value = |name: &[u8]| list.get(name).unwrap_or_default();
    let content_type = value(b"content-type");
    if direction == Direction::ToServer {
        let path = value(b":path");
        let end = path.iter().position(|octet| matches!(octet, b'?' | b'#')).unwrap_or(path.len());
        let path = path.get(..end.min(config.max_file_name.saturating_add(1))).unwrap_or_default();
        stream.path.extend_from_slice(path);
    }
    let Stream { halves: [request, response], path, .. } = stream;
    let half = if direction == Direction::ToServer { request } else { response };
    let mut sink = Renamed(sink);
    let announced =
        Announced { content_type, transfer_encoding: b"", content_encoding: value(b"content-encoding") };
    let told = &mut half.told;
    half.body.start(announced, Files::Whole, &mut |oddity| told.tell(oddity, place, &mut sink));
    if half.body.files() == Files::Whole {
        let mut names = file_names(value(b"content-disposition")).peekable();
        if names.peek().is_none() {
            half.body.tell_name(path, &mut half.told, place, &mut sink);
        }
        names.for_each(|name| half.body.tell_name(&name, &mut half.told, place, &mut sink));
    }
    if starts_with_nocase(content_type, DNS_MESSAGE) {
        half.dns.start();
        return Some(AppProtocol::Doh2);
    }
    if !is_grpc(content_type) {
        return None;
    }
    half.grpc.start(value(b"grpc-encoding"));
    if direction == Direction::ToServer
        && let Some(path) = MethodPath::parse(value(b":path"))
    {
        for (field, bytes) in [(FieldId::GrpcService, path.service), (FieldId::GrpcMethod, path.method)] {
            sink.field(place.transaction, direction, field, Part::Whole, bytes);
        }
    }
    Some(AppProtocol::Grpc)
}

/// The message that a request for DNS over HTTPS has in its target (RFC 8484 §4.1).
fn dns_query(list: &HeaderList) -> Option<Vec<u8>> {
    let says_so = |name: &[u8]| list.get(name).is_some_and(|value| starts_with_nocase(value, DNS_MESSAGE));
    if !says_so(b"accept") && !says_so(b"content-type") {
        return None;
    }
    let path = list.get(b":path")?;
    let query = path.split(|&octet| octet == b'?').nth(1)?;
    let message = query.split(|&octet| octet == b'&').find_map(|pair| pair.strip_prefix(b"dns="))?;
    base64url::decode(message, MAX_QUERY)
}
