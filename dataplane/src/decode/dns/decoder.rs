//! The decoder of single messages.

use weir_rules::number::NumberId;

use super::anomaly;
use super::config::DnsConfig;
use super::header::DnsHeader;
use super::message::DnsMessage;
use super::pending::Pending;
use super::walk::Walk;
use crate::decode::{Sink, Stage, Status, TransactionId};
use crate::flow::Direction;

/// The highest opcode that is assigned: DSO (RFC 8490).
const MAX_OPCODE: u8 = 6;

/// Decodes the messages of one flow. A request and its response are one transaction.
#[derive(Debug)]
pub struct Dns {
    config: DnsConfig,
    pending: Pending,
    message: DnsMessage,
    transaction: TransactionId,
}

impl Dns {
    /// A decoder for a new flow.
    pub fn new(config: DnsConfig) -> Dns {
        Dns {
            config,
            pending: Pending::new(),
            message: DnsMessage::default(),
            transaction: TransactionId::default(),
        }
    }

    /// Makes it as new, for another flow.
    pub fn reset(&mut self) {
        self.pending = Pending::new();
        self.message.begin(DnsHeader::default());
        self.transaction = TransactionId::default();
    }

    /// The message that was decoded last.
    pub fn message(&self) -> &DnsMessage {
        &self.message
    }

    /// The transaction of the message that was decoded last.
    pub fn transaction(&self) -> TransactionId {
        self.transaction
    }

    /// Takes a message that is complete in itself. One that is broken says nothing of the next, so the status is
    /// always [`Status::Ongoing`].
    pub fn push_datagram<S: Sink>(&mut self, direction: Direction, bytes: &[u8], sink: &mut S) -> Status {
        let Some(header) = DnsHeader::parse(bytes) else {
            self.transaction = self.pending.open();
            self.message.begin(DnsHeader::default());
            sink.event(self.transaction, direction, anomaly::MALFORMED_DATA);
            sink.stage(self.transaction, direction, Stage::Complete);
            return Status::Ongoing;
        };
        let transaction = match header.is_response() {
            true => self.pending.response(header.id),
            false => self.pending.request(header.id),
        };
        self.transaction = transaction;
        self.tell(header, direction, bytes, sink);
        sink.stage(transaction, direction, Stage::Complete);
        Status::Ongoing
    }

    /// Takes a message that another protocol carries, as a part of that one's transaction.
    pub(in crate::decode) fn push_within<S: Sink>(
        &mut self,
        transaction: TransactionId,
        direction: Direction,
        bytes: &[u8],
        sink: &mut S,
    ) {
        self.transaction = transaction;
        match DnsHeader::parse(bytes) {
            Some(header) => self.tell(header, direction, bytes, sink),
            None => sink.event(transaction, direction, anomaly::MALFORMED_DATA),
        }
    }

    fn tell<S: Sink>(&mut self, header: DnsHeader, direction: Direction, bytes: &[u8], sink: &mut S) {
        let transaction = self.transaction;
        self.message.begin(header);
        match (direction, header.is_response()) {
            (Direction::ToServer, true) => sink.event(transaction, direction, anomaly::NOT_REQUEST),
            (Direction::ToClient, false) => sink.event(transaction, direction, anomaly::NOT_RESPONSE),
            _ => {}
        }
        sink.number(transaction, direction, NumberId::DnsOpcode, header.opcode().into());
        sink.number(transaction, direction, NumberId::DnsRcode, header.rcode().into());
        if header.has_z() {
            sink.event(transaction, direction, anomaly::Z_FLAG_SET);
        }
        if header.opcode() > MAX_OPCODE {
            sink.event(transaction, direction, anomaly::INVALID_OPCODE);
        }
        Walk { bytes, message: &mut self.message, sink, transaction, direction }.run(&self.config);
    }

    pub(super) const fn config(&self) -> &DnsConfig {
        &self.config
    }

    /// A transaction for what is no message.
    pub(super) fn open(&mut self) -> TransactionId {
        self.transaction = self.pending.open();
        self.transaction
    }
}
