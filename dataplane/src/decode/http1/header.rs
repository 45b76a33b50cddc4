//! The headers of a message: taken apart, those of one name joined, and told as fields.
//!
//! Headers of one name are one header whose values are joined by `, ` (RFC 9110 §5.3), as they are in Suricata. The
//! normal form of all of them, `Name: value\r\n`, is written once; every field of a single header is a slice of it.

use std::ops::Range;

use memchr::{memchr, memchr2};
use weir_rules::field::FieldId;

use super::super::{Part, Sink};
use super::body::Announced;
use super::known::Known;
use super::octet::{is_token, trim, without_line_end};
use super::oddity::{Oddity, Place};
use crate::flow::Direction;

/// Times that a name may occur before it is odd (libhtp's limit).
const MAX_REPETITIONS: u32 = 64;
/// Names that are compared for one message. Beyond, headers are not joined: names that are made to be compared with
/// each other in vain would cost the square of their number.
const MAX_COMPARISONS: u32 = 1 << 14;

/// A header as it was sent.
#[derive(Clone, Debug)]
struct Line {
    name: Range<usize>,
    /// Without whitespace around it; with the ends of lines in it, if it is folded.
    value: Range<usize>,
    folded: bool,
    key: u32,
    known: Option<Known>,
    /// Index of the next header of this name.
    next: Option<usize>,
    /// Index of the last header of this name, and their number. Zero if this is not the first.
    last: usize,
    count: u32,
}

/// A header in normal form.
#[derive(Clone, Debug)]
struct Joined {
    known: Option<Known>,
    /// `Name: value` in the normal form.
    whole: Range<usize>,
    /// Where the value begins.
    value: usize,
}

/// The headers of one message. The memory is kept for the next.
#[derive(Debug, Default)]
pub(super) struct Headers {
    lines: Vec<Line>,
    joined: Vec<Joined>,
    /// Everything in normal form, cookies last.
    normal: Vec<u8>,
    /// Where the cookies begin.
    cookies: usize,
    names: Vec<u8>,
    comparisons: u32,
}

/// The place of a part within a whole that it was taken from.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

impl Headers {
    /// Takes a block of header lines apart; it ends with its empty line, or with the block.
    pub fn parse(&mut self, block: &[u8], max: usize, odd: &mut impl FnMut(Oddity)) {
        self.lines.clear();
        self.comparisons = 0;
        let mut rest = block;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = after;
            let line = without_line_end(line);
            if line.is_empty() {
                break;
            }
            match memchr2(b'\r', 0, line).and_then(|at| line.get(at)) {
                None => {}
                Some(0) => odd(Oddity::NulByte),
                Some(_) => odd(Oddity::BareCr),
            }
            if matches!(line.first(), Some(b' ' | b'\t')) && self.fold(block, line, odd) {
                continue;
            }
            self.add(block, line, max, odd);
        }
        self.join(block);
    }

    /// Continues the last header, if there is one.
    fn fold(&mut self, block: &[u8], line: &[u8], odd: &mut impl FnMut(Oddity)) -> bool {
        let Some(last) = self.lines.last_mut() else {
            odd(Oddity::InvalidFolding);
            return false;
        };
        odd(Oddity::FieldFolded);
        let more = trim(line);
        if !more.is_empty() {
            if last.value.is_empty() {
                last.value = range_in(block, more);
            } else {
                last.value.end = range_in(block, more).end;
                last.folded = true;
            }
        }
        true
    }

    /// Adds a header. Beyond `max`, only those count that say where the message ends.
    fn add(&mut self, block: &[u8], line: &[u8], max: usize, odd: &mut impl FnMut(Oddity)) {
        let (name, value) = match memchr(b':', line).and_then(|colon| line.split_at_checked(colon)) {
            Some((name, value)) => (name, value.get(1..).unwrap_or_default()),
            None => {
                odd(Oddity::FieldMissingColon);
                (&line[..0], line)
            }
        };
        let tidy = trim(name);
        if tidy.len() != name.len()
            || !tidy.iter().all(|&octet| is_token(octet))
            || (tidy.is_empty() && value.len() < line.len())
        {
            odd(Oddity::HeaderInvalid);
        }
        let index = self.lines.len();
        let known = Known::of(tidy);
        if index >= max {
            odd(Oddity::TooManyHeaders);
            if !known.is_some_and(Known::frames) {
                return;
            }
        }
        let key = key_of(tidy);
        let earlier = self.find(block, key, tidy);
        self.lines.push(Line {
            name: range_in(block, tidy),
            value: range_in(block, trim(value)),
            folded: false,
            key,
            known,
            next: None,
            last: index,
            count: u32::from(earlier.is_none()),
        });
        let Some(first) = earlier.and_then(|first| self.lines.get_mut(first)) else { return };
        first.count += 1;
        if first.count > MAX_REPETITIONS {
            odd(Oddity::HeaderRepetition);
        }
        let last = std::mem::replace(&mut first.last, index);
        if let Some(last) = self.lines.get_mut(last) {
            last.next = Some(index);
        }
    }

    /// The first header of this name.
    fn find(&mut self, block: &[u8], key: u32, name: &[u8]) -> Option<usize> {
        for (index, line) in self.lines.iter().enumerate() {
            if line.key == key && line.count > 0 {
                self.comparisons += 1;
                if self.comparisons > MAX_COMPARISONS {
                    return None;
                }
                if block.get(line.name.clone()).is_some_and(|other| other.eq_ignore_ascii_case(name)) {
                    return Some(index);
                }
            }
        }
        None
    }

    /// Writes the normal form.
    fn join(&mut self, block: &[u8]) {
        self.joined.clear();
        self.normal.clear();
        self.names.clear();
        self.names.extend_from_slice(b"\r\n");
        let is_cookie = |line: &Line| line.known.is_some_and(Known::is_cookie);
        for line in self.lines.iter().filter(|line| line.count > 0) {
            self.names.extend_from_slice(block.get(line.name.clone()).unwrap_or_default());
            self.names.extend_from_slice(b"\r\n");
            if !is_cookie(line) {
                self.joined.push(join_one(&self.lines, line, block, &mut self.normal));
            }
        }
        self.names.extend_from_slice(b"\r\n");
        self.cookies = self.normal.len();
        for line in self.lines.iter().filter(|line| line.count > 0 && is_cookie(line)) {
            self.joined.push(join_one(&self.lines, line, block, &mut self.normal));
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The value of a header, those of the same name joined.
    pub fn get(&self, known: Known) -> Option<&[u8]> {
        let found = self.joined.iter().find(|header| header.known == Some(known))?;
        self.normal.get(found.value..found.whole.end)
    }

    /// What they announce of the body.
    pub fn announced(&self) -> Announced<'_> {
        let value = |known| self.get(known).unwrap_or_default();
        Announced {
            content_type: value(Known::ContentType),
            transfer_encoding: value(Known::TransferEncoding),
            content_encoding: value(Known::ContentEncoding),
        }
    }

    /// How often a header occurs.
    pub fn count(&self, known: Known) -> u32 {
        self.lines
            .iter()
            .find(|line| line.known == Some(known) && line.count > 0)
            .map_or(0, |line| line.count)
    }

    /// The values of a header as they were sent in `block`.
    pub fn each<'a>(&'a self, known: Known, block: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let lines = self.lines.iter().filter(move |line| line.known == Some(known));
        lines.map(|line| block.get(line.value.clone()).unwrap_or_default())
    }

    /// Tells all fields of the headers.
    pub fn tell(&self, block: &[u8], place: Place, sink: &mut impl Sink) {
        let Place { transaction, direction } = place;
        let mut whole =
            |field: FieldId, bytes: &[u8]| sink.field(transaction, direction, field, Part::Whole, bytes);
        let each = match direction {
            Direction::ToServer => FieldId::HttpRequestHeader,
            Direction::ToClient => FieldId::HttpResponseHeader,
        };
        for header in &self.joined {
            whole(each, self.normal.get(header.whole.clone()).unwrap_or_default());
            if let Some(field) = header.known.and_then(Known::field) {
                whole(field, self.normal.get(header.value..header.whole.end).unwrap_or_default());
            }
        }
        if !self.lines.is_empty() {
            whole(FieldId::HttpHeader, self.normal.get(..self.cookies).unwrap_or_default());
            whole(FieldId::HttpHeaderNames, &self.names);
        }
        if !block.is_empty() {
            whole(FieldId::HttpHeaderRaw, block);
        }
    }
}

/// A number that names which differ seldom share.
fn key_of(name: &[u8]) -> u32 {
    name.iter().fold(name.len() as u32, |key, octet| {
        (key.rotate_left(5) ^ u32::from(octet.to_ascii_lowercase())).wrapping_mul(0x9e37_79b9)
    })
}

/// Writes `Name: value, value\r\n`.
fn join_one(lines: &[Line], first: &Line, block: &[u8], out: &mut Vec<u8>) -> Joined {
    let start = out.len();
    out.extend_from_slice(block.get(first.name.clone()).unwrap_or_default());
    out.extend_from_slice(b": ");
    let value = out.len();
    write_value(first, block, out);
    let mut next = first.next;
    // The first length is the one that counts; a list of lengths is no length.
    while let Some(line) = next.filter(|_| first.known != Some(Known::ContentLength)) {
        let Some(line) = lines.get(line) else { break };
        out.extend_from_slice(b", ");
        write_value(line, block, out);
        next = line.next;
    }
    let whole = start..out.len();
    out.extend_from_slice(b"\r\n");
    Joined { known: first.known, whole, value }
}

/// Writes a value, its lines joined by a space each.
fn write_value(line: &Line, block: &[u8], out: &mut Vec<u8>) {
    let value = block.get(line.value.clone()).unwrap_or_default();
    if !line.folded {
        out.extend_from_slice(value);
        return;
    }
    let parts = value.split(|&octet| octet == b'\n').map(|part| trim(without_line_end(part)));
    for (index, part) in parts.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(part);
    }
}
