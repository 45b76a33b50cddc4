//! Finds where a head ends, and holds what came of it while it is not all there.
//!
//! A head that lies within one piece is not copied. One that is spread over pieces is gathered, up to the limits.

use memchr::memchr;

use super::config::Http1Config;

/// The beginning of a head, or of a trailer, that has not ended yet.
#[derive(Debug, Default)]
pub(super) struct HeadBuffer {
    held: Vec<u8>,
    /// Bytes of the line that has not ended.
    line: usize,
    /// Lines that have ended.
    lines: usize,
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is held: the head goes on.
    All,
    /// So many bytes of it end the head.
    Complete(usize),
    /// Up to here the limits were kept, and with the next byte they are not.
    TooLong(usize),
}

impl HeadBuffer {
    /// Bytes that are held.
    pub fn held(&self) -> &[u8] {
        &self.held
    }

    /// Looks for the empty line that ends the head, and holds the piece if it isn't there.
    pub fn take(&mut self, piece: &[u8], config: &Http1Config) -> Taken {
        let mut at = 0;
        loop {
            let rest = piece.get(at..).unwrap_or_default();
            let left_of_line = config.max_line.saturating_sub(self.line);
            let left_of_head = config.max_head.saturating_sub(self.held.len() + at);
            let window = rest.get(..left_of_line.min(left_of_head)).unwrap_or(rest);
            let Some(end) = memchr(b'\n', window) else {
                if window.len() < rest.len() {
                    return Taken::TooLong(at + window.len());
                }
                self.line += rest.len();
                self.held.extend_from_slice(piece);
                return Taken::All;
            };
            let is_empty = match (self.line, window.get(..end).unwrap_or_default()) {
                (0, b"" | b"\r") => true,
                (1, b"") => self.held.last() == Some(&b'\r'),
                _ => false,
            };
            at += end + 1;
            if is_empty {
                return Taken::Complete(at);
            }
            self.line = 0;
            self.lines += 1;
        }
    }

    /// Holds bytes that don't end a line.
    pub fn hold(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        self.line += bytes.len();
    }

    /// Whether exactly one line is there, and nothing of the next.
    pub fn is_one_line(&self) -> bool {
        self.lines == 1 && self.line == 0
    }

    /// The head of which `last` is the end: where it lies, if that is all of it.
    pub fn head<'a>(&'a mut self, last: &'a [u8]) -> &'a [u8] {
        if self.held.is_empty() {
            return last;
        }
        self.held.extend_from_slice(last);
        &self.held
    }

    /// Forgets what was held, but not its memory.
    pub fn clear(&mut self) {
        self.held.clear();
        (self.line, self.lines) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(bytes: &[u8], size: usize, config: &Http1Config) -> Option<(&'static str, Vec<u8>)> {
        let mut buffer = HeadBuffer::default();
        for piece in bytes.chunks(size) {
            let (name, end) = match buffer.take(piece, config) {
                Taken::All => continue,
                Taken::Complete(end) => ("complete", end),
                Taken::TooLong(end) => ("too long", end),
            };
            return Some((name, buffer.head(&piece[..end]).to_vec()));
        }
        None
    }

    #[test]
    fn finds_the_end_however_it_is_cut() {
        let config = Http1Config { max_line: 10, max_head: 24, ..Http1Config::default() };
        for (bytes, expected) in [
            (&b"a\r\n\r\nrest"[..], Some(("complete", &b"a\r\n\r\n"[..]))),
            (b"a\n\nrest", Some(("complete", b"a\n\n"))),
            (b"a\n\r\nrest", Some(("complete", b"a\n\r\n"))),
            (b"a\r\n\rb\r\n\r\n", Some(("complete", b"a\r\n\rb\r\n\r\n"))),
            (b"a\r\nb", None),
            (b"12345678\r\n\n", Some(("complete", b"12345678\r\n\n"))),
            (b"123456789\r\n", Some(("too long", b"123456789\r"))),
            (b"1234567\n1234567\n1234567\n\n", Some(("too long", b"1234567\n1234567\n1234567\n"))),
        ] {
            for size in 1..=bytes.len() {
                let found = outcome(bytes, size, &config);
                let found = found.as_ref().map(|(name, head)| (*name, &head[..]));
                assert_eq!(found, expected, "{:?} by {size}", bytes.escape_ascii().to_string());
            }
        }
    }
}
