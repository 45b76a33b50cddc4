//! Inline commands: words of a line, with quotes as `sdssplitargs` of Redis reads them.

use std::iter::Peekable;
use std::slice::Iter;

/// The words of a line.
pub(super) struct Words<'l> {
    bytes: Peekable<Iter<'l, u8>>,
}

impl<'l> Words<'l> {
    pub fn of(line: &'l [u8]) -> Words<'l> {
        Words { bytes: line.iter().peekable() }
    }

    /// Puts the next word into `word`; false where there is none. Quotes that do not end, end with the line.
    pub fn next(&mut self, word: &mut Vec<u8>) -> bool {
        word.clear();
        while self.bytes.next_if(|byte| byte.is_ascii_whitespace()).is_some() {}
        if self.bytes.peek().is_none() {
            return false;
        }
        while let Some(&byte) = self.bytes.next_if(|byte| !byte.is_ascii_whitespace()) {
            match byte {
                b'"' => self.double_quoted(word),
                b'\'' => self.single_quoted(word),
                _ => word.push(byte),
            }
        }
        true
    }

    fn double_quoted(&mut self, word: &mut Vec<u8>) {
        while let Some(&byte) = self.bytes.next() {
            match byte {
                b'"' => return,
                b'\\' => {
                    let Some(&escaped) = self.bytes.next() else { return };
                    match escaped {
                        b'n' => word.push(b'\n'),
                        b'r' => word.push(b'\r'),
                        b't' => word.push(b'\t'),
                        b'b' => word.push(8),
                        b'a' => word.push(7),
                        b'x' => self.hex(word),
                        other => word.push(other),
                    }
                }
                _ => word.push(byte),
            }
        }
    }

    /// `\xHH`; an `x` that no two digits follow is one.
    fn hex(&mut self, word: &mut Vec<u8>) {
        let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
        let mut ahead = self.bytes.clone();
        match (digit(ahead.next()), digit(ahead.next())) {
            (Some(high), Some(low)) => {
                word.push((high << 4 | low) as u8);
                self.bytes = ahead;
            }
            _ => word.push(b'x'),
        }
    }

    fn single_quoted(&mut self, word: &mut Vec<u8>) {
        while let Some(&byte) = self.bytes.next() {
            match byte {
                b'\'' => return,
                b'\\' if self.bytes.next_if_eq(&&b'\'').is_some() => word.push(b'\''),
                _ => word.push(byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_redis_reads() {
        for (line, expected) in [
            (&b"set a b"[..], &[&b"set"[..], b"a", b"b"][..]),
            (b"  \t", &[]),
            (br#"set "a b" 'c \' d' e\f"#, &[b"set", b"a b", b"c ' d", br"e\f"]),
            (br#"echo "\x41\n\"\xzz" """#, &[b"echo", b"A\n\"xzz", b""]),
            (br#"a "b"#, &[b"a", b"b"]),
        ] {
            let (mut words, mut word, mut found) = (Words::of(line), Vec::new(), Vec::new());
            while words.next(&mut word) {
                found.push(word.clone());
            }
            assert_eq!(found, expected, "{}", line.escape_ascii());
        }
    }
}
