//! Arrays of numpy (`.npy`; `numpy/lib/format.py`, versions 1.0 to 3.0): items, or a pickle of them.
//!
//! ```text
//! \x93NUMPY │ major │ minor │ length of the header (2 bytes, from version 2.0 on 4) │ header: {'descr': …} │ items
//! ```

use super::layer::{Layer, Progress};
use super::pickle::Pickle;
use super::pickle::escape::{Escapes, unescaped};
use super::report::Report;
use super::told::Oddity;

/// Magic string and version.
const MAGIC: usize = 8;
/// The newest version that there is.
const MAX_MAJOR: u8 = 3;
/// What the header must tell (`_check_keys`).
const KEYS: [&[u8]; 3] = [b"descr", b"fortran_order", b"shape"];

/// Where a [`Numpy`] is.
#[derive(Default)]
enum State {
    /// In magic string and version.
    #[default]
    Magic,
    /// In the length of the header, which has so many bytes.
    Length(usize),
    Header(usize),
    /// Behind a header that tells of objects.
    Objects(Box<Pickle>),
}

/// An array.
#[derive(Default)]
pub(super) struct Numpy {
    state: State,
    held: Vec<u8>,
}

impl Numpy {
    /// Takes the bytes up to so many; `None` if there are not as many yet.
    fn gather(&mut self, rest: &mut &[u8], need: usize) -> Option<Vec<u8>> {
        let used = need.saturating_sub(self.held.len()).min(rest.len());
        let (taken, tail) = rest.split_at_checked(used).unwrap_or_default();
        self.held.extend_from_slice(taken);
        *rest = tail;
        (self.held.len() >= need).then(|| std::mem::take(&mut self.held))
    }

    /// The length of the header is there.
    fn length(&mut self, length: &[u8], report: &mut Report<'_>) -> Progress {
        let length = length.iter().rev().fold(0, |length: usize, &octet| length << 8 | usize::from(octet));
        if length > report.limits.max_header {
            report.trouble(Oddity::Limit);
            return Progress::Done;
        }
        self.state = State::Header(length);
        Progress::More
    }

    fn header(&mut self, header: &[u8], report: &mut Report<'_>) -> Progress {
        let header = header.trim_ascii();
        let has = |key: &[u8]| strings(header).any(|string| string == key);
        if header.first() != Some(&b'{') || header.last() != Some(&b'}') || !KEYS.into_iter().all(has) {
            report.trouble(Oddity::BadHeader);
        }
        if !strings(header).any(|string| is_object(&string)) {
            return Progress::Done;
        }
        self.state = State::Objects(Box::default());
        Progress::More
    }
}

impl Layer for Numpy {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while !rest.is_empty() {
            let progress = match &mut self.state {
                State::Magic => match self.gather(&mut rest, MAGIC).as_deref() {
                    Some(&[.., major, _]) => {
                        report.format("numpy");
                        if !(1..=MAX_MAJOR).contains(&major) {
                            report.trouble(Oddity::BadHeader);
                        }
                        self.state = State::Length(if major < 2 { 2 } else { 4 });
                        Progress::More
                    }
                    _ => Progress::More,
                },
                &mut State::Length(need) => match self.gather(&mut rest, need) {
                    Some(length) => self.length(&length, report),
                    None => Progress::More,
                },
                &mut State::Header(need) => match self.gather(&mut rest, need) {
                    Some(header) => self.header(&header, report),
                    None => Progress::More,
                },
                State::Objects(pickle) => return pickle.push(rest, report),
            };
            if progress == Progress::Done {
                return progress;
            }
        }
        Progress::More
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        match &mut self.state {
            State::Objects(pickle) => pickle.finish(report),
            _ => report.trouble(Oddity::Truncated),
        }
    }
}

/// The strings of a literal, in either quotes, without their escapes.
fn strings(literal: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut rest = literal;
    std::iter::from_fn(move || {
        let start = rest.iter().position(|octet| matches!(octet, b'\'' | b'"'))?;
        let quote = *rest.get(start)?;
        let inner = rest.get(start + 1..)?;
        let mut escaped = false;
        let ends = |octet: &u8| {
            let ends = !escaped && *octet == quote;
            escaped = !escaped && *octet == b'\\';
            ends
        };
        let end = inner.iter().position(ends)?;
        rest = inner.get(end + 1..)?;
        inner.get(..end).map(|string| unescaped(string, Escapes::Text))
    })
}

/// Whether a data type is, or has, objects: `|O`, `O8`, `object`, `i4,O`. Names of fields may be taken for one; then
/// what follows is looked at, and is no pickle.
fn is_object(dtype: &[u8]) -> bool {
    dtype.split(|&octet| octet == b',').any(|part| {
        let part = part.trim_ascii();
        let code = part.iter().position(|octet| octet.is_ascii_alphabetic()).and_then(|at| part.get(at..));
        code.is_some_and(|code| {
            code.starts_with(b"object")
                || code
                    .split_first()
                    .is_some_and(|(&kind, size)| kind == b'O' && size.iter().all(u8::is_ascii_digit))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::test_run::{of, run_any};
    use super::*;

    fn npy(header: &str, items: &[u8]) -> Vec<u8> {
        let header = format!("{header:118}\n");
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), items].concat()
    }

    #[test]
    fn objects_are_a_pickle() {
        let pickle = b"\x80\x04cposix\nsystem\n\x8c\x02id\x85R.";
        for descr in ["'|O'", r"'|\x4f'", "[('a', '<i4'), ('b', '|O')]", "'object'"] {
            let bytes =
                npy(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}"), pickle);
            let told = run_any(&bytes);
            assert_eq!(of(&told, "format"), ["numpy", "pickle"], "{descr}");
            assert_eq!(of(&told, "import"), ["posix system"], "{descr}");
        }
        let bytes = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", pickle);
        assert_eq!(run_any(&bytes), ["format numpy"]);
    }

    #[test]
    fn bad_headers() {
        assert_eq!(
            run_any(&npy("{'descr': '<f8', 'shape': (1,), }", b"")),
            ["format numpy", "model_file.bad_header"]
        );
        assert_eq!(run_any(b"\x93NUMPY\x01\x00\x76\x00{'descr'"), ["format numpy", "model_file.truncated"]);
        assert_eq!(run_any(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{"), ["format numpy", "model_file.limit"]);
        assert!(is_object(b"|O") && is_object(b"i4,O8") && !is_object(b"<f8") && !is_object(b"Order"));
    }
}
