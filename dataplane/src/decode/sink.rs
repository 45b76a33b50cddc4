//! What decoders say, and to whom.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use crate::flow::Direction;

/// Numbers the transactions of a flow (a request with its response), from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(pub u32);

/// Tells values of one field apart that grow side by side: the choices of an answer, the arguments of several calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub u16);

impl Lane {
    /// Where all go that are too many to be told apart.
    pub const OVERFLOW: Lane = Lane(u16::MAX);

    /// Says again what was said in pieces before. It is looked at, and not written down twice.
    pub const REPEATED: Lane = Lane(u16::MAX - 1);
}

/// Which piece of a field's value a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it. A field may occur several times in a transaction; each occurrence is a value of its own.
    Whole,
    /// The first piece.
    Start,
    /// A piece in the middle.
    Continue,
    /// The last piece, which may be empty.
    End,
}

impl Part {
    /// The next piece of a value of which one was told before, or none.
    pub const fn of(begun: bool, is_last: bool) -> Part {
        match (begun, is_last) {
            (false, true) => Part::Whole,
            (false, false) => Part::Start,
            (true, false) => Part::Continue,
            (true, true) => Part::End,
        }
    }

    /// Whether a value begins with it.
    pub const fn is_first(self) -> bool {
        matches!(self, Part::Whole | Part::Start)
    }

    /// Whether a value ends with it.
    pub const fn is_last(self) -> bool {
        matches!(self, Part::Whole | Part::End)
    }
}

/// How far one direction of a transaction has come. Stages come in this order, and may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The first line, or what comes to it.
    Line,
    /// All that comes before the body.
    Headers,
    /// A part of the body.
    Body,
    /// Everything.
    Complete,
}

/// Something about a protocol that is not as it should be, by the name that `app-layer-event` knows it by
/// (`http.request_header_invalid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AppEvent(pub &'static str);

/// Whether a decoder can go on with a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// It can.
    #[default]
    Ongoing,
    /// It can't: the bytes are not, or no longer, of its protocol, or a limit was met. The stream is scanned on as it
    /// is, without fields.
    Lost,
    /// Both sides agreed to go on in another protocol (a 101 response, CONNECT, STARTTLS); what follows is to be
    /// recognised anew.
    Switched,
}

/// Takes what decoders find. Chunks lie in the packet or in the decoder's own buffers, and are valid for the call only.
pub trait Sink {
    /// A chunk of a field's value.
    fn field(
        &mut self,
        transaction: TransactionId,
        direction: Direction,
        field: FieldId,
        part: Part,
        bytes: &[u8],
    );

    /// A chunk of a value that grows beside others of its field.
    fn lane(
        &mut self,
        transaction: TransactionId,
        direction: Direction,
        field: FieldId,
        _: Lane,
        part: Part,
        bytes: &[u8],
    ) {
        self.field(transaction, direction, field, part, bytes);
    }

    /// A number of a transaction. There may be several of one kind.
    fn number(&mut self, _: TransactionId, _: Direction, _: NumberId, _: u64) {}

    /// One direction of a transaction has come to a stage.
    fn stage(&mut self, transaction: TransactionId, direction: Direction, stage: Stage);

    /// Something is not as it should be.
    fn event(&mut self, transaction: TransactionId, direction: Direction, event: AppEvent);
}
