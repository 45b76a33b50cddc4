//! JSON (RFC 8259) as tokens, for headers of model files: strictly, so that what is none is known for none, and with
//! every key, at any depth.

use super::super::json::{Trouble, Unescape};

/// Depths that can be counted.
const MAX_DEPTH: usize = 64;

/// A token. Texts are without their escapes, and cut off at the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    OpenObject,
    OpenArray,
    Close,
    Key(&'a [u8]),
    Text(&'a [u8]),
    /// A number, `true`, `false` or `null`.
    Bare(&'a [u8]),
}

/// It is no JSON, or goes too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Invalid;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    AfterValue,
    Text,
    Bare,
    /// The value has ended.
    End,
}

/// One value that comes byte by byte.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    state: State,
    /// For each depth, from the lowest bit on: whether it is an object.
    objects: u64,
    depth: usize,
    text: Vec<u8>,
    /// The text is a key.
    is_key: bool,
    escape: Unescape,
}

impl Tokens {
    pub fn clear(&mut self) {
        *self = Tokens { text: std::mem::take(&mut self.text), ..Tokens::default() };
        self.text.clear();
    }

    /// How many objects and arrays are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Whether the value has ended.
    pub fn is_whole(&self) -> bool {
        self.state == State::End
    }

    /// Takes a byte.
    pub fn push(&mut self, byte: u8, max: usize, tell: &mut impl FnMut(Token<'_>)) -> Result<(), Invalid> {
        match self.state {
            State::Text if !self.escape.is_idle() => self.escaped(byte, max),
            State::Text => self.in_text(byte, max, tell),
            State::Bare if matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') => {
                self.keep(&[byte], max);
                Ok(())
            }
            State::Bare => {
                if !is_bare(&self.text) {
                    return Err(Invalid);
                }
                tell(Token::Bare(&self.text));
                self.value_ended();
                self.structure(byte, tell)
            }
            _ => self.structure(byte, tell),
        }
    }

    fn structure(&mut self, byte: u8, tell: &mut impl FnMut(Token<'_>)) -> Result<(), Invalid> {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return Ok(());
        }
        let in_object = self.in_object();
        match (self.state, byte) {
            (State::Value | State::ValueOrEnd, b'{' | b'[') => return self.open(byte == b'{', tell),
            (State::Value | State::ValueOrEnd, b'"') => self.begin_text(false),
            (State::Value | State::ValueOrEnd, b'0'..=b'9' | b'-' | b'a'..=b'z') => {
                self.text.clear();
                self.text.push(byte);
                self.state = State::Bare;
            }
            (State::Key | State::KeyOrEnd, b'"') => self.begin_text(true),
            (State::Colon, b':') => self.state = State::Value,
            (State::AfterValue, b',') => self.state = if in_object { State::Key } else { State::Value },
            (State::AfterValue | State::KeyOrEnd, b'}') if in_object => self.close(tell),
            (State::AfterValue | State::ValueOrEnd, b']') if !in_object => self.close(tell),
            _ => return Err(Invalid),
        }
        Ok(())
    }

    fn in_object(&self) -> bool {
        self.depth > 0 && self.objects & 1 == 1
    }

    fn open(&mut self, object: bool, tell: &mut impl FnMut(Token<'_>)) -> Result<(), Invalid> {
        if self.depth >= MAX_DEPTH {
            return Err(Invalid);
        }
        self.depth += 1;
        self.objects = self.objects << 1 | u64::from(object);
        self.state = if object { State::KeyOrEnd } else { State::ValueOrEnd };
        tell(if object { Token::OpenObject } else { Token::OpenArray });
        Ok(())
    }

    fn close(&mut self, tell: &mut impl FnMut(Token<'_>)) {
        self.depth = self.depth.saturating_sub(1);
        self.objects >>= 1;
        tell(Token::Close);
        self.value_ended();
    }

    fn value_ended(&mut self) {
        self.state = if self.depth == 0 { State::End } else { State::AfterValue };
    }

    fn begin_text(&mut self, is_key: bool) {
        self.is_key = is_key;
        self.text.clear();
        self.escape = Unescape::default();
        self.state = State::Text;
    }

    fn in_text(&mut self, byte: u8, max: usize, tell: &mut impl FnMut(Token<'_>)) -> Result<(), Invalid> {
        if byte == b'\\' {
            self.escape.begin();
            return Ok(());
        }
        self.interrupt(max);
        match byte {
            b'"' if self.is_key => {
                tell(Token::Key(&self.text));
                self.state = State::Colon;
            }
            b'"' => {
                tell(Token::Text(&self.text));
                self.value_ended();
            }
            0..0x20 => return Err(Invalid),
            _ => self.keep(&[byte], max),
        }
        Ok(())
    }

    /// A byte of an escape.
    fn escaped(&mut self, byte: u8, max: usize) -> Result<(), Invalid> {
        let undone = self.escape.take(byte);
        if undone.trouble == Some(Trouble::BadEscape) {
            return Err(Invalid);
        }
        self.keep(undone.bytes(), max);
        Ok(())
    }

    /// Something that is no second half of a pair, whose first half may have come.
    fn interrupt(&mut self, max: usize) {
        if self.escape.is_waiting() {
            let lone = self.escape.interrupt();
            self.keep(lone.bytes(), max);
        }
    }

    fn keep(&mut self, bytes: &[u8], max: usize) {
        if self.text.len() + bytes.len() <= max {
            self.text.extend_from_slice(bytes);
        }
    }
}

fn is_bare(text: &[u8]) -> bool {
    matches!(text, b"true" | b"false" | b"null")
        || text.iter().all(|octet| matches!(octet, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<String>, Invalid> {
        let mut tokens = Tokens::default();
        let mut found = Vec::new();
        for &byte in text.as_bytes() {
            tokens.push(byte, 100, &mut |token| {
                let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                found.push(match token {
                    Token::OpenObject => "{".to_owned(),
                    Token::OpenArray => "[".to_owned(),
                    Token::Close => "}".to_owned(),
                    Token::Key(key) => format!("{}:", of(key)),
                    Token::Text(text) => format!("'{}'", of(text)),
                    Token::Bare(text) => of(text),
                });
            })?;
        }
        if tokens.is_whole() { Ok(found) } else { Err(Invalid) }
    }

    #[test]
    fn values() {
        assert_eq!(
            tokens(r#"{"a\u0062": [1, -2.5e3,true,"x\n\ud83d\ude00"], "c": {}, "d": []}"#).unwrap(),
            ["{", "ab:", "[", "1", "-2.5e3", "true", "'x\n😀'", "}", "c:", "{", "}", "d:", "[", "}", "}"]
        );
        for invalid in
            ["{]", "{\"a\"}", "[1,]", "{\"a\":1,}", "x", "{\"a\": nope}", "[\"\\q\"]", "[1}", "{} x"]
        {
            assert_eq!(tokens(invalid), Err(Invalid), "{invalid}");
        }
    }
}
