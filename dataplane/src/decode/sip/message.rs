//! A message: its first line and its headers, told as fields.

use memchr::memchr;
use weir_rules::field::FieldId;

use super::super::http::octet::{trim, without_line_end};
use super::super::http::oddity::Place;
use super::super::{Part, Sink, Stage};
use crate::flow::Direction;

/// Headers of a message that are looked at.
const MAX_HEADERS: usize = 1024;

/// Headers that have a field, by their names and short forms (RFC 3261 §7.3.3, §20).
const FIELDS: [(&[u8], &[u8], FieldId); 8] = [
    (b"from", b"f", FieldId::SipFrom),
    (b"to", b"t", FieldId::SipTo),
    (b"via", b"v", FieldId::SipVia),
    (b"user-agent", b"", FieldId::SipUserAgent),
    (b"content-type", b"c", FieldId::SipContentType),
    (b"content-length", b"l", FieldId::SipContentLength),
    (b"content-disposition", b"", FieldId::SipContentDisposition),
    (b"allow", b"", FieldId::SipAllow),
];

/// What bytes may be the start of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) enum FirstLine {
    Request,
    Response,
    /// More bytes will tell.
    NeedMore,
    Other,
}

impl FirstLine {
    /// Tells a first line by its beginning: the version of a response, or a method and a target that is SIP's.
    pub fn of(bytes: &[u8]) -> FirstLine {
        const LONGEST_METHOD: usize = 32;
        const SCHEMES: [&[u8]; 3] = [b"sip:", b"sips:", b"tel:"];
        match begins(bytes, b"SIP/2.0 ") {
            Begins::With => return FirstLine::Response,
            Begins::MayStill => return FirstLine::NeedMore,
            Begins::Not => {}
        }
        let is_method = |octet: &u8| octet.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(octet);
        let len = bytes.iter().take_while(|octet| is_method(octet)).count();
        let (_, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        if len > LONGEST_METHOD || (len == 0 && !rest.is_empty()) {
            return FirstLine::Other;
        }
        let Some((&first, target)) = rest.split_first() else { return FirstLine::NeedMore };
        if first != b' ' {
            return FirstLine::Other;
        }
        let fits = SCHEMES.map(|scheme| begins(target, scheme));
        if fits.contains(&Begins::With) {
            FirstLine::Request
        } else if fits.contains(&Begins::MayStill) {
            FirstLine::NeedMore
        } else {
            FirstLine::Other
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    With,
    MayStill,
    Not,
}

fn begins(bytes: &[u8], word: &[u8]) -> Begins {
    let len = bytes.len().min(word.len());
    match (bytes.get(..len), word.get(..len)) {
        (Some(start), Some(known)) if start.eq_ignore_ascii_case(known) => {
            if len == word.len() {
                Begins::With
            } else {
                Begins::MayStill
            }
        }
        _ => Begins::Not,
    }
}

/// What a message says of what follows its headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Announced {
    /// Bytes of the body; 0 where it is not said.
    pub body: u64,
}

/// A message that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoMessage;

/// Tells a message of which all headers are in `head`.
pub(super) fn tell(head: &[u8], place: Place, sink: &mut impl Sink) -> Result<Announced, NoMessage> {
    let end = memchr(b'\n', head).map_or(head.len(), |end| end + 1);
    let (first, headers) = head.split_at_checked(end).unwrap_or((head, &[]));
    let first = without_line_end(first);
    tell_first_line(first, place, sink).ok_or(NoMessage)?;
    let announced = tell_headers(headers, place, sink);
    sink.stage(place.transaction, place.direction, Stage::Headers);
    Ok(announced)
}

/// RFC 3261 §7.1, §7.2
fn tell_first_line(line: &[u8], place: Place, sink: &mut impl Sink) -> Option<()> {
    let mut whole = |field: FieldId, bytes: &[u8]| {
        if !bytes.is_empty() {
            sink.field(place.transaction, place.direction, field, Part::Whole, bytes);
        }
    };
    let (start, rest) = split_space(line)?;
    match FirstLine::of(line) {
        FirstLine::Response => {
            let (code, reason) = split_space(rest).unwrap_or((rest, &[]));
            whole(FieldId::SipResponseLine, line);
            whole(FieldId::SipProtocol, start);
            whole(FieldId::SipStatusCode, code);
            whole(FieldId::SipStatusMessage, reason);
        }
        FirstLine::Request => {
            let (uri, version) = split_space(rest)?;
            whole(FieldId::SipRequestLine, line);
            whole(FieldId::SipMethod, start);
            whole(FieldId::SipUri, uri);
            whole(FieldId::SipProtocol, version);
        }
        FirstLine::NeedMore | FirstLine::Other => return None,
    }
    Some(())
}

fn split_space(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr(b' ', line)?;
    let (word, rest) = line.split_at_checked(space)?;
    Some((word, rest.get(1..)?))
}

fn tell_headers(headers: &[u8], place: Place, sink: &mut impl Sink) -> Announced {
    let mut announced = Announced::default();
    let mut rest = headers;
    for _ in 0..MAX_HEADERS {
        let (line, after) = header(rest);
        rest = after;
        let Some(colon) = memchr(b':', line) else {
            // The empty line, or what is none; then there is nothing more to be understood.
            if without_line_end(line).is_empty() {
                break;
            }
            continue;
        };
        let (name, value) = line.split_at_checked(colon).unwrap_or((line, &[]));
        let (name, value) = (trim(name), trim(without_line_end(value.get(1..).unwrap_or_default())));
        let is_named = |known: &[u8]| !known.is_empty() && name.eq_ignore_ascii_case(known);
        let Some(&(_, _, field)) = FIELDS.iter().find(|(long, short, _)| is_named(long) || is_named(short))
        else {
            continue;
        };
        if field == FieldId::SipContentLength {
            announced.body = number(value);
        }
        if !value.is_empty() {
            sink.field(place.transaction, place.direction, field, Part::Whole, value);
        }
    }
    announced
}

/// Splits a header off, with the lines that continue it (§7.3.1).
fn header(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        end += memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let is_first_empty = bytes.get(..end).is_some_and(|line| without_line_end(line).is_empty());
        if is_first_empty || !matches!(bytes.get(end), Some(b' ' | b'\t')) {
            return bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        }
    }
}

/// A decimal number; 0 for what is none, as large as can be for what is larger.
fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .take_while(|octet| octet.is_ascii_digit())
        .fold(0_u64, |number, octet| number.saturating_mul(10).saturating_add(u64::from(octet - b'0')))
}

/// A message is complete, in both directions: what answers it is a transaction of its own.
pub(super) fn complete(place: Place, sink: &mut impl Sink) {
    let direction: Direction = place.direction;
    sink.stage(place.transaction, direction, Stage::Complete);
    sink.stage(place.transaction, direction.reverse(), Stage::Complete);
}
