//! What clients say.

use memchr::memchr;
use weir_rules::field::FieldId;

use super::decoder::Postgres;
use super::distance::Distances;
use super::event::PostgresEvent;
use super::frame::Piece;
use super::names::{Name, Of, Rows};
use super::pending::Asked;
use crate::decode::{Part, Sink, TransactionId};
use crate::flow::Direction;

/// What of the body of a message comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Nothing that is looked at, as a part is missing.
    #[default]
    Skipped,
    /// The text of a Query or Parse.
    Text,
    /// The name of the statement that is parsed; the text follows.
    ParsedName,
    /// The portal that is bound; the statement follows.
    BoundPortal,
    /// What the name behind is of.
    Kind,
    /// The last name that is looked at.
    Name,
    /// Nothing that is looked at any more.
    Done,
}

/// The message that a client is in the midst of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frontend {
    step: Step,
    name: Name,
    portal: Name,
    of: Option<Of>,
    distances: Distances,
    retrieves: bool,
    is_text_open: bool,
    /// The server waits for data to copy, and passes over Sync until they end.
    pub copies_in: bool,
    pub is_provider_told: bool,
}

impl Frontend {
    fn begin(&mut self, kind: u8) {
        self.step = match kind {
            b'Q' => Step::Text,
            b'P' => Step::ParsedName,
            b'B' => Step::BoundPortal,
            b'D' | b'C' => Step::Kind,
            b'E' => Step::Name,
            _ => Step::Done,
        };
        (self.name, self.portal, self.of) = (Name::default(), Name::default(), None);
        (self.distances, self.retrieves) = (Distances::default(), false);
    }

    /// A part of the message is missing.
    pub fn break_off(&mut self, transaction: TransactionId, sink: &mut impl Sink) {
        if std::mem::take(&mut self.is_text_open) {
            sink.field(transaction, Direction::ToServer, FieldId::PostgresQuery, Part::End, b"");
        }
        if self.step != Step::Done {
            self.step = Step::Skipped;
        }
    }
}

/// Takes bytes off the front up to a zero; returns them, and whether the zero was there.
fn string<'b>(bytes: &mut &'b [u8]) -> (&'b [u8], bool) {
    let end = memchr(0, bytes);
    let (string, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((bytes, &[]));
    *bytes = rest.get(1..).unwrap_or_default();
    (string, end.is_some())
}

impl Postgres {
    pub(super) fn frontend_piece(&mut self, piece: Piece<'_>, sink: &mut impl Sink) {
        if piece.is_first {
            self.frontend.begin(piece.kind);
        }
        let mut rest = piece.bytes;
        while !rest.is_empty() && !matches!(self.frontend.step, Step::Done | Step::Skipped) {
            self.frontend_step(&mut rest, sink);
        }
        if piece.is_last {
            self.frontend_end(piece.kind, sink);
        }
    }

    fn frontend_step(&mut self, rest: &mut &[u8], sink: &mut impl Sink) {
        match self.frontend.step {
            Step::Text => {
                let (text, is_end) = string(rest);
                self.statement_text(text, sink);
                if is_end {
                    self.end_text(sink);
                    self.frontend.step = Step::Done;
                }
            }
            Step::Kind => {
                let Some((&kind, after)) = rest.split_first() else { return };
                *rest = after;
                self.frontend.of = match kind {
                    b'S' => Some(Of::Statement),
                    b'P' => Some(Of::Portal),
                    _ => None,
                };
                self.frontend.step = Step::Name;
            }
            Step::ParsedName | Step::BoundPortal | Step::Name => {
                let (name, is_end) = string(rest);
                let frontend = &mut self.frontend;
                frontend.name = frontend.name.with(name);
                if is_end {
                    frontend.step = match frontend.step {
                        Step::ParsedName => Step::Text,
                        Step::BoundPortal => {
                            frontend.portal = std::mem::take(&mut frontend.name);
                            Step::Name
                        }
                        _ => Step::Done,
                    };
                }
            }
            Step::Done | Step::Skipped => {}
        }
    }

    fn statement_text(&mut self, text: &[u8], sink: &mut impl Sink) {
        let is_open = std::mem::replace(&mut self.frontend.is_text_open, true);
        let part = if is_open { Part::Continue } else { Part::Start };
        self.has_begun = true;
        sink.field(self.transaction(), Direction::ToServer, FieldId::PostgresQuery, part, text);
        if self.frontend.distances.find(text) {
            self.frontend.retrieves = true;
            self.tell_provider(sink);
        }
    }

    fn end_text(&mut self, sink: &mut impl Sink) {
        if std::mem::take(&mut self.frontend.is_text_open) {
            sink.field(self.transaction(), Direction::ToServer, FieldId::PostgresQuery, Part::End, b"");
        }
    }

    fn tell_provider(&mut self, sink: &mut impl Sink) {
        if !std::mem::replace(&mut self.frontend.is_provider_told, true) {
            self.has_begun = true;
            let provider = b"pgvector";
            sink.field(self.transaction(), Direction::ToServer, FieldId::LlmProvider, Part::Whole, provider);
        }
    }

    /// A message is complete, and does what it says.
    fn frontend_end(&mut self, kind: u8, sink: &mut impl Sink) {
        self.end_text(sink);
        let Frontend { step, name, portal, of, retrieves, .. } = self.frontend;
        if !matches!(step, Step::Done | Step::Skipped) {
            self.event(PostgresEvent::Malformed, Direction::ToServer, sink);
        }
        let rows = Rows { are_retrieved: retrieves, ..Rows::default() };
        match kind {
            b'Q' | b'F' => {
                self.ask(Asked::Query, rows, sink);
                self.complete(sink);
            }
            b'S' if self.frontend.copies_in => {}
            b'S' => {
                self.ask(Asked::Ready, rows, sink);
                self.complete(sink);
            }
            b'c' | b'f' => {
                if !std::mem::take(&mut self.frontend.copies_in) {
                    self.ask(Asked::Copied, rows, sink);
                }
            }
            b'P' | b'B' | b'D' | b'E' | b'C' if step != Step::Done => {}
            b'P' => self.name(Of::Statement, name, name, rows, sink),
            b'B' => {
                let (_, rows) = self.names.get(Of::Statement, name);
                self.name(Of::Portal, portal, name, rows, sink);
            }
            b'D' | b'C' => match of {
                Some(of) if kind == b'D' => self.ask(Asked::Describe { of, name }, rows, sink),
                Some(of) => self.names.remove(of, name),
                None => self.event(PostgresEvent::Malformed, Direction::ToServer, sink),
            },
            b'E' => {
                let (statement, rows) = self.names.get(Of::Portal, name);
                if rows.are_retrieved {
                    self.tell_provider(sink);
                }
                self.ask(Asked::Execute { portal: name, statement }, rows, sink);
            }
            // CopyData, Flush, passwords and other answers to the server's questions, Terminate.
            b'd' | b'H' | b'p' | b'X' => {}
            _ => self.event(PostgresEvent::UnknownMessage, Direction::ToServer, sink),
        }
    }

    fn name(&mut self, of: Of, name: Name, statement: Name, rows: Rows, sink: &mut impl Sink) {
        self.has_begun = true;
        if !self.names.insert(of, name, statement, rows, self.config.max_names) {
            self.event(PostgresEvent::TooManyNames, Direction::ToServer, sink);
        }
    }
}
