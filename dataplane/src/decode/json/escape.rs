//! Escapes of strings (RFC 8259 §7), one character after the other.

use super::Trouble;

/// The replacement character, U+FFFD, in UTF-8.
const REPLACEMENT: [u8; 3] = [0xef, 0xbf, 0xbd];

/// Where the undoing of an escape is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// In no escape.
    #[default]
    Plain,
    /// Behind a backslash.
    Backslash,
    /// Behind `\u`, with so many digits to come.
    Digits(u8, u16),
}

/// What came of one more byte: up to a few bytes of UTF-8, and what is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    bytes: [u8; 8],
    len: usize,
    /// What is wrong, if anything.
    pub trouble: Option<Trouble>,
    /// The byte is no part of the escape, and is to be looked at again.
    pub again: bool,
}

impl Undone {
    /// The bytes that are told instead of the escape.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn add(&mut self, bytes: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    fn add_char(&mut self, character: char) {
        self.add(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn add_lone_surrogate(&mut self) {
        self.trouble = Some(Trouble::LoneSurrogate);
        self.add(&REPLACEMENT);
    }
}

/// Undoes escapes over any cuts. It is asked only about bytes from a backslash on, until it [`is_idle`](Unescape::is_idle).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unescape {
    state: State,
    /// The first half of a surrogate pair, of which the second is to come.
    high: Option<u16>,
}

impl Unescape {
    /// Whether bytes stand for themselves, up to the next backslash.
    pub fn is_idle(&self) -> bool {
        self.state == State::Plain
    }

    /// What is told before anything that is not the second half of a pair whose first half came.
    pub fn interrupt(&mut self) -> Undone {
        let mut undone = Undone::default();
        if self.high.take().is_some() {
            undone.add_lone_surrogate();
        }
        undone
    }

    /// Whether a first half waits for its second.
    pub fn is_waiting(&self) -> bool {
        self.high.is_some()
    }

    /// Takes a backslash.
    pub fn begin(&mut self) {
        self.state = State::Backslash;
    }

    /// Takes text in which every backslash begins an escape, and tells it without them. What is wrong is not told.
    pub fn push(&mut self, bytes: &[u8], tell: &mut impl FnMut(&[u8])) {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if !self.is_idle() {
                let undone = self.take(byte);
                tell(undone.bytes());
                rest = if undone.again { rest } else { after };
                continue;
            }
            let len = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            let (run, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            if !run.is_empty() {
                if self.is_waiting() {
                    tell(self.interrupt().bytes());
                }
                tell(run);
            }
            rest = match behind.split_first() {
                Some((_, behind)) => {
                    self.begin();
                    behind
                }
                None => behind,
            };
        }
    }

    /// Takes a byte within an escape.
    pub fn take(&mut self, byte: u8) -> Undone {
        match self.state {
            State::Plain => Undone { again: true, ..Undone::default() },
            State::Backslash => self.named(byte),
            State::Digits(left, value) => self.digit(left, value, byte),
        }
    }

    fn named(&mut self, byte: u8) -> Undone {
        if byte == b'u' {
            self.state = State::Digits(4, 0);
            return Undone::default();
        }
        let mut undone = self.interrupt();
        self.state = State::Plain;
        let stands_for = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            _ => {
                undone.trouble.get_or_insert(Trouble::BadEscape);
                byte
            }
        };
        undone.add(&[stands_for]);
        undone
    }

    fn digit(&mut self, left: u8, value: u16, byte: u8) -> Undone {
        let Some(digit) = char::from(byte).to_digit(16) else {
            // What there is of it is left out, as its readers refuse all of it anyway.
            let mut undone = self.interrupt();
            self.state = State::Plain;
            undone.trouble = Some(Trouble::BadEscape);
            undone.again = true;
            return undone;
        };
        let value = value << 4 | digit as u16;
        if left > 1 {
            self.state = State::Digits(left - 1, value);
            return Undone::default();
        }
        self.state = State::Plain;
        self.unit(value)
    }

    /// A unit of UTF-16 is there.
    fn unit(&mut self, value: u16) -> Undone {
        let mut undone = Undone::default();
        match (value, self.high) {
            (0xd800..=0xdbff, _) => {
                undone = self.interrupt();
                self.high = Some(value);
            }
            (0xdc00..=0xdfff, Some(high)) => {
                self.high = None;
                let code = 0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(value) - 0xdc00);
                undone.add_char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (0xdc00..=0xdfff, None) => undone.add_lone_surrogate(),
            _ => {
                undone = self.interrupt();
                undone.add_char(char::from_u32(value.into()).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        undone
    }
}
