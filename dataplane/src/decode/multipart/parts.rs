//! The parts of a multipart body.
//!
//! ```text
//! preamble CRLF --boundary CRLF headers CRLF CRLF data CRLF --boundary CRLF … CRLF --boundary-- epilogue
//! ```
//!
//! A bare LF is taken for the end of a line as well, as most readers do.

use memchr::memchr2;

use super::disposition::file_names;

/// What a multipart body may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultipartLimits {
    /// Bytes of a boundary. The standard allows 70 (RFC 2046 §5.1.1).
    pub max_boundary: usize,
    /// Bytes of the headers of a part.
    pub max_head: usize,
}

impl Default for MultipartLimits {
    fn default() -> MultipartLimits {
        MultipartLimits { max_boundary: 256, max_head: 8 << 10 }
    }
}

/// What is wrong with a multipart body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It does not follow the format; what can be told apart is told.
    Malformed,
    /// A header of a part is none, or the headers are longer than the limit.
    InvalidHeader,
    /// A part has a file's name and no data.
    NoFileData,
}

/// What a [`Multipart`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// A name of the file that the part is.
    FileName(&'a [u8]),
    /// Some of the part's data.
    Data(&'a [u8]),
    /// The part has ended.
    End,
    /// Something is wrong.
    Trouble(Trouble),
}

/// Where a [`Multipart`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// There is no body.
    #[default]
    Off,
    /// Before the first delimiter.
    Preamble,
    /// After a delimiter, in the rest of its line, with so many dashes.
    Delimiter { dashes: u8 },
    /// In the headers of a part.
    Head,
    /// In the data of a part.
    Data,
    /// After the last delimiter.
    Epilogue,
}

/// A multipart body that comes in pieces.
#[derive(Debug, Default)]
pub struct Multipart {
    limits: MultipartLimits,
    /// CR LF, two dashes, the boundary.
    delimiter: Vec<u8>,
    state: State,
    /// Bytes of the delimiter that were seen, counted with its CR even if that is missing.
    matched: usize,
    /// Where in the delimiter the match began: at its CR, or at its LF.
    origin: usize,
    head: Vec<u8>,
    /// Bytes of the line of the head that has not ended, CR and LF left out.
    line: usize,
    has_name: bool,
    has_data: bool,
}

impl Multipart {
    /// One that is off.
    pub fn new(limits: MultipartLimits) -> Multipart {
        Multipart { limits, ..Multipart::default() }
    }

    /// Forgets the body.
    pub fn clear(&mut self) {
        self.state = State::Off;
    }

    /// At the start of a body with this boundary. Stays off if the boundary is none, or too long.
    pub fn start(&mut self, boundary: &[u8]) {
        self.clear();
        if boundary.is_empty()
            || boundary.len() > self.limits.max_boundary
            || memchr2(b'\r', b'\n', boundary).is_some()
        {
            return;
        }
        self.delimiter.clear();
        self.delimiter.extend_from_slice(b"\r\n--");
        self.delimiter.extend_from_slice(boundary);
        self.state = State::Preamble;
        // The first delimiter needs no line before it.
        (self.matched, self.origin) = (2, 2);
    }

    /// Whether there is a body.
    pub fn is_on(&self) -> bool {
        self.state != State::Off
    }

    /// Takes more of the body.
    pub fn push(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match self.state {
                State::Off | State::Epilogue => return,
                State::Preamble | State::Data => self.data(rest, tell),
                State::Delimiter { dashes } => self.after_delimiter(rest, dashes, tell),
                State::Head => self.part_head(rest, tell),
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// The body has ended.
    pub fn finish(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        match self.state {
            State::Off | State::Epilogue | State::Delimiter { .. } => {}
            State::Preamble => tell(Told::Trouble(Trouble::Malformed)),
            State::Head => tell(Told::Trouble(Trouble::InvalidHeader)),
            State::Data => {
                let (origin, matched) = (self.origin, self.matched);
                if matched > origin {
                    self.give_matched(origin, matched, tell);
                }
                tell(Told::Trouble(Trouble::Malformed));
                self.end_part(tell);
            }
        }
        self.clear();
    }

    /// Takes data up to and including a delimiter.
    fn data(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) -> usize {
        let carried = self.matched;
        // Where the match began; before this piece, if it was carried over.
        let mut start = 0;
        let mut from_before = carried > 0;
        let mut at = 0;
        loop {
            if self.matched == 0 {
                let Some(found) = memchr2(b'\r', b'\n', bytes.get(at..).unwrap_or_default()) else {
                    self.give(bytes, tell);
                    return bytes.len();
                };
                start = at + found;
                from_before = false;
                self.origin = usize::from(bytes.get(start) == Some(&b'\n'));
                self.matched = self.origin + 1;
                at = start + 1;
            }
            let expected = self.delimiter.get(self.matched..).unwrap_or_default();
            let seen = bytes.get(at..).unwrap_or_default();
            let same = expected.iter().zip(seen).take_while(|(a, b)| a == b).count();
            at += same;
            self.matched += same;
            let whole = same == expected.len();
            if !whole && at < bytes.len() {
                // Not a delimiter: what was matched is data, and the next octet may begin another.
                if from_before {
                    self.give_matched(self.origin, carried, tell);
                }
                self.matched = 0;
                continue;
            }
            if !from_before {
                self.give(bytes.get(..start).unwrap_or_default(), tell);
            }
            if whole {
                if self.state == State::Data {
                    self.end_part(tell);
                }
                self.matched = 0;
                self.state = State::Delimiter { dashes: 0 };
            }
            return at;
        }
    }

    fn give(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) {
        if self.state == State::Data && !bytes.is_empty() {
            self.has_data = true;
            tell(Told::Data(bytes));
        }
    }

    /// Gives bytes that were taken for a delimiter in an earlier piece.
    fn give_matched(&mut self, from: usize, to: usize, tell: &mut impl FnMut(Told<'_>)) {
        if self.state == State::Data && from < to {
            self.has_data = true;
            tell(Told::Data(self.delimiter.get(from..to).unwrap_or_default()));
        }
    }

    fn end_part(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        if self.has_name && !self.has_data {
            tell(Told::Trouble(Trouble::NoFileData));
        }
        tell(Told::End);
    }

    /// Takes the rest of a delimiter's line.
    fn after_delimiter(&mut self, bytes: &[u8], mut dashes: u8, tell: &mut impl FnMut(Told<'_>)) -> usize {
        for (at, &octet) in bytes.iter().enumerate() {
            match octet {
                b'-' if dashes == 1 => {
                    self.state = State::Epilogue;
                    return at + 1;
                }
                b'-' if dashes == 0 => dashes = 1,
                b'\n' => {
                    self.state = State::Head;
                    self.head.clear();
                    self.line = 0;
                    (self.has_name, self.has_data) = (false, false);
                    return at + 1;
                }
                b' ' | b'\t' | b'\r' => {}
                _ => {
                    dashes = 2;
                    tell(Told::Trouble(Trouble::Malformed));
                }
            }
        }
        self.state = State::Delimiter { dashes };
        bytes.len()
    }

    /// Takes headers of a part, up to and including the empty line.
    fn part_head(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) -> usize {
        for (at, &octet) in bytes.iter().enumerate() {
            let ends = octet == b'\n' && self.line == 0;
            let full = self.head.len() >= self.limits.max_head;
            if ends || full {
                if full && !ends {
                    tell(Told::Trouble(Trouble::InvalidHeader));
                }
                self.tell_head(tell);
                self.state = State::Data;
                // A part without data may have its delimiter right after the headers.
                (self.matched, self.origin) = if ends { (2, 2) } else { (0, 0) };
                return if ends { at + 1 } else { at };
            }
            self.head.push(octet);
            match octet {
                b'\n' => self.line = 0,
                b'\r' => {}
                _ => self.line += 1,
            }
        }
        bytes.len()
    }

    fn tell_head(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        for line in self.head.split(|&octet| octet == b'\n').map(<[u8]>::trim_ascii_end) {
            if line.is_empty() {
                continue;
            }
            let Some(colon) = line.iter().position(|&octet| octet == b':') else {
                // A continuation has no colon of its own.
                if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                    tell(Told::Trouble(Trouble::InvalidHeader));
                }
                continue;
            };
            let (name, value) = line.split_at_checked(colon).unwrap_or((line, &[]));
            if name.trim_ascii().eq_ignore_ascii_case(b"content-disposition") {
                for name in file_names(value) {
                    self.has_name |= !name.is_empty();
                    tell(Told::FileName(&name));
                }
            }
        }
    }
}
