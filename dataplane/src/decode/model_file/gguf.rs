//! GGUF, versions 1 to 3 (ggml-org/ggml, `docs/gguf.md`).
//!
//! ```text
//! "GGUF" │ version │ tensors │ pairs │ key, type, value … │ name, dimensions, type, offset … │ padding │ tensors
//! ```
//!
//! Nothing in it runs but the chat template, which is a program in Jinja, and says how what users write becomes what the
//! model reads. Loaders have had faults in counts and lengths that overflow: what can't be is reported.

use super::layer::{Layer, Progress};
use super::report::Report;
use super::told::Oddity;

/// Values that are told. Templates may have names behind a dot.
const TOLD: [&str; 6] = [
    "general.architecture",
    "general.name",
    "general.basename",
    "general.source.url",
    "tokenizer.ggml.model",
    "tokenizer.chat_template",
];
/// The longest key (`gguf.md`: "up to 2^16 - 1 bytes").
const MAX_KEY: u64 = 65_535;
/// The longest name of a tensor (`GGML_MAX_NAME`).
const MAX_TENSOR_NAME: u64 = 64;
/// Dimensions of a tensor (`GGML_MAX_DIMS`).
const MAX_DIMENSIONS: u64 = 4;
const ALIGNMENT: u64 = 32;
/// Types of values.
const TYPE_U32: u32 = 4;
const TYPE_STRING: u32 = 8;
const TYPE_ARRAY: u32 = 9;

/// What is read next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Magic,
    Version,
    Tensors,
    Pairs,
    KeyLength,
    Key {
        left: u64,
    },
    Type,
    Value {
        kind: u32,
    },
    StringLength,
    String {
        left: u64,
    },
    ArrayType,
    ArrayLength {
        kind: u32,
    },
    /// Items of a fixed size.
    Skip {
        left: u64,
    },
    NameLength,
    Name {
        left: u64,
    },
    Dimensions,
    Dimension {
        left: u64,
        items: u64,
    },
    TensorType,
    Offset,
    Done,
}

/// A GGUF file.
#[derive(Debug, Default)]
pub(super) struct Gguf {
    state: State,
    /// The number that is gathered, and how many of its bytes are there.
    number: u64,
    taken: u32,
    big_endian: bool,
    /// Counts and lengths have four bytes (version 1).
    short: bool,
    tensors: u64,
    pairs: u64,
    key: Vec<u8>,
    value: Vec<u8>,
    /// Strings, or arrays, that are to come in each array that is open.
    arrays: Vec<(u32, u64)>,
    alignment: Option<u64>,
}

impl Layer for Gguf {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while let (Some(&byte), true) = (rest.first(), self.state != State::Done) {
            let used = match self.state {
                State::Key { left }
                | State::String { left }
                | State::Name { left }
                | State::Skip { left } => self.text(rest, left, report),
                _ => {
                    self.number_byte(byte, report);
                    1
                }
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        if self.state == State::Done { Progress::Done } else { Progress::More }
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        report.trouble(Oddity::Truncated);
    }

    fn is_sure(&self) -> bool {
        !matches!(self.state, State::Magic | State::Version)
    }
}

impl Gguf {
    fn width(&self) -> u32 {
        match self.state {
            State::Tensors
            | State::Pairs
            | State::KeyLength
            | State::StringLength
            | State::ArrayLength { .. }
            | State::NameLength
            | State::Dimension { .. }
                if self.short =>
            {
                4
            }
            State::Magic
            | State::Version
            | State::Type
            | State::ArrayType
            | State::Dimensions
            | State::TensorType => 4,
            State::Value { kind } => size_of(kind).unwrap_or(1) as u32,
            _ => 8,
        }
    }

    fn number_byte(&mut self, byte: u8, report: &mut Report<'_>) {
        let width = self.width();
        let shift = if self.big_endian { width - 1 - self.taken.min(width - 1) } else { self.taken };
        self.number |= u64::from(byte) << (8 * shift);
        self.taken += 1;
        if self.taken < width {
            return;
        }
        let number = std::mem::take(&mut self.number);
        self.taken = 0;
        self.number(number, report);
    }

    /// A number is there.
    fn number(&mut self, number: u64, report: &mut Report<'_>) {
        match self.state {
            State::Magic => self.state = State::Version,
            State::Version => self.version(number as u32, report),
            State::Tensors => {
                self.tensors = self.count(number, report);
                self.state = State::Pairs;
            }
            State::Pairs => {
                self.pairs = self.count(number, report);
                self.next_pair();
            }
            State::KeyLength if number == 0 || number > MAX_KEY => self.bad(report),
            State::KeyLength => {
                self.key.clear();
                self.state = State::Key { left: number };
            }
            State::Type => self.value(number as u32, report),
            State::Value { .. } => {
                if self.key == b"general.alignment" {
                    self.alignment = Some(number).filter(|alignment| alignment.is_power_of_two());
                    if self.alignment.is_none() {
                        return self.bad(report);
                    }
                }
                self.value_ended();
            }
            State::StringLength if number > i64::MAX as u64 => self.bad(report),
            State::StringLength => {
                self.value.clear();
                self.state = State::String { left: number };
                if number == 0 {
                    self.string_ended(report);
                }
            }
            State::ArrayType => self.state = State::ArrayLength { kind: number as u32 },
            State::ArrayLength { kind } => self.array(kind, number, report),
            State::NameLength
            | State::Dimensions
            | State::Dimension { .. }
            | State::TensorType
            | State::Offset => {
                self.tensor(number, report);
            }
            State::Key { .. }
            | State::String { .. }
            | State::Skip { .. }
            | State::Name { .. }
            | State::Done => {}
        }
    }

    /// What can't be is in the header.
    fn bad(&mut self, report: &mut Report<'_>) {
        report.trouble(Oddity::BadHeader);
        self.state = State::Done;
    }

    fn version(&mut self, number: u32, report: &mut Report<'_>) {
        // Of big-endian files, which there are since version 3, the version is what shows it.
        self.big_endian = number & 0xffff == 0;
        let version = if self.big_endian { number.swap_bytes() } else { number };
        if !(1..=3).contains(&version) {
            self.state = State::Done;
            return;
        }
        report.format("gguf");
        self.short = version == 1;
        self.state = State::Tensors;
    }

    fn count(&mut self, number: u64, report: &mut Report<'_>) -> u64 {
        if number > i64::MAX as u64 {
            report.trouble(Oddity::BadHeader);
        } else if number > report.limits.max_entries {
            report.trouble(Oddity::Limit);
        }
        number
    }

    fn next_pair(&mut self) {
        self.state = match (self.pairs, self.tensors) {
            (0, 0) => State::Done,
            (0, _) => State::NameLength,
            _ => State::KeyLength,
        };
    }

    /// A value of this type follows.
    fn value(&mut self, kind: u32, report: &mut Report<'_>) {
        self.state = match kind {
            TYPE_STRING => State::StringLength,
            TYPE_ARRAY => State::ArrayType,
            kind if size_of(kind).is_some() => State::Value { kind },
            _ => return self.bad(report),
        };
        let text = self.key == b"general.architecture" || self.key == b"tokenizer.chat_template";
        let number = self.key == b"general.alignment";
        if self.arrays.is_empty() && (text && kind != TYPE_STRING || number && kind != TYPE_U32) {
            report.trouble(Oddity::BadHeader);
        }
    }

    fn array(&mut self, kind: u32, len: u64, report: &mut Report<'_>) {
        let bytes = size_of(kind).map(|size| len.checked_mul(size));
        match bytes {
            Some(Some(bytes)) if bytes <= i64::MAX as u64 => {
                self.state = State::Skip { left: bytes };
                if bytes == 0 {
                    self.value_ended();
                }
            }
            None if matches!(kind, TYPE_STRING | TYPE_ARRAY) && len <= i64::MAX as u64 => {
                if self.arrays.len() >= report.limits.max_depth {
                    report.trouble(Oddity::Limit);
                    self.state = State::Done;
                    return;
                }
                self.arrays.push((kind, len));
                self.next_item();
            }
            _ => self.bad(report),
        }
    }

    /// The next item of the innermost array, or what follows it.
    fn next_item(&mut self) {
        while let Some((kind, left)) = self.arrays.last_mut() {
            if *left > 0 {
                *left -= 1;
                self.state = if *kind == TYPE_STRING { State::StringLength } else { State::ArrayType };
                return;
            }
            self.arrays.pop();
        }
        self.pairs = self.pairs.saturating_sub(1);
        self.next_pair();
    }

    fn value_ended(&mut self) {
        self.next_item();
    }

    fn text(&mut self, bytes: &[u8], left: u64, report: &mut Report<'_>) -> usize {
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (taken, left) = (bytes.get(..used).unwrap_or_default(), left - used as u64);
        let keep = |kept: &mut Vec<u8>, max: usize| {
            kept.extend_from_slice(taken.get(..max.saturating_sub(kept.len())).unwrap_or(taken));
        };
        match &mut self.state {
            State::Key { left: rest } => {
                *rest = left;
                keep(&mut self.key, report.limits.max_name);
                if left == 0 {
                    self.state = State::Type;
                }
            }
            State::String { left: rest } => {
                *rest = left;
                if self.arrays.is_empty() && told(&self.key).is_some() {
                    keep(&mut self.value, report.limits.max_value);
                    if left > 0 && self.value.len() >= report.limits.max_value {
                        report.trouble(Oddity::Limit);
                    }
                }
                if left == 0 {
                    self.string_ended(report);
                }
            }
            State::Skip { left: rest } => {
                *rest = left;
                if left == 0 {
                    self.value_ended();
                }
            }
            State::Name { left: rest } => {
                *rest = left;
                if left == 0 {
                    self.state = State::Dimensions;
                }
            }
            _ => {}
        }
        used
    }

    fn string_ended(&mut self, report: &mut Report<'_>) {
        if let (Some(key), true) = (told(&self.key), self.arrays.is_empty()) {
            report.name(key, &self.value);
        }
        self.value_ended();
    }

    /// A number of what is told of a tensor.
    fn tensor(&mut self, number: u64, report: &mut Report<'_>) {
        self.state = match self.state {
            State::NameLength if number == 0 || number > MAX_TENSOR_NAME => return self.bad(report),
            State::NameLength => State::Name { left: number },
            State::Dimensions if number > MAX_DIMENSIONS => return self.bad(report),
            State::Dimensions if number == 0 => State::TensorType,
            State::Dimensions => State::Dimension { left: number, items: 1 },
            State::Dimension { left, items } => {
                let Some(items) = items.checked_mul(number).filter(|&items| items <= i64::MAX as u64) else {
                    return self.bad(report);
                };
                if left > 1 { State::Dimension { left: left - 1, items } } else { State::TensorType }
            }
            State::TensorType => State::Offset,
            _ => {
                if !number.is_multiple_of(self.alignment.unwrap_or(ALIGNMENT)) {
                    report.trouble(Oddity::BadHeader);
                }
                self.tensors = self.tensors.saturating_sub(1);
                if self.tensors == 0 { State::Done } else { State::NameLength }
            }
        };
    }
}

/// Bytes of a value of a type of fixed size.
fn size_of(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

/// The name under which the value of a key is told.
fn told(key: &[u8]) -> Option<&'static str> {
    TOLD.into_iter().find(|known| {
        let rest = key.strip_prefix(known.as_bytes());
        rest.is_some_and(|rest| {
            rest.is_empty() || *known == "tokenizer.chat_template" && rest.starts_with(b".")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::test_run::run_any;

    fn string(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    fn pair(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
        [&string(key)[..], &kind.to_le_bytes(), value].concat()
    }

    fn file(tensors: u64, pairs: &[Vec<u8>]) -> Vec<u8> {
        let counts = [tensors.to_le_bytes(), (pairs.len() as u64).to_le_bytes()].concat();
        [b"GGUF\x03\0\0\0", &counts[..], &pairs.concat()].concat()
    }

    fn tensor(name: &str, dimensions: &[u64], offset: u64) -> Vec<u8> {
        let sizes: Vec<u8> = dimensions.iter().flat_map(|size| size.to_le_bytes()).collect();
        let count = (dimensions.len() as u32).to_le_bytes();
        [&string(name)[..], &count, &sizes, &0_u32.to_le_bytes(), &offset.to_le_bytes()].concat()
    }

    #[test]
    fn metadata() {
        let tokens = [&8_u32.to_le_bytes()[..], &2_u64.to_le_bytes(), &string("<s>"), &string("")].concat();
        let scores = [&6_u32.to_le_bytes()[..], &2_u64.to_le_bytes(), &[0; 8]].concat();
        let nested = [&9_u32.to_le_bytes()[..], &1_u64.to_le_bytes(), &tokens].concat();
        let pairs = [
            pair("general.architecture", 8, &string("llama")),
            pair("llama.block_count", 4, &[32, 0, 0, 0]),
            pair("tokenizer.ggml.tokens", 9, &tokens),
            pair("tokenizer.ggml.scores", 9, &scores),
            pair("nested", 9, &nested),
            pair("tokenizer.chat_template", 8, &string("{{ messages }}")),
            pair("tokenizer.chat_template.tool_use", 8, &string("{{ cycler.__init__ }}")),
        ];
        let bytes = [file(2, &pairs), tensor("a", &[4, 4], 0), tensor("b", &[], 64), vec![0; 100]].concat();
        assert_eq!(
            run_any(&bytes),
            [
                "format gguf",
                "general.architecture = llama",
                "tokenizer.chat_template = {{ messages }}",
                "tokenizer.chat_template = {{ cycler.__init__ }}"
            ]
        );
    }

    #[test]
    fn what_can_t_be() {
        let bad = ["format gguf", "model_file.bad_header"];
        assert_eq!(run_any(&[&file(0, &[])[..16], &[0xff; 8]].concat())[..2], bad);
        assert_eq!(run_any(&file(0, &[pair("a", 13, &[])])), bad);
        assert_eq!(run_any(&file(0, &[pair("a", 8, &u64::MAX.to_le_bytes())])), bad);
        let array = [&4_u32.to_le_bytes()[..], &(1_u64 << 62).to_le_bytes()].concat();
        assert_eq!(run_any(&file(0, &[pair("a", 9, &array)])), bad);
        assert_eq!(run_any(&[file(1, &[]), tensor("a", &[1 << 40, 1 << 40], 0)].concat()), bad);
        assert_eq!(run_any(&[file(1, &[]), tensor("a", &[1; 5], 0)].concat()), bad);
        assert_eq!(run_any(&[file(1, &[]), tensor("a", &[1], 3)].concat()), bad);
        assert_eq!(run_any(&file(1, &[])), ["format gguf", "model_file.truncated"]);
    }

    #[test]
    fn other_versions() {
        let first =
            [&b"GGUF\x01\0\0\0\0\0\0\0\x01\0\0\0\x14\0\0\0general.architecture\x08\0\0\0\x05\0\0\0llama"[..]]
                .concat();
        assert_eq!(run_any(&first), ["format gguf", "general.architecture = llama"]);
        let big = [
            &b"GGUF\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x14general.architecture\0\0\0\x08"[..],
            b"\0\0\0\0\0\0\0\x05llama",
        ]
        .concat();
        assert_eq!(run_any(&big), ["format gguf", "general.architecture = llama"]);
        assert_eq!(run_any(b"GGUF is a format\n"), Vec::<String>::new());
    }
}
