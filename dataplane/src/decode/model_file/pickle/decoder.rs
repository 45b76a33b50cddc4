//! Pickles, one behind the other, as their bytes come.

use memchr::memchr;

use super::super::layer::{Layer, Progress};
use super::super::report::Report;
use super::super::told::Oddity;
use super::array::{ArrayData, Padding};
use super::machine::{Flow, Machine, Operation};
use super::opcode::{self, Argument, PROTO};
use super::voice::Voice;

/// Pickles in the arrays of a pickle of joblib, in theirs, and so on.
const MAX_OUTER: usize = 4;

/// Where a [`Pickle`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before an opcode.
    #[default]
    Opcode,
    /// In a number, of which so many bytes are missing.
    Number { left: u8, counts: Counts },
    /// In a text, of which so many bytes are missing.
    Text { left: u64 },
    /// In a line, the first or the second.
    Line { second: bool, last: bool },
    /// In the length of the padding before this many bytes of an array.
    Padding { bytes: u64 },
    /// In an array, or what else is to be skipped.
    Skip { left: u64 },
    /// Nothing more is told.
    Done,
}

/// Whether a number is a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Nothing,
    Text,
}

/// A pickle, and those that follow it.
#[derive(Default)]
pub(in super::super) struct Pickle {
    state: State,
    code: u8,
    number: u64,
    /// Bytes of the number that were taken.
    shift: u32,
    /// The text or line, as far as it is kept, and the second line behind it.
    text: Vec<u8>,
    first_line: usize,
    machine: Machine,
    /// The machines of the pickles that this one is within an array of.
    outer: Vec<Machine>,
    voice: Voice,
    /// Bytes of this pickle.
    bytes: u64,
    /// An opcode of this pickle has come.
    begun: bool,
    /// A pickle has ended before this one.
    is_next: bool,
}

impl Layer for Pickle {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while let (Some(&octet), true) = (rest.first(), self.state != State::Done) {
            let used = match self.state {
                State::Opcode => self.opcode(octet, report),
                State::Number { left, counts } => self.number(octet, left, counts, report),
                State::Text { left } => self.text(rest, left, report),
                State::Line { second, last } => self.line(rest, second, last, report),
                State::Padding { bytes } => {
                    self.state = State::Skip { left: bytes.saturating_add(u64::from(octet)) };
                    1
                }
                State::Skip { left } => {
                    let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.skip_to(left - used as u64);
                    used
                }
                State::Done => rest.len(),
            };
            self.bytes = self.bytes.saturating_add(used as u64);
            rest = rest.get(used..).unwrap_or_default();
        }
        if self.state == State::Done { Progress::Done } else { Progress::More }
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        let between = self.is_next && !self.begun;
        if self.state == State::Done || between {
            return;
        }
        self.voice.end(report);
        if self.voice.is_sure() {
            report.trouble(Oddity::Truncated);
        }
    }

    fn is_sure(&self) -> bool {
        self.is_next || self.voice.is_sure()
    }
}

impl Pickle {
    fn opcode(&mut self, code: u8, report: &mut Report<'_>) -> usize {
        self.code = code;
        self.number = 0;
        self.shift = 0;
        self.text.clear();
        self.first_line = 0;
        if !std::mem::replace(&mut self.begun, true) {
            match code {
                PROTO => self.voice.header(),
                _ if !opcode::can_begin(code) => return self.give_up(),
                _ => {}
            }
        }
        match opcode::argument(code) {
            Some(Argument::None) => self.run(report),
            Some(Argument::Fixed(left)) => self.state = State::Number { left, counts: Counts::Nothing },
            Some(Argument::Counted(left)) => self.state = State::Number { left, counts: Counts::Text },
            Some(Argument::Line) => self.state = State::Line { second: false, last: true },
            Some(Argument::TwoLines) => self.state = State::Line { second: false, last: false },
            None => {
                if self.voice.is_sure() {
                    report.trouble(Oddity::Malformed);
                }
                return self.give_up();
            }
        }
        1
    }

    fn give_up(&mut self) -> usize {
        self.state = State::Done;
        1
    }

    fn number(&mut self, octet: u8, left: u8, counts: Counts, report: &mut Report<'_>) -> usize {
        self.number |= u64::from(octet) << self.shift;
        self.shift += 8;
        self.state = State::Number { left: left - 1, counts };
        if left == 1 {
            match (counts, self.number) {
                (Counts::Text, 1..) => self.state = State::Text { left: self.number },
                _ => self.run(report),
            }
        }
        1
    }

    fn text(&mut self, bytes: &[u8], left: u64, report: &mut Report<'_>) -> usize {
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        self.keep(bytes.get(..used).unwrap_or_default(), 0, report);
        let left = left - used as u64;
        self.state = State::Text { left };
        if left == 0 {
            self.run(report);
        }
        used
    }

    fn line(&mut self, bytes: &[u8], second: bool, last: bool, report: &mut Report<'_>) -> usize {
        let end = memchr(b'\n', bytes);
        let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        self.keep(line, if second { self.first_line } else { 0 }, report);
        let Some(end) = end else { return bytes.len() };
        if last || second {
            if !second {
                self.first_line = self.text.len();
            }
            self.run(report);
        } else {
            self.first_line = self.text.len();
            self.state = State::Line { second: true, last };
        }
        end + 1
    }

    /// Keeps as much of a text as is needed, from this place of what is kept on.
    fn keep(&mut self, bytes: &[u8], from: usize, report: &Report<'_>) {
        let room = (from + report.limits.max_name).saturating_sub(self.text.len());
        self.text.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// Runs the opcode, which is whole.
    fn run(&mut self, report: &mut Report<'_>) {
        self.state = State::Opcode;
        let lines = matches!(opcode::argument(self.code), Some(Argument::TwoLines));
        let at = if lines { self.first_line } else { self.text.len() };
        let (text, second) = self.text.split_at_checked(at).unwrap_or_default();
        let operation = Operation { code: self.code, number: self.number, text, second };
        match self.machine.run(operation, &mut self.voice, report) {
            Ok(Flow::Next) => {}
            Ok(Flow::Stop) => self.stop(report),
            Ok(Flow::Array(data)) => self.array(data, report),
            // What CPython does not go on from, others may.
            Err(_) if self.voice.is_sure() => report.trouble(Oddity::Malformed),
            Err(_) => self.state = State::Done,
        }
    }

    /// A STOP: another pickle may follow, or the rest of the one that this one is within.
    fn stop(&mut self, report: &mut Report<'_>) {
        if let Some(machine) = self.outer.pop() {
            self.machine = machine;
            return;
        }
        self.voice.stop(self.machine.height(), self.bytes, report);
        if !self.voice.is_sure() {
            self.state = State::Done;
            return;
        }
        self.machine.clear();
        self.voice.clear();
        self.is_next = true;
        self.begun = false;
        self.bytes = 0;
    }

    fn array(&mut self, data: ArrayData, report: &mut Report<'_>) {
        match data {
            ArrayData::Items { bytes, padding: Padding::Counted } => self.state = State::Padding { bytes },
            ArrayData::Items { bytes, padding: Padding::None } => self.skip_to(bytes),
            ArrayData::Objects if self.outer.len() < MAX_OUTER => {
                self.outer.push(std::mem::take(&mut self.machine));
            }
            ArrayData::Objects | ArrayData::Unknown => {
                report.trouble(Oddity::Limit);
                self.state = State::Done;
            }
        }
    }

    fn skip_to(&mut self, left: u64) {
        self.state = if left == 0 { State::Opcode } else { State::Skip { left } };
    }
}
