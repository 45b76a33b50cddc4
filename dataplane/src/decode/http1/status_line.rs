//! The first line of a response (RFC 9112 §4).

use super::octet::trim;
use super::oddity::Oddity;
use super::request_line::Version;

/// A response's first line in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StatusLine<'a> {
    pub protocol: &'a [u8],
    /// The code as it was sent.
    pub code: &'a [u8],
    pub message: &'a [u8],
    /// The code, or 0 if it is not three digits.
    pub status: u16,
}

impl<'a> StatusLine<'a> {
    /// Takes a line, without its end, apart.
    pub fn parse(line: &'a [u8], odd: &mut impl FnMut(Oddity)) -> StatusLine<'a> {
        let (protocol, rest) = word(line);
        let (code, message) = word(rest);
        let status = match code {
            &[a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
                u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
            }
            _ => {
                odd(Oddity::InvalidStatus);
                0
            }
        };
        if Version::of(protocol) == Version::Other {
            odd(Oddity::InvalidProtocol);
        }
        StatusLine { protocol, code, message: trim(message), status }
    }
}

fn word(bytes: &[u8]) -> (&[u8], &[u8]) {
    let bytes = trim(bytes);
    let end = bytes.iter().position(|octet| matches!(octet, b' ' | b'\t')).unwrap_or(bytes.len());
    bytes.split_at_checked(end).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_lines_apart() {
        for (line, protocol, code, message, status, oddities) in [
            (&b"HTTP/1.1 200 OK"[..], &b"HTTP/1.1"[..], &b"200"[..], &b"OK"[..], 200, &[][..]),
            (b"HTTP/1.0  404  Not Found ", b"HTTP/1.0", b"404", b"Not Found", 404, &[]),
            (b"HTTP/1.1 200", b"HTTP/1.1", b"200", b"", 200, &[]),
            (b"HTTP/1.1 2000 x", b"HTTP/1.1", b"2000", b"x", 0, &[Oddity::InvalidStatus]),
            (b"HTTP/1.1", b"HTTP/1.1", b"", b"", 0, &[Oddity::InvalidStatus]),
            (b"HTTP/3 200 x", b"HTTP/3", b"200", b"x", 200, &[Oddity::InvalidProtocol]),
        ] {
            let mut found = Vec::new();
            let parsed = StatusLine::parse(line, &mut |oddity| found.push(oddity));
            assert_eq!(parsed, StatusLine { protocol, code, message, status });
            assert_eq!(found, oddities);
        }
    }
}
