//! The decoder of one connection: encryption, startup, and messages of both ends.

use weir_rules::field::FieldId;

use super::backend::Backend;
use super::config::PostgresConfig;
use super::event::PostgresEvent;
use super::frame::Framer;
use super::frontend::Frontend;
use super::names::{Names, Rows};
use super::pending::{Asked, Pending};
use super::startup::Startup;
use crate::decode::{AppEvent, Part, Sink, Stage, Status, TransactionId};
use crate::flow::Direction;

/// Where the client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Before or within its first message.
    #[default]
    Startup,
    Messages,
    /// Nothing any more.
    Closed,
}

/// Decodes one connection.
#[derive(Debug)]
pub struct Postgres {
    pub(super) config: PostgresConfig,
    phase: Phase,
    /// The beginning of a startup message.
    buffer: Vec<u8>,
    framers: [Framer; 2],
    pub(super) frontend: Frontend,
    pub(super) backend: Backend,
    pub(super) names: Names,
    pub(super) pending: Pending,
    /// The transaction that the client is in.
    transaction: TransactionId,
    /// Whether anything was told of it.
    pub(super) has_begun: bool,
    /// Requests for encryption that are not answered, and all that there were.
    answers: u8,
    negotiations: u8,
    has_server_ended: bool,
    told: [u8; 2],
    is_lost: bool,
    untaken: usize,
}

impl Postgres {
    /// A decoder for a new connection.
    pub fn new(config: PostgresConfig) -> Postgres {
        Postgres {
            config,
            phase: Phase::default(),
            buffer: Vec::new(),
            framers: Default::default(),
            frontend: Frontend::default(),
            backend: Backend::default(),
            names: Names::default(),
            pending: Pending::default(),
            transaction: TransactionId(0),
            has_begun: false,
            answers: 0,
            negotiations: 0,
            has_server_ended: false,
            told: [0; 2],
            is_lost: false,
            untaken: 0,
        }
    }

    /// Makes it ready for another connection. What memory it has, it keeps.
    pub fn reset(&mut self) {
        let mut fresh = Postgres::new(self.config);
        std::mem::swap(&mut fresh.buffer, &mut self.buffer);
        std::mem::swap(&mut fresh.names, &mut self.names);
        std::mem::swap(&mut fresh.pending, &mut self.pending);
        fresh.buffer.clear();
        fresh.names.clear();
        fresh.pending.clear();
        *self = fresh;
    }

    /// Bytes of the last piece that were left when both ends went on in another protocol.
    pub fn untaken(&self) -> usize {
        self.untaken
    }

    /// Takes the next bytes of a direction.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        if self.is_lost {
            return Status::Lost;
        }
        let status = match direction {
            Direction::ToServer => self.client_says(bytes, sink),
            Direction::ToClient => self.server_says(bytes, sink),
        };
        self.is_lost = status != Status::Ongoing;
        status
    }

    /// So many bytes of a direction will never come. Only those of a body may be missing.
    pub fn gap(&mut self, direction: Direction, missing: u64, sink: &mut impl Sink) -> Status {
        let skipped = match (direction, self.phase) {
            (Direction::ToServer, Phase::Startup) => false,
            (Direction::ToServer, Phase::Closed) => true,
            _ => self.framer(direction).skip(missing),
        };
        if missing > 0 && !self.is_lost {
            self.break_off(direction, sink);
            self.is_lost = !skipped;
        }
        if self.is_lost { Status::Lost } else { Status::Ongoing }
    }

    /// A direction has ended.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        let is_within = !self.framer(direction).is_between() && !self.is_lost;
        match direction {
            Direction::ToServer if self.phase == Phase::Closed => {}
            Direction::ToServer => {
                if is_within || !self.buffer.is_empty() && !self.is_lost {
                    self.event(PostgresEvent::Malformed, direction, sink);
                }
                self.break_off(direction, sink);
                if self.has_begun {
                    self.complete(sink);
                }
                self.phase = Phase::Closed;
            }
            Direction::ToClient if self.has_server_ended => {}
            Direction::ToClient => {
                if is_within {
                    self.event(PostgresEvent::Malformed, direction, sink);
                }
                self.break_off(direction, sink);
                if let Some(transaction) = self.pending.transaction() {
                    sink.stage(transaction, direction, Stage::Complete);
                }
                self.has_server_ended = true;
            }
        }
    }

    fn break_off(&mut self, direction: Direction, sink: &mut impl Sink) {
        match direction {
            Direction::ToServer => self.frontend.break_off(self.transaction, sink),
            Direction::ToClient => self.backend.break_off(sink),
        }
    }

    fn client_says(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.phase {
                Phase::Closed => break,
                Phase::Startup => {
                    if let Err(event) = self.startup(&mut rest, sink) {
                        self.event(event, Direction::ToServer, sink);
                        return Status::Lost;
                    }
                }
                Phase::Messages => match self.framer(Direction::ToServer).next(&mut rest) {
                    Ok(Some(piece)) => self.frontend_piece(piece, sink),
                    Ok(None) => break,
                    Err(_) => {
                        self.event(PostgresEvent::Malformed, Direction::ToServer, sink);
                        return Status::Lost;
                    }
                },
            }
        }
        Status::Ongoing
    }

    /// Takes bytes of a message without type.
    fn startup(&mut self, rest: &mut &[u8], sink: &mut impl Sink) -> Result<(), PostgresEvent> {
        const LENGTH: usize = 4;
        if self.answers > 0 && self.buffer.is_empty() {
            self.event(PostgresEvent::EarlyData, Direction::ToServer, sink);
        }
        let wanted = match self.buffer.first_chunk::<LENGTH>() {
            None => LENGTH,
            Some(&length) => match u32::from_be_bytes(length) {
                ..8 => return Err(PostgresEvent::Malformed),
                length if length > self.config.max_startup => return Err(PostgresEvent::StartupTooLong),
                length => length as usize,
            },
        };
        let len = rest.len().min(wanted.saturating_sub(self.buffer.len()));
        let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        *rest = after;
        self.buffer.extend_from_slice(piece);
        if wanted == LENGTH || self.buffer.len() < wanted {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let startup = buffer.get(LENGTH..).and_then(Startup::read).ok_or(PostgresEvent::Malformed);
        let done = startup.and_then(|startup| self.begin(startup, sink));
        buffer.clear();
        self.buffer = buffer;
        done
    }

    fn begin(&mut self, startup: Startup<'_>, sink: &mut impl Sink) -> Result<(), PostgresEvent> {
        match startup {
            Startup::Encryption if self.negotiations >= self.config.max_negotiations => {
                return Err(PostgresEvent::TooManyNegotiations);
            }
            Startup::Encryption => {
                self.negotiations += 1;
                self.answers += 1;
            }
            Startup::Cancel => {
                self.complete(sink);
                self.phase = Phase::Closed;
            }
            Startup::Parameters { user, database } => {
                for (field, value) in [(FieldId::PostgresUser, user), (FieldId::PostgresDatabase, database)] {
                    sink.field(self.transaction, Direction::ToServer, field, Part::Whole, value);
                }
                self.ask(Asked::Ready, Rows::default(), sink);
                self.complete(sink);
                self.phase = Phase::Messages;
            }
        }
        Ok(())
    }

    fn server_says(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() && !self.has_server_ended {
            if self.answers > 0 && self.framer(Direction::ToClient).is_between() {
                let Some((&answer, after)) = rest.split_first() else { break };
                self.answers -= 1;
                match answer {
                    b'S' => {
                        self.untaken = after.len();
                        return Status::Switched;
                    }
                    b'N' => {
                        rest = after;
                        continue;
                    }
                    // What is encrypted by GSSAPI has no mark by which it could be recognised.
                    b'G' => return Status::Lost,
                    // An error of a server that is older than encryption.
                    _ => self.answers = 0,
                }
            }
            match self.framer(Direction::ToClient).next(&mut rest) {
                Ok(Some(piece)) => self.backend_piece(piece, sink),
                Ok(None) => break,
                Err(_) => {
                    self.event(PostgresEvent::Malformed, Direction::ToClient, sink);
                    return Status::Lost;
                }
            }
        }
        Status::Ongoing
    }

    /// The transaction that the client is in.
    pub(super) fn transaction(&self) -> TransactionId {
        self.transaction
    }

    /// The client has said all of a transaction.
    pub(super) fn complete(&mut self, sink: &mut impl Sink) {
        sink.stage(self.transaction, Direction::ToServer, Stage::Complete);
        self.transaction = TransactionId(self.transaction.0.wrapping_add(1));
        self.has_begun = false;
        self.frontend.is_provider_told = false;
    }

    /// Something waits for an answer.
    pub(super) fn ask(&mut self, asked: Asked, rows: Rows, sink: &mut impl Sink) {
        if !self.pending.push(asked, self.transaction, rows, self.config.max_pending) {
            self.event(PostgresEvent::TooManyPending, Direction::ToServer, sink);
        }
    }

    /// Something is wrong; it is told where it was not before.
    #[cold]
    pub(super) fn event(&mut self, event: PostgresEvent, direction: Direction, sink: &mut impl Sink) {
        let Some(told) = self.told.get_mut(direction.index()) else { return };
        let bit = 1 << event as u8;
        if *told & bit == 0 {
            *told |= bit;
            let transaction = match direction {
                Direction::ToServer => self.transaction,
                Direction::ToClient => self.answered(),
            };
            sink.event(transaction, direction, AppEvent(event.name()));
        }
    }

    /// The transaction that the server answers.
    pub(super) fn answered(&self) -> TransactionId {
        self.pending.transaction().unwrap_or(self.transaction)
    }

    fn framer(&mut self, direction: Direction) -> &mut Framer {
        let [client, server] = &mut self.framers;
        match direction {
            Direction::ToServer => client,
            Direction::ToClient => server,
        }
    }
}
