//! What servers say.

use memchr::memchr;
use weir_rules::field::FieldId;

use super::decoder::Postgres;
use super::event::PostgresEvent;
use super::frame::Piece;
use super::names::Rows;
use crate::decode::{Part, Sink, Stage, TransactionId};
use crate::flow::Direction;

/// What of the body of a message comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Nothing that is looked at, or not any more.
    #[default]
    Passed,
    /// How many columns are described, or how many values follow.
    Count,
    /// The name of a column.
    ColumnName,
    /// What else is said of a column: table 4, number 2, type 4, length 2, modifier 4, format 2.
    Column,
    /// How long a value is.
    Length,
    /// A value, so many bytes before its end.
    Value(u32),
    /// Copied data.
    Copied,
    /// What the next string of an error is.
    ErrorTag,
    ErrorText,
    ErrorCode,
}

/// The message that a server is in the midst of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backend {
    step: Step,
    /// A number or a code that is not complete.
    gathered: [u8; 18],
    have: usize,
    column: u32,
    columns: u32,
    text: u64,
    rows: Rows,
    transaction: TransactionId,
    /// Whether a value is being told.
    is_open: bool,
}

/// Types whose values are text (`pg_type.dat`): bytea is none, arrays of text are.
const TEXT_TYPES: [u32; 13] = [18, 19, 25, 114, 142, 705, 1009, 1014, 1015, 1042, 1043, 3802, 3807];

impl Backend {
    fn begin(&mut self, kind: u8, rows: Rows, transaction: TransactionId) {
        self.step = match kind {
            b'T' => Step::Count,
            b'D' if rows.are_retrieved => Step::Count,
            b'd' if rows.are_retrieved => Step::Copied,
            b'E' => Step::ErrorTag,
            _ => Step::Passed,
        };
        (self.have, self.column, self.columns, self.text) = (0, 0, 0, 0);
        (self.rows, self.transaction) = (rows, transaction);
    }

    /// Takes bytes off the front until there are as many as are wanted.
    fn gather<const N: usize>(&mut self, bytes: &mut &[u8]) -> Option<[u8; N]> {
        while self.have < N {
            let (&byte, rest) = bytes.split_first()?;
            *self.gathered.get_mut(self.have)? = byte;
            self.have += 1;
            *bytes = rest;
        }
        self.have = 0;
        self.gathered.first_chunk().copied()
    }

    /// A part of the message is missing.
    pub fn break_off(&mut self, sink: &mut impl Sink) {
        self.end_value(sink);
        self.step = Step::Passed;
    }

    fn tell(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        let is_open = std::mem::replace(&mut self.is_open, true);
        let part = if is_open { Part::Continue } else { Part::Start };
        sink.field(self.transaction, Direction::ToClient, FieldId::LlmRetrieved, part, bytes);
    }

    fn end_value(&mut self, sink: &mut impl Sink) {
        if std::mem::take(&mut self.is_open) {
            sink.field(self.transaction, Direction::ToClient, FieldId::LlmRetrieved, Part::End, b"");
        }
    }

    /// Takes the next part of a body; none where more bytes are needed, or none are looked at.
    fn step(&mut self, kind: u8, rest: &mut &[u8], sink: &mut impl Sink) -> Option<()> {
        match self.step {
            Step::Passed => return None,
            Step::Count => {
                self.columns = u16::from_be_bytes(self.gather(rest)?).into();
                self.next_column(if kind == b'T' { Step::ColumnName } else { Step::Length });
            }
            Step::ColumnName => {
                let end = memchr(0, rest)?;
                *rest = rest.get(end + 1..).unwrap_or_default();
                self.step = Step::Column;
            }
            Step::Column => {
                let [_, _, _, _, _, _, a, b, c, d, ..] = self.gather::<18>(rest)?;
                let is_text = TEXT_TYPES.contains(&u32::from_be_bytes([a, b, c, d]));
                self.text |= u64::from(is_text).checked_shl(self.column).unwrap_or(0);
                self.column += 1;
                self.next_column(Step::ColumnName);
            }
            Step::Length => match u32::from_be_bytes(self.gather(rest)?) {
                // NULL, or nothing.
                u32::MAX | 0 => self.end_column(),
                len => self.step = Step::Value(len),
            },
            Step::Value(left) => {
                let len = rest.len().min(left as usize);
                let (value, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                *rest = after;
                if self.rows.is_text(self.column) {
                    self.tell(value, sink);
                }
                self.step = Step::Value(left - len as u32);
                if len == left as usize {
                    self.end_value(sink);
                    self.end_column();
                }
            }
            Step::Copied => {
                self.tell(rest, sink);
                *rest = &[];
            }
            Step::ErrorTag | Step::ErrorText | Step::ErrorCode => self.error_step(rest, sink)?,
        }
        Some(())
    }

    fn end_column(&mut self) {
        self.column += 1;
        self.next_column(Step::Length);
    }

    fn next_column(&mut self, step: Step) {
        self.step = if self.column < self.columns { step } else { Step::Passed };
    }

    fn error_step(&mut self, rest: &mut &[u8], sink: &mut impl Sink) -> Option<()> {
        const CODE: usize = 5;
        let (&first, after) = rest.split_first()?;
        match self.step {
            Step::ErrorTag => {
                *rest = after;
                self.step = match first {
                    0 => Step::Passed,
                    b'C' => Step::ErrorCode,
                    _ => Step::ErrorText,
                };
            }
            Step::ErrorCode if first != 0 => {
                *rest = after;
                if let Some(slot) = self.gathered.get_mut(self.have).filter(|_| self.have < CODE) {
                    *slot = first;
                    self.have += 1;
                }
            }
            Step::ErrorCode => {
                *rest = after;
                let code = self.gathered.get(..self.have).unwrap_or_default();
                sink.field(
                    self.transaction,
                    Direction::ToClient,
                    FieldId::PostgresSqlState,
                    Part::Whole,
                    code,
                );
                (self.have, self.step) = (0, Step::ErrorTag);
            }
            _ => {
                let end = memchr(0, rest)?;
                *rest = rest.get(end + 1..).unwrap_or_default();
                self.step = Step::ErrorTag;
            }
        }
        Some(())
    }
}

impl Postgres {
    pub(super) fn backend_piece(&mut self, piece: Piece<'_>, sink: &mut impl Sink) {
        if piece.is_first {
            let (rows, transaction) = (self.pending.rows(), self.answered());
            self.backend.begin(piece.kind, rows, transaction);
        }
        let mut rest = piece.bytes;
        while !rest.is_empty() && self.backend.step(piece.kind, &mut rest, sink).is_some() {}
        if piece.is_last {
            self.backend_end(piece.kind, sink);
        }
    }

    /// A message is complete.
    fn backend_end(&mut self, kind: u8, sink: &mut impl Sink) {
        self.backend.end_value(sink);
        let Backend { step, text, column, columns, .. } = self.backend;
        let is_cut = !matches!(step, Step::Passed | Step::Copied);
        if is_cut {
            self.event(PostgresEvent::Malformed, Direction::ToClient, sink);
        }
        match kind {
            b'T' => {
                // Where it broke off, any column may be text.
                let text = if is_cut || column < columns { u64::MAX } else { text };
                self.described(text);
            }
            b'n' => self.described(u64::MAX),
            b'C' | b's' | b'I' => self.pending.executed(),
            b'E' => {
                self.pending.failed();
                self.frontend.copies_in = false;
            }
            b'G' => self.frontend.copies_in = self.pending.copies_in(),
            b'Z' => {
                if let Some(transaction) = self.pending.ready() {
                    sink.stage(transaction, Direction::ToClient, Stage::Complete);
                }
            }
            // Authentication, key, parameters, notices, ends of Parse, Bind and Close, data of copies and calls.
            b'R' | b'K' | b'S' | b'N' | b'A' | b'1' | b'2' | b'3' | b'D' | b'd' | b'c' | b'H' | b'W'
            | b'V' | b'v' | b't' => {}
            _ => self.event(PostgresEvent::UnknownMessage, Direction::ToClient, sink),
        }
    }

    fn described(&mut self, text: u64) {
        if let Some((of, name)) = self.pending.described(text) {
            self.names.describe(of, name, text);
        }
    }
}
