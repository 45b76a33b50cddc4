//! Is this HTTP/1? Asked of the first bytes of a stream, and of what follows a message.

use super::octet::{is_token, starts_with_nocase};

/// An answer to whether bytes are the start of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// They are.
    Yes,
    /// They are not, whatever follows.
    No,
    /// They may be; more bytes will tell.
    NeedMore,
}

/// Bytes after which [`is_http1_request`] always knows, ends of lines in front not counted.
pub(super) const ENOUGH: usize = 2 * MAX_SPACE + MAX_METHOD + 4;
/// The longest method that is believed.
const MAX_METHOD: usize = 32;
/// Whitespace that is tolerated before a method, and between it and the target.
const MAX_SPACE: usize = 8;

/// Methods that are believed whatever their target begins with (RFC 9110 §9; HTTP/0.9 had relative targets).
const PLAIN: [&[u8]; 9] =
    [b"GET", b"POST", b"PUT", b"HEAD", b"DELETE", b"PATCH", b"CONNECT", b"TRACE", b"PROPFIND"];

/// Whether `bytes` are the start of an HTTP/1 request: a method, whitespace, and a target. Methods that are not
/// well known need a target that begins with `/`, `*` or `http`, for other protocols share the form (RTSP, SIP).
pub fn is_http1_request(bytes: &[u8]) -> Recognition {
    let bytes = skip(bytes, |octet| matches!(octet, b'\r' | b'\n'));
    let line = skip(bytes, |octet| matches!(octet, b' ' | b'\t'));
    if bytes.len() - line.len() > MAX_SPACE {
        return Recognition::No;
    }
    let len = line.iter().position(|&octet| !is_token(octet));
    if len.unwrap_or(line.len()) > MAX_METHOD {
        return Recognition::No;
    }
    let Some((method, rest)) = len.and_then(|len| line.split_at_checked(len)) else {
        return Recognition::NeedMore;
    };
    let target = skip(rest, |octet| matches!(octet, b' ' | b'\t' | 0x0b | 0x0c));
    let spaces = rest.len() - target.len();
    // The preface of HTTP/2 (RFC 9113 §3.4) is made to look like a request.
    if method.is_empty() || method == b"PRI" || spaces > MAX_SPACE || (spaces == 0 && !rest.is_empty()) {
        return Recognition::No;
    }
    let Some(first) = target.first() else { return Recognition::NeedMore };
    if first.is_ascii_control() {
        return Recognition::No;
    }
    let plain = PLAIN.into_iter().any(|known| known == method);
    if plain || matches!(first, b'/' | b'*') {
        return Recognition::Yes;
    }
    const SCHEME: &[u8] = b"http";
    let seen = target.get(..SCHEME.len()).unwrap_or(target);
    match SCHEME.get(..seen.len()).is_some_and(|start| start.eq_ignore_ascii_case(seen)) {
        true if seen.len() == SCHEME.len() => Recognition::Yes,
        true => Recognition::NeedMore,
        false => Recognition::No,
    }
}

/// Whether `bytes` are the start of an HTTP/1 response: `HTTP/1.` or `HTTP/0.`, whatever lines are empty before it.
pub fn is_http1_response(bytes: &[u8]) -> Recognition {
    const VERSIONS: [&[u8]; 2] = [b"HTTP/1.", b"HTTP/0."];
    let bytes = skip(bytes, |octet| matches!(octet, b'\r' | b'\n'));
    if VERSIONS.into_iter().any(|version| starts_with_nocase(bytes, version)) {
        Recognition::Yes
    } else if VERSIONS.into_iter().any(|version| starts_with_nocase(version, bytes)) {
        Recognition::NeedMore
    } else {
        Recognition::No
    }
}

/// Whether `bytes`, where a response is due, are one: of any version.
pub(super) fn is_status_line(bytes: &[u8]) -> Recognition {
    const NAME: &[u8] = b"HTTP/";
    if starts_with_nocase(bytes, NAME) {
        Recognition::Yes
    } else if starts_with_nocase(NAME, bytes) {
        Recognition::NeedMore
    } else {
        Recognition::No
    }
}

fn skip(bytes: &[u8], blank: impl Fn(u8) -> bool) -> &[u8] {
    let start = bytes.iter().position(|&octet| !blank(octet)).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        use Recognition::{NeedMore, No, Yes};
        for (bytes, expected) in [
            (&b"GET / HTTP/1.1\r\n"[..], Yes),
            (b"\r\n\r\nPOST x", Yes),
            (b" GET /", Yes),
            (b"GET", NeedMore),
            (b"GET ", NeedMore),
            (b"", NeedMore),
            (b"BREW /pot", Yes),
            (b"OPTIONS * HTTP/1.1", Yes),
            (b"OPTIONS http://a/", Yes),
            (b"OPTIONS ht", NeedMore),
            (b"OPTIONS rtsp://a/ RTSP/1.0", No),
            (b"INVITE sip:a SIP/2.0", No),
            (b"SSH-2.0-OpenSSH_9.6\r\n", No),
            (b"220 mail ESMTP", No),
            (b"EHLO example.org\r\n", No),
            (b"\x16\x03\x01\x02\x00", No),
            (b"GET\r\n", No),
            (b": x", No),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", No),
            (b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", No),
        ] {
            assert_eq!(is_http1_request(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn enough_is_enough() {
        let spaces = [b' '; MAX_SPACE];
        let longest = [&spaces[..], &[b'A'; MAX_METHOD], &spaces[..], b"htt"].concat();
        assert_eq!(is_http1_request(&longest), Recognition::NeedMore);
        assert_eq!(longest.len() + 1, ENOUGH);
    }

    #[test]
    fn responses() {
        assert_eq!(is_http1_response(b"HTTP/1.1 200 OK"), Recognition::Yes);
        assert_eq!(is_http1_response(b"\nhttp/1.0 200"), Recognition::Yes);
        assert_eq!(is_http1_response(b"HTTP/"), Recognition::NeedMore);
        assert_eq!(is_http1_response(b"HTTP/2"), Recognition::No);
        assert_eq!(is_http1_response(b"RTSP/1.0 200 OK"), Recognition::No);
        assert_eq!(is_status_line(b"HTTP/2 200"), Recognition::Yes);
    }
}
