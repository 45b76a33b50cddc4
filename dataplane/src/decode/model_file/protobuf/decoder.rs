//! Walks messages as their bytes come.

use super::super::layer::{Layer, Progress};
use super::super::report::Report;
use super::super::told::Oddity;
use super::message::{Field, Leaf, Message, Wire};
use super::path::leads_out;

/// The longest varint.
const MAX_SHIFT: u32 = 63;
/// Versions of ONNX's format that there may be (`onnx.proto`: `Version`; 13 in 2025).
const MAX_IR_VERSION: u64 = 63;
/// Operators of TensorFlow that touch files or run Python when a model is used.
const DANGEROUS_OPS: [&[u8]; 18] = [
    b"ReadFile",
    b"WriteFile",
    b"MatchingFiles",
    b"PyFunc",
    b"PyFuncStateless",
    b"EagerPyFunc",
    b"PrintV2",
    b"Save",
    b"SaveSlices",
    b"WholeFileReader",
    b"WholeFileReaderV2",
    b"TextLineDataset",
    b"FixedLengthRecordDataset",
    b"ImmutableConst",
    b"DebugIdentityV2",
    b"DebugIdentity",
    b"LoadDataset",
    b"SaveDataset",
];
/// Domains of ONNX's own operators.
const ONNX_DOMAINS: [&[u8]; 5] =
    [b"", b"ai.onnx", b"ai.onnx.ml", b"ai.onnx.training", b"ai.onnx.preview.training"];

/// Where a [`Protobuf`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Tag,
    Varint {
        field: u64,
    },
    Length {
        field: u64,
    },
    Text {
        leaf: Leaf,
        left: u64,
    },
    Skip {
        left: u64,
    },
    Done,
}

/// A message that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    message: Message,
    /// Where it ends, counted from the beginning of the file.
    end: u64,
}

/// A model in protobuf.
#[derive(Debug, Default)]
pub(in super::super) struct Protobuf {
    state: State,
    at: u64,
    /// The number that is gathered.
    number: u64,
    shift: u32,
    open: Vec<Open>,
    text: Vec<u8>,
    /// The key of the pair that is open, and its value if that came first.
    key: Vec<u8>,
    value: Vec<u8>,
    producer: Vec<u8>,
    sure: bool,
}

impl Layer for Protobuf {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while let (Some(&byte), true) = (rest.first(), self.state != State::Done) {
            let used = match self.state {
                State::Tag | State::Varint { .. } | State::Length { .. } => {
                    self.at += 1;
                    self.varint(byte, report);
                    1
                }
                State::Text { left, .. } | State::Skip { left } => {
                    let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.at += used as u64;
                    self.bytes(rest.get(..used).unwrap_or_default(), left - used as u64, report);
                    used
                }
                State::Done => 0,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        if self.state == State::Done { Progress::Done } else { Progress::More }
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        let at_top = self.open.last().is_none_or(|open| open.message == Message::SavedModel);
        if self.sure && (self.state != State::Tag || self.shift > 0 || !at_top) {
            report.trouble(Oddity::Truncated);
        }
    }

    fn is_sure(&self) -> bool {
        self.sure
    }
}

impl Protobuf {
    /// The message that is open. The file is taken for ONNX until its second field, a text there, begins as the message
    /// that it is in SavedModel.
    fn message(&self) -> Message {
        self.open.last().map_or(Message::Model, |open| open.message)
    }

    fn end(&self) -> u64 {
        self.open.last().map_or(u64::MAX, |open| open.end)
    }

    fn varint(&mut self, byte: u8, report: &mut Report<'_>) {
        self.number |= u64::from(byte & 0x7f).checked_shl(self.shift).unwrap_or(0);
        self.shift += 7;
        if byte & 0x80 != 0 {
            if self.shift > MAX_SHIFT {
                self.give_up(report);
            }
            return;
        }
        let number = std::mem::take(&mut self.number);
        self.shift = 0;
        match self.state {
            State::Tag => self.tag(number, report),
            State::Varint { field } => {
                let version = self.open.is_empty() && field == 1;
                if version && !self.sure && !(1..=MAX_IR_VERSION).contains(&number) {
                    return self.give_up(report);
                }
                self.field_ended(report);
            }
            State::Length { field } => self.length(field, number, report),
            State::Text { .. } | State::Skip { .. } | State::Done => {}
        }
    }

    /// It is not of its format, or no longer.
    fn give_up(&mut self, report: &mut Report<'_>) {
        if self.sure {
            report.trouble(Oddity::Malformed);
        }
        self.state = State::Done;
    }

    fn tag(&mut self, tag: u64, report: &mut Report<'_>) {
        let field = tag >> 3;
        let Some(wire) = Wire::of(tag).filter(|_| field > 0) else { return self.give_up(report) };
        let known = self.message().field(field);
        let fits = known.wire().is_none_or(|known| known == wire);
        // What is not known may come with new versions, but not before it is known what this is.
        let strange = self.open.is_empty() && known == Field::Unknown;
        if !self.sure && (!fits || strange) {
            return self.give_up(report);
        }
        self.state = match wire {
            Wire::Varint => State::Varint { field },
            Wire::Length => State::Length { field },
            Wire::Fixed64 => State::Skip { left: 8 },
            Wire::Fixed32 => State::Skip { left: 4 },
        };
    }

    fn length(&mut self, field: u64, length: u64, report: &mut Report<'_>) {
        let Some(end) = self.at.checked_add(length).filter(|&end| end <= self.end()) else {
            return self.give_up(report);
        };
        match self.message().field(field) {
            Field::Into(message) if self.open.len() < report.limits.max_depth => {
                self.enter(message, end);
                self.field_ended(report);
            }
            Field::Into(_) => {
                report.trouble(Oddity::Limit);
                self.skip(length, report);
            }
            Field::Text(leaf) => {
                self.text.clear();
                self.state = State::Text { leaf, left: length };
                if length == 0 {
                    self.text_ended(leaf, report);
                }
            }
            Field::Known(_) | Field::Unknown => self.skip(length, report),
        }
    }

    fn enter(&mut self, message: Message, end: u64) {
        if matches!(message, Message::ExternalData | Message::Metadata) {
            self.key.clear();
            self.value.clear();
        }
        self.open.push(Open { message, end });
    }

    fn skip(&mut self, length: u64, report: &mut Report<'_>) {
        self.state = State::Skip { left: length };
        if length == 0 {
            self.field_ended(report);
        }
    }

    /// Bytes of a text, or of what is skipped.
    fn bytes(&mut self, bytes: &[u8], left: u64, report: &mut Report<'_>) {
        match self.state {
            State::Text { leaf: Leaf::Producer, .. } if self.is_saved_model(bytes) => {
                self.begin_saved_model(bytes, left, report);
            }
            State::Text { leaf, .. } => {
                let room = report.limits.max_name.saturating_sub(self.text.len());
                self.text.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                self.state = State::Text { leaf, left };
                if left == 0 {
                    self.text_ended(leaf, report);
                }
            }
            _ => {
                self.state = State::Skip { left };
                if left == 0 {
                    self.field_ended(report);
                }
            }
        }
    }

    /// Whether the name of a producer begins as no name does, but as a MetaGraphDef: with a tag.
    fn is_saved_model(&self, bytes: &[u8]) -> bool {
        !self.sure
            && self.text.is_empty()
            && self.open.is_empty()
            && matches!(bytes.first(), Some(0x0a | 0x12))
    }

    fn begin_saved_model(&mut self, bytes: &[u8], left: u64, report: &mut Report<'_>) {
        // What was taken for a text is walked.
        self.at -= bytes.len() as u64;
        let end = self.at + bytes.len() as u64 + left;
        self.open.push(Open { message: Message::SavedModel, end: u64::MAX });
        self.open.push(Open { message: Message::MetaGraph, end });
        self.state = State::Tag;
        self.push(bytes, report);
    }

    /// A field has ended, and perhaps messages with it.
    fn field_ended(&mut self, report: &mut Report<'_>) {
        self.state = State::Tag;
        while let Some(open) = self.open.last() {
            if self.at < open.end {
                return;
            }
            if self.at > open.end {
                return self.give_up(report);
            }
            self.open.pop();
        }
    }

    fn text_ended(&mut self, leaf: Leaf, report: &mut Report<'_>) {
        let text = std::mem::take(&mut self.text);
        self.told(leaf, &text, report);
        self.text = text;
        if self.state != State::Done {
            self.field_ended(report);
        }
    }

    fn told(&mut self, leaf: Leaf, text: &[u8], report: &mut Report<'_>) {
        let is_word = |text: &[u8]| {
            !text.is_empty()
                && text
                    .iter()
                    .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'.' | b'>'))
        };
        match leaf {
            Leaf::Producer if self.sure => report.name("onnx.producer", text),
            Leaf::Producer => {
                if text.iter().any(|octet| octet.is_ascii_control()) {
                    return self.give_up(report);
                }
                self.producer.clear();
                self.producer.extend_from_slice(text);
            }
            // Operators are written in camel case, all but some of those of others.
            Leaf::OpType if is_word(text) => {
                if text.first().is_some_and(u8::is_ascii_uppercase) || !self.producer.is_empty() {
                    self.is_onnx(report);
                }
            }
            Leaf::TensorflowOp if is_word(text) => {
                self.sure = true;
                report.format("saved_model");
                if DANGEROUS_OPS.contains(&text) {
                    report.name("saved_model.op", text);
                }
            }
            Leaf::OpType | Leaf::TensorflowOp => {
                if !self.sure {
                    self.give_up(report);
                }
            }
            Leaf::Domain | Leaf::OpDomain => {
                if text.starts_with(b"ai.onnx") {
                    self.is_onnx(report);
                }
                if self.sure && !ONNX_DOMAINS.contains(&text) {
                    report.name("onnx.custom_domain", text);
                }
            }
            Leaf::Key | Leaf::MetadataKey => {
                self.key.clear();
                self.key.extend_from_slice(text);
                if leaf == Leaf::Key && !self.value.is_empty() {
                    let value = std::mem::take(&mut self.value);
                    self.external(&value, report);
                }
            }
            Leaf::Value if self.key.is_empty() => {
                self.value.clear();
                self.value.extend_from_slice(text);
            }
            Leaf::Value => self.external(text, report),
            Leaf::MetadataValue => {
                self.is_onnx(report);
                self.key.push(b' ');
                self.key.extend_from_slice(text);
                report.name("onnx.metadata", &self.key);
            }
            Leaf::TensorflowVersion => {
                self.sure = true;
                report.format("saved_model");
                report.name("saved_model.tensorflow_version", text);
            }
        }
    }

    /// Something about where the items of a tensor are.
    fn external(&mut self, value: &[u8], report: &mut Report<'_>) {
        if self.key == b"location" {
            self.is_onnx(report);
            report.name("onnx.external_file", value);
            if leads_out(value) {
                report.trouble(Oddity::PathTraversal);
            }
        }
    }

    /// It is ONNX: tells what was held.
    fn is_onnx(&mut self, report: &mut Report<'_>) {
        if std::mem::replace(&mut self.sure, true) {
            return;
        }
        report.format("onnx");
        if !self.producer.is_empty() {
            report.name("onnx.producer", &self.producer);
        }
    }
}
