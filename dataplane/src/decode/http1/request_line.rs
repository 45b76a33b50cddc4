//! The first line of a request (RFC 9112 §3), as leniently as servers read it.

use super::octet::{is_space, is_token, starts_with_nocase};
use super::oddity::Oddity;

/// The version of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Version {
    /// HTTP/0.9, or no version at all.
    V09,
    V10,
    V11,
    /// Any other.
    Other,
}

impl Version {
    /// The version that a protocol (`HTTP/1.1`) names.
    pub fn of(protocol: &[u8]) -> Version {
        match protocol {
            b"" | b"HTTP/0.9" => Version::V09,
            b"HTTP/1.0" => Version::V10,
            b"HTTP/1.1" => Version::V11,
            _ => Version::Other,
        }
    }
}

/// A request's first line in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestLine<'a> {
    pub method: &'a [u8],
    pub target: &'a [u8],
    /// Empty if there is none.
    pub protocol: &'a [u8],
}

impl<'a> RequestLine<'a> {
    /// Takes a line, without its end, apart. The protocol is the last word if it begins with `HTTP/`; all between
    /// method and protocol is the target.
    pub fn parse(line: &'a [u8], odd: &mut impl FnMut(Oddity)) -> RequestLine<'a> {
        let start = line.iter().position(|&octet| !is_space(octet)).unwrap_or(line.len());
        if start > 0 {
            odd(Oddity::LeadingWhitespace);
        }
        let line = line.get(start..).unwrap_or_default();
        let end = line.iter().position(|&octet| is_space(octet)).unwrap_or(line.len());
        let (method, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
        if method.is_empty() || !method.iter().all(|&octet| is_token(octet)) {
            odd(Oddity::RequestLineInvalid);
        }
        let (target, protocol) = split_protocol(rest);
        let gap = target.iter().position(|&octet| !is_space(octet)).unwrap_or(target.len());
        let (delimiter, target) = target.split_at_checked(gap).unwrap_or((&[], target));
        if delimiter.iter().any(|&octet| octet != b' ') {
            odd(Oddity::MethodDelimiter);
        }
        let end = target.iter().rposition(|&octet| !is_space(octet)).map_or(0, |last| last + 1);
        let (target, delimiter) = target.split_at_checked(end).unwrap_or((target, &[]));
        if delimiter.iter().chain(target).any(|&octet| is_space(octet) && octet != b' ')
            || target.contains(&b' ')
        {
            odd(Oddity::UriDelimiter);
        }
        if target.is_empty() {
            odd(Oddity::RequestLineInvalid);
        }
        if protocol.is_empty() {
            odd(Oddity::MissingProtocol);
        } else if Version::of(protocol) == Version::Other {
            odd(Oddity::InvalidProtocol);
        }
        RequestLine { method, target, protocol }
    }
}

/// Whether a request's first line names a version.
pub(super) fn has_protocol(line: &[u8]) -> bool {
    !split_protocol(line).1.is_empty()
}

/// Splits off the last word, if it is a protocol.
fn split_protocol(line: &[u8]) -> (&[u8], &[u8]) {
    let blank = |octet: u8| is_space(octet) || octet == b'\n';
    let end = line.iter().rposition(|&octet| !blank(octet)).map_or(0, |last| last + 1);
    let trimmed = line.get(..end).unwrap_or_default();
    let start = trimmed.iter().rposition(|&octet| blank(octet)).map_or(0, |space| space + 1);
    match trimmed.split_at_checked(start) {
        Some((before, word)) if starts_with_nocase(word, b"HTTP/") => (before, word),
        _ => (trimmed, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_lines_apart() {
        for (line, parts, oddities) in [
            (&b"GET /a HTTP/1.1"[..], [&b"GET"[..], b"/a", b"HTTP/1.1"], &[][..]),
            (b" GET /a HTTP/1.0", [b"GET", b"/a", b"HTTP/1.0"], &[Oddity::LeadingWhitespace]),
            (b"GET\t/a HTTP/1.1", [b"GET", b"/a", b"HTTP/1.1"], &[Oddity::MethodDelimiter]),
            (b"GET  /a  HTTP/1.1 ", [b"GET", b"/a", b"HTTP/1.1"], &[]),
            (b"GET /a\tHTTP/1.1", [b"GET", b"/a", b"HTTP/1.1"], &[Oddity::UriDelimiter]),
            (b"GET /a b HTTP/1.1", [b"GET", b"/a b", b"HTTP/1.1"], &[Oddity::UriDelimiter]),
            (b"GET /a", [b"GET", b"/a", b""], &[Oddity::MissingProtocol]),
            (b"GET", [b"GET", b"", b""], &[Oddity::RequestLineInvalid, Oddity::MissingProtocol]),
            (b"GET HTTP/1.1", [b"GET", b"", b"HTTP/1.1"], &[Oddity::RequestLineInvalid]),
            (b"G\xffT / HTTP/1.1", [b"G\xffT", b"/", b"HTTP/1.1"], &[Oddity::RequestLineInvalid]),
            (b"GET / http/2", [b"GET", b"/", b"http/2"], &[Oddity::InvalidProtocol]),
        ] {
            let mut found = Vec::new();
            let RequestLine { method, target, protocol } =
                RequestLine::parse(line, &mut |oddity| found.push(oddity));
            let name = line.escape_ascii().to_string();
            assert_eq!([method, target, protocol], parts, "{name}");
            assert_eq!(found, oddities, "{name}");
        }
    }
}
