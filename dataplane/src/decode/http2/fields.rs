//! What a header block says, told as the fields that HTTP/1 fills.
//!
//! Headers stand in the order in which they were sent, pseudo-headers too, as in Suricata; those of one name are joined
//! only where a field of theirs is told.

use weir_rules::field::FieldId;

use super::super::http::host::{Authority, normal};
use super::super::http::known::Known;
use super::super::http::octet::trim;
use super::super::http::oddity::Place;
use super::super::http::target::{NormalForm, Target};
use super::super::{Part, Sink};
use super::hpack::HeaderList;
use crate::flow::Direction;

/// Buffers for what has to be put together.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    raw: Vec<u8>,
    normal: Vec<u8>,
    names: Vec<u8>,
    joined: Vec<u8>,
    target: NormalForm,
}

/// Tells all fields of a list of headers.
pub(super) fn tell(list: &HeaderList, place: Place, scratch: &mut Scratch, sink: &mut impl Sink) {
    if list.is_empty() {
        return;
    }
    let Place { transaction, direction } = place;
    let mut whole =
        |field: FieldId, bytes: &[u8]| sink.field(transaction, direction, field, Part::Whole, bytes);
    match direction {
        Direction::ToServer => tell_request(list, scratch, &mut whole),
        Direction::ToClient => {
            if let Some(status) = list.get(b":status") {
                whole(FieldId::HttpProtocol, b"HTTP/2");
                whole(FieldId::HttpStatusCode, status);
            }
        }
    }
    tell_each(list, direction, scratch, &mut whole);
    tell_known(list, scratch, &mut whole);
    whole(FieldId::HttpHeader, &scratch.normal);
    whole(FieldId::HttpHeaderNames, &scratch.names);
    whole(FieldId::HttpHeaderRaw, &scratch.raw);
}

/// The pseudo-headers of a request (RFC 9113 §8.3.1). Trailers have none.
fn tell_request(list: &HeaderList, scratch: &mut Scratch, whole: &mut impl FnMut(FieldId, &[u8])) {
    if let Some(method) = list.get(b":method") {
        whole(FieldId::HttpProtocol, b"HTTP/2");
        whole(FieldId::HttpMethod, method);
    }
    if let Some(path) = list.get(b":path") {
        whole(FieldId::HttpUriRaw, path);
        let target = Target::parse(path);
        let is_normal = target.authority.is_none() && target.is_normal();
        whole(
            FieldId::HttpUri,
            if is_normal { path } else { target.normal(&mut scratch.target, &mut |_| {}) },
        );
    }
    if let Some(authority) = list.get(b":authority").or_else(|| list.get(b"host")) {
        let host = Authority::parse(authority).host;
        whole(FieldId::HttpHost, normal(host, &mut scratch.joined));
        whole(FieldId::HttpHostRaw, authority);
    }
}

/// Tells headers one by one, and puts all of them together.
fn tell_each(
    list: &HeaderList,
    direction: Direction,
    scratch: &mut Scratch,
    whole: &mut impl FnMut(FieldId, &[u8]),
) {
    let each = match direction {
        Direction::ToServer => FieldId::HttpRequestHeader,
        Direction::ToClient => FieldId::HttpResponseHeader,
    };
    let Scratch { raw, normal, names, .. } = scratch;
    raw.clear();
    normal.clear();
    names.clear();
    names.extend_from_slice(b"\r\n");
    for (name, value) in list.iter() {
        names.extend_from_slice(name);
        names.extend_from_slice(b"\r\n");
        let start = raw.len();
        write(raw, name, value);
        whole(each, raw.get(start..).unwrap_or_default().strip_suffix(b"\r\n").unwrap_or_default());
        whole(
            FieldId::Http2Header,
            raw.get(start..).unwrap_or_default().strip_suffix(b"\r\n").unwrap_or_default(),
        );
        whole(FieldId::Http2HeaderName, name);
        if !Known::of(name).is_some_and(Known::is_cookie) {
            write(normal, name, trim(value));
        }
    }
    names.extend_from_slice(b"\r\n");
}

fn write(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Tells the headers that have a field of their own, those of one name joined.
fn tell_known(list: &HeaderList, scratch: &mut Scratch, whole: &mut impl FnMut(FieldId, &[u8])) {
    let mut told = 0_u32;
    for (index, (name, first)) in list.iter().enumerate() {
        let Some((known, field)) = Known::of(name).and_then(|known| Some((known, known.field()?))) else {
            continue;
        };
        let bit = 1 << known as u32;
        if told & bit != 0 {
            continue;
        }
        told |= bit;
        let others = list.iter().skip(index + 1).filter(|(name, _)| Known::of(name) == Some(known));
        // Cookies may be sent in crumbs (RFC 9113 §8.2.3).
        let separator: &[u8] = if known == Known::Cookie { b"; " } else { b", " };
        let mut is_joined = false;
        for (_, value) in others {
            if !std::mem::replace(&mut is_joined, true) {
                scratch.joined.clear();
                scratch.joined.extend_from_slice(first);
            }
            scratch.joined.extend_from_slice(separator);
            scratch.joined.extend_from_slice(value);
        }
        whole(field, if is_joined { &scratch.joined } else { first });
    }
}
