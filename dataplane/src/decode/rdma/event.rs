//! What may be wrong with a packet.

use crate::decode::{AppEvent, Sink, TransactionId};
use crate::flow::Direction;

/// Something that is wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RdmaEvent {
    /// Shorter than the headers that its opcode asks for, of a version that there is not, or a message of the connection
    /// manager that is none.
    Malformed,
    /// The payload is longer or shorter than its opcode, its padding or its RETH allow.
    BadLength,
    /// An opcode that is reserved (§9.2.1, table 38).
    UnknownOpcode,
}

impl RdmaEvent {
    /// All that there are.
    pub const ALL: [RdmaEvent; 3] = [RdmaEvent::Malformed, RdmaEvent::BadLength, RdmaEvent::UnknownOpcode];

    /// What `app-layer-event` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            RdmaEvent::Malformed => "rdma.malformed",
            RdmaEvent::BadLength => "rdma.bad_length",
            RdmaEvent::UnknownOpcode => "rdma.unknown_opcode",
        }
    }

    #[cold]
    pub(super) fn tell(self, transaction: TransactionId, direction: Direction, sink: &mut impl Sink) {
        sink.event(transaction, direction, AppEvent(self.name()));
    }
}
