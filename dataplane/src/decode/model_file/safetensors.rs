//! safetensors (huggingface/safetensors, "Format"): a length, a header in JSON, and tensors without any gap.
//!
//! ```text
//! N (8 bytes, little-endian) │ {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …} │ tensors
//!                            └──────────────────────────── N bytes ────────────────────────────────────┘
//! ```
//!
//! Nothing in it runs. What can be wrong is the header: sizes that don't agree with shapes, offsets outside of the file,
//! tensors that overlap and places that no tensor tells of, where anything can hide. That the tensors tile the file is
//! checked without keeping them: the places where one begins, and the end of all, must be those where one ends, and zero;
//! both are summed up as numbers that nobody outside can foresee.

use super::layer::{Layer, Progress};
use super::report::Report;
use super::tokens::{Token, Tokens};
use super::told::Oddity;

/// The longest header (`MAX_HEADER_SIZE`).
const MAX_HEADER: u64 = 100_000_000;
/// Bits of an item, by its type.
const DTYPES: [(&[u8], u64); 21] = [
    (b"BOOL", 8),
    (b"U8", 8),
    (b"I8", 8),
    (b"F8_E5M2", 8),
    (b"F8_E4M3", 8),
    (b"F8_E8M0", 8),
    (b"I16", 16),
    (b"U16", 16),
    (b"F16", 16),
    (b"BF16", 16),
    (b"I32", 32),
    (b"U32", 32),
    (b"F32", 32),
    (b"C64", 64),
    (b"F64", 64),
    (b"I64", 64),
    (b"U64", 64),
    (b"F4", 4),
    (b"F6_E2M3", 6),
    (b"F6_E3M2", 6),
    (b"F8_E4M3FNUZ", 8),
];

/// Which member of the header, or of a tensor, a value is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Unknown,
    Metadata,
    Tensor,
    Dtype,
    Shape,
    Offsets,
}

/// What is known of a tensor.
#[derive(Debug, Default)]
struct Tensor {
    bits: Option<u64>,
    /// Product of the shape; none if it is too large.
    items: Option<u64>,
    offsets: [u64; 2],
    offsets_seen: usize,
}

/// Where the tensors begin and end.
#[derive(Debug, Default)]
struct Tiles {
    begins: u64,
    ends: u64,
    end: u64,
}

/// A safetensors file.
#[derive(Debug, Default)]
pub(super) struct Safetensors {
    /// Bytes of the file that were taken.
    at: u64,
    header: u64,
    tokens: Tokens,
    /// Of the header, and of the tensor.
    outer: Place,
    inner: Place,
    /// The key of the metadata, and its value.
    key: Vec<u8>,
    tensor: Tensor,
    tiles: Tiles,
    has_end: bool,
}

impl Layer for Safetensors {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            if self.at >= 8 + self.header && self.at >= 8 {
                return self.data(rest.len() as u64, report);
            }
            let at = self.at;
            self.at += 1;
            if at < 8 {
                self.header |= u64::from(byte) << (8 * at);
                if at == 7 {
                    report.format("safetensors");
                    if self.header > MAX_HEADER {
                        report.trouble(Oddity::BadHeader);
                        return Progress::Done;
                    }
                }
            } else if self.byte(byte, report) == Progress::Done {
                return Progress::Done;
            }
            rest = tail;
        }
        Progress::More
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        if self.at < 8 + self.header || self.at - 8 - self.header < self.tiles.end {
            report.trouble(Oddity::Truncated);
        }
    }

    fn is_sure(&self) -> bool {
        self.at >= 8
    }
}

impl Safetensors {
    /// Takes a byte of the header.
    fn byte(&mut self, byte: u8, report: &mut Report<'_>) -> Progress {
        if self.tokens.is_whole() {
            // A header is padded with blanks.
            if byte != b' ' {
                report.trouble(Oddity::BadHeader);
            }
            return Progress::More;
        }
        let mut tokens = std::mem::take(&mut self.tokens);
        let depth = tokens.depth();
        let taken = tokens.push(byte, report.limits.max_name, &mut |token| self.token(token, depth, report));
        self.tokens = tokens;
        let last = self.at == 8 + self.header;
        if taken.is_err() || last && !self.tokens.is_whole() {
            report.trouble(Oddity::BadHeader);
            return Progress::Done;
        }
        if self.tokens.is_whole() && !std::mem::replace(&mut self.has_end, true) {
            self.check_tiles(report);
        }
        Progress::More
    }

    /// `depth` counts what was open before the token.
    fn token(&mut self, token: Token<'_>, depth: usize, report: &mut Report<'_>) {
        match (token, depth) {
            (Token::Key(b"__metadata__"), 1) => self.outer = Place::Metadata,
            (Token::Key(_), 1) => (self.outer, self.tensor) = (Place::Tensor, Tensor::default()),
            (Token::Key(key), 2) if self.outer == Place::Metadata => {
                self.key.clear();
                self.key.extend_from_slice(key);
            }
            (Token::Key(key), 2) => {
                self.inner = match key {
                    b"dtype" => Place::Dtype,
                    b"shape" => Place::Shape,
                    b"data_offsets" => Place::Offsets,
                    _ => Place::Unknown,
                };
            }
            (Token::Text(text), 2) if self.outer == Place::Metadata => {
                self.key.push(b' ');
                self.key.extend_from_slice(text);
                report.name("safetensors.metadata", &self.key);
            }
            (Token::Text(dtype), 2) if self.inner == Place::Dtype => {
                self.tensor.bits = DTYPES.iter().find(|(name, _)| *name == dtype).map(|(_, bits)| *bits);
            }
            (Token::OpenArray, 2) if self.inner == Place::Shape => self.tensor.items = Some(1),
            (Token::Bare(number), 3) => self.number(number),
            (Token::Close, 2) if self.outer == Place::Tensor => self.check_tensor(report),
            _ => {}
        }
    }

    fn number(&mut self, number: &[u8]) {
        let number: Option<u64> = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        let tensor = &mut self.tensor;
        match self.inner {
            Place::Shape => {
                tensor.items = tensor.items.zip(number).and_then(|(items, number)| items.checked_mul(number));
            }
            Place::Offsets => {
                if let (Some(slot), Some(number)) = (tensor.offsets.get_mut(tensor.offsets_seen), number) {
                    *slot = number;
                }
                tensor.offsets_seen += 1;
            }
            _ => {}
        }
    }

    fn check_tensor(&mut self, report: &mut Report<'_>) {
        let Tensor { bits, items, offsets: [begin, end], offsets_seen } = std::mem::take(&mut self.tensor);
        // A type that is not known has a size that is not known.
        let bits = bits.map(|bits| items.and_then(|items| items.checked_mul(bits)));
        let agrees = bits.is_none_or(|bits| {
            bits.is_some_and(|bits| {
                end.checked_sub(begin).and_then(|bytes| bytes.checked_mul(8)) == Some(bits)
            })
        });
        if !agrees || items.is_none() || begin > end || offsets_seen != 2 {
            report.trouble(Oddity::BadHeader);
        }
        let tiles = &mut self.tiles;
        tiles.begins = tiles.begins.wrapping_add(report.hash(begin));
        tiles.ends = tiles.ends.wrapping_add(report.hash(end));
        tiles.end = tiles.end.max(end);
    }

    fn check_tiles(&mut self, report: &mut Report<'_>) {
        let Tiles { begins, ends, end } = self.tiles;
        if begins.wrapping_add(report.hash(end)) != ends.wrapping_add(report.hash(0_u64)) {
            report.trouble(Oddity::BadHeader);
        }
    }

    /// So many bytes of tensors.
    fn data(&mut self, bytes: u64, report: &mut Report<'_>) -> Progress {
        self.at = self.at.saturating_add(bytes);
        if self.at - 8 - self.header > self.tiles.end {
            report.trouble(Oddity::TrailingData);
            return Progress::Done;
        }
        Progress::More
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_run::run_any;

    fn file(header: &str, data: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0x7b; data]].concat()
    }

    #[test]
    fn headers() {
        let tensor = |name: &str, shape: &str, begin: u64, end: u64| {
            format!(r#""{name}":{{"dtype":"F32","shape":{shape},"data_offsets":[{begin},{end}]}}"#)
        };
        let good =
            [tensor("a", "[2,3]", 0, 24), tensor("b", "[]", 24, 28), tensor("z", "[0]", 28, 28)].join(",");
        for (header, data, expected) in [
            (format!("{{{good}}}    "), 28, None),
            (format!("{{{good}}}"), 27, Some("truncated")),
            (format!("{{{good}}}"), 29, Some("trailing_data")),
            (format!("{{{}}}", tensor("a", "[2,3]", 0, 20)), 20, Some("bad_header")),
            // A hole, and an overlap.
            (
                format!("{{{},{}}}", tensor("a", "[1]", 0, 4), tensor("b", "[1]", 8, 12)),
                12,
                Some("bad_header"),
            ),
            (format!("{{{},{}}}", tensor("a", "[2]", 0, 8), tensor("b", "[1]", 4, 8)), 8, Some("bad_header")),
            (format!("{{{}}}", tensor("a", "[9223372036854775807,3]", 0, 4)), 4, Some("bad_header")),
            ("{\"a\":{\"dtype\":\"F32\"}}".to_owned(), 0, Some("bad_header")),
            ("{\"a\":".to_owned(), 0, Some("bad_header")),
            ("{}".to_owned(), 0, None),
        ] {
            let expected: Vec<_> = ["format safetensors".to_owned()]
                .into_iter()
                .chain(expected.map(|name| format!("model_file.{name}")))
                .collect();
            assert_eq!(run_any(&file(&header, data)), expected, "{header}");
        }
        let told = run_any(&file(r#"{"__metadata__":{"format":"pt"}}"#, 0));
        assert_eq!(told, ["format safetensors", "safetensors.metadata = format pt"]);
    }

    #[test]
    fn headers_that_are_too_long() {
        let bytes = [&200_000_000_u64.to_le_bytes()[..], b"{\"a\":"].concat();
        assert_eq!(run_any(&bytes), ["format safetensors", "model_file.bad_header"]);
    }
}
