//! The target of a request (RFC 9112 §3.2), in parts and in normal form.
//!
//! The normal form is that of libhtp as Suricata sets it up: path, query and fragment without scheme and authority;
//! percent-encoding undone once, `%uXXXX` as well; in the path a backslash is a slash, slashes are compressed and dot
//! segments removed (RFC 3986 §5.2.4), and letters that only look like ASCII (full width, overlong UTF-8) are ASCII.
//! `+` stays, case stays, and what is encoded wrongly stays as it is.

use super::host::Authority;
use super::oddity::Oddity;

/// A target in parts, as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Target<'a> {
    pub authority: Option<Authority<'a>>,
    pub path: &'a [u8],
    /// From the `?` on: query and fragment.
    pub rest: &'a [u8],
}

impl<'a> Target<'a> {
    /// Takes the target of any request but CONNECT apart.
    pub fn parse(target: &'a [u8]) -> Target<'a> {
        let (authority, local) = split_authority(target);
        let end = local.iter().position(|octet| matches!(octet, b'?' | b'#')).unwrap_or(local.len());
        let (path, rest) = local.split_at_checked(end).unwrap_or((local, &[]));
        Target { authority: authority.map(Authority::parse), path, rest }
    }

    /// The normal form: where it lies if it is in normal form, else in `out`.
    pub fn normal<'b>(&self, out: &'b mut NormalForm, odd: &mut impl FnMut(Oddity)) -> &'b [u8]
    where
        'a: 'b,
    {
        out.decoded.clear();
        decode(self.path, &mut out.decoded, odd);
        fold(&mut out.decoded);
        out.uri.clear();
        remove_dots(&out.decoded, &mut out.uri);
        decode(self.rest, &mut out.uri, odd);
        &out.uri
    }

    /// Whether the path is in normal form and nothing is encoded in the rest.
    pub fn is_normal(&self) -> bool {
        let mut last = 0;
        let plain = self.path.iter().all(|&octet| {
            let odd =
                matches!(octet, b'%' | b'\\' | 0x80..) || (last == b'/' && matches!(octet, b'/' | b'.'));
            last = octet;
            !odd
        });
        plain && self.path.first() == Some(&b'/') && memchr::memchr(b'%', self.rest).is_none()
    }
}

/// Buffers for targets that are not in normal form.
#[derive(Debug, Default)]
pub(in crate::decode) struct NormalForm {
    decoded: Vec<u8>,
    uri: Vec<u8>,
}

/// Splits `scheme://authority` off.
fn split_authority(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let scheme = target
        .iter()
        .position(|octet| !octet.is_ascii_alphanumeric() && !matches!(octet, b'+' | b'-' | b'.'));
    let after = scheme
        .filter(|&len| len > 0)
        .and_then(|len| target.get(len..))
        .and_then(|rest| rest.strip_prefix(b"://"));
    let Some(after) = after else { return (None, target) };
    let end = after.iter().position(|octet| matches!(octet, b'/' | b'?' | b'#' | b'\\'));
    let (authority, local) = after.split_at_checked(end.unwrap_or(after.len())).unwrap_or((after, &[]));
    (Some(authority), local)
}

fn hex(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).map(|digit| digit as u8)
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let &[high, low] = bytes.first_chunk()?;
    Some(hex(high)? << 4 | hex(low)?)
}

/// Undoes percent-encoding once.
fn decode(bytes: &[u8], out: &mut Vec<u8>, odd: &mut impl FnMut(Oddity)) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (plain, encoded) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let after = encoded.get(1..).unwrap_or_default();
        let (octet, len) = match after {
            [b'u' | b'U', code @ ..] => match (hex_pair(code), code.get(2..).and_then(hex_pair)) {
                (Some(high), Some(low)) => (lookalike(u16::from_be_bytes([high, low])), 5),
                _ => (b'%', 0),
            },
            _ => hex_pair(after).map_or((b'%', 0), |octet| (octet, 2)),
        };
        if octet == 0 {
            odd(Oddity::EncodedNul);
        }
        rest = after.get(len..).unwrap_or_default();
        if octet == b'%' && len > 0 && hex_pair(rest).is_some() {
            odd(Oddity::DoubleEncodedUri);
        }
        out.push(octet);
    }
    out.extend_from_slice(rest);
}

/// The octet that servers take a `%uXXXX` for: ASCII, full-width ASCII, Latin 1; `?` for all others.
fn lookalike(code: u16) -> u8 {
    match code {
        0xff01..=0xff5e => (code - 0xff01) as u8 + 0x21,
        0..=0xff => code as u8,
        0x2044 | 0x2215 => b'/',
        0x2216 => b'\\',
        _ => b'?',
    }
}

/// Makes ASCII of what only looks like it, and slashes of backslashes.
fn fold(path: &mut Vec<u8>) {
    if path.iter().any(|octet| !octet.is_ascii()) {
        let mut folded = 0;
        let mut at = 0;
        while let Some(&first) = path.get(at) {
            let (octet, len) = match *path.get(at..).unwrap_or_default() {
                // Overlong forms of ASCII, of two, three and four octets.
                [a @ 0xc0..=0xc1, b @ 0x80..=0xbf, ..] => ((a & 1) << 6 | (b & 0x3f), 2),
                [0xe0, a @ 0x80..=0x81, b @ 0x80..=0xbf, ..] => ((a & 1) << 6 | (b & 0x3f), 3),
                [0xf0, 0x80, a @ 0x80..=0x81, b @ 0x80..=0xbf, ..] => ((a & 1) << 6 | (b & 0x3f), 4),
                // U+FF01 to U+FF5E.
                [0xef, 0xbc, a @ 0x81..=0xbf, ..] => (a - 0x81 + 0x21, 3),
                [0xef, 0xbd, a @ 0x80..=0x9e, ..] => (a - 0x80 + 0x60, 3),
                _ => (first, 1),
            };
            if let Some(slot) = path.get_mut(folded) {
                *slot = octet;
            }
            (folded, at) = (folded + 1, at + len);
        }
        path.truncate(folded);
    }
    path.iter_mut().filter(|octet| **octet == b'\\').for_each(|octet| *octet = b'/');
}

/// Compresses slashes and removes dot segments (RFC 3986 §5.2.4).
fn remove_dots(path: &[u8], out: &mut Vec<u8>) {
    let mut segments = path.split(|&octet| octet == b'/').peekable();
    if path.first() == Some(&b'/') {
        out.push(b'/');
    }
    while let Some(segment) = segments.next() {
        match segment {
            b"" | b"." => {}
            b".." => {
                let parent = out.strip_suffix(b"/").unwrap_or(out);
                let end = parent.iter().rposition(|&octet| octet == b'/').map_or(0, |slash| slash + 1);
                out.truncate(end);
                if end == 0 && path.first() == Some(&b'/') {
                    out.push(b'/');
                }
            }
            _ => {
                out.extend_from_slice(segment);
                if segments.peek().is_some() {
                    out.push(b'/');
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_forms() {
        for (target, expected, oddities) in [
            (&b"/"[..], &b"/"[..], &[][..]),
            (b"/a/b?c=d#e", b"/a/b?c=d#e", &[]),
            (b"http://h:1/a?b", b"/a?b", &[]),
            (b"http://h", b"", &[]),
            (b"http://h?q", b"?q", &[]),
            (b"/%61%2f%2Fb?%61+%20", b"/a/b?a+ ", &[]),
            (b"/a\\b%5cc", b"/a/b/c", &[]),
            (b"//a///b//", b"/a/b/", &[]),
            (b"/a/./b/../c", b"/a/c", &[]),
            (b"/../../etc/passwd", b"/etc/passwd", &[]),
            (b"/a/b/..", b"/a/", &[]),
            (b"/a/.", b"/a/", &[]),
            (b"/..", b"/", &[]),
            (b"../a", b"a", &[]),
            (b"/%2e%2e/%2e/a", b"/a", &[]),
            (b"/%zz%4", b"/%zz%4", &[]),
            (b"/%", b"/%", &[]),
            (b"/%u0041%uff0f%u2215%u4e2d%u00", b"/A/?%u00", &[]),
            (b"/%c0%af%c1%81%ef%bc%8f%EF%BC%A1", b"/A/A", &[]),
            (b"/%c3%a4", b"/\xc3\xa4", &[]),
            (b"/%2541", b"/%41", &[Oddity::DoubleEncodedUri]),
            (b"/a%00b", b"/a\0b", &[Oddity::EncodedNul]),
            (b"/?a=//../b", b"/?a=//../b", &[]),
            (b"*", b"*", &[]),
        ] {
            let mut found = Vec::new();
            let mut form = NormalForm::default();
            let target = Target::parse(target);
            let normal = target.normal(&mut form, &mut |oddity| found.push(oddity)).to_vec();
            assert_eq!(normal.escape_ascii().to_string(), expected.escape_ascii().to_string());
            assert_eq!(found, oddities, "{}", expected.escape_ascii());
            if target.is_normal() {
                assert_eq!(normal, [target.path, target.rest].concat());
            }
        }
    }

    #[test]
    fn what_is_normal_is_told_from_what_is_not() {
        for (target, expected) in [
            (&b"/v1/chat/completions?a=b+c"[..], true),
            (b"/a.b/c", true),
            (b"/a//b", false),
            (b"/a/.b", false),
            (b"/a%41", false),
            (b"/a?%41", false),
            (b"a", false),
            (b"/\\", false),
        ] {
            assert_eq!(Target::parse(target).is_normal(), expected, "{}", target.escape_ascii());
        }
    }
}
