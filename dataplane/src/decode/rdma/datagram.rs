//! Packets in datagrams.

use weir_rules::number::NumberId;

use super::base_transport::BaseTransport;
use super::event::RdmaEvent;
use super::management::{self, GENERAL_SERVICES, Said};
use super::opcode::{Payload, Shape, UD_SEND_ONLY, shape};
use crate::decode::{Part, Sink, Stage, TransactionId};
use crate::flow::Direction;

/// The invariant CRC at the end of every packet, in bytes (annex A17.3.3).
const ICRC: usize = 4;

/// The greatest MTU of a path, in bytes (§3.6.1).
const MAX_MTU: usize = 4096;

/// Decodes packets, each for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rdma;

/// One packet that is being told of.
struct Telling<'s, S> {
    sink: &'s mut S,
    direction: Direction,
}

impl Rdma {
    /// Takes a packet: the payload of a datagram.
    pub fn push_datagram(self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) {
        let mut telling = Telling { sink, direction };
        if let Err(event) = telling.packet(bytes) {
            event.tell(TransactionId(0), direction, telling.sink);
        }
        telling.sink.stage(TransactionId(0), direction, Stage::Complete);
    }
}

impl<S: Sink> Telling<'_, S> {
    fn number(&mut self, number: NumberId, value: u64) {
        self.sink.number(TransactionId(0), self.direction, number, value);
    }

    fn packet(&mut self, bytes: &[u8]) -> Result<(), RdmaEvent> {
        let (header, rest) = BaseTransport::split(bytes).ok_or(RdmaEvent::Malformed)?;
        self.number(NumberId::RdmaOpcode, header.opcode.into());
        self.number(NumberId::RdmaFlags, header.flags.into());
        self.number(NumberId::RdmaPartitionKey, header.partition_key.into());
        self.number(NumberId::RdmaQueuePair, header.queue_pair.into());
        self.number(NumberId::RdmaSequence, header.sequence.into());
        let end = rest.len().checked_sub(ICRC).ok_or(RdmaEvent::Malformed)?;
        let rest = rest.get(..end).unwrap_or_default();
        if header.version != 0 {
            return Err(RdmaEvent::Malformed);
        }
        let shape = shape(header.opcode).ok_or(RdmaEvent::UnknownOpcode)?;
        let (payload, announced) = self.extensions(shape, rest)?;
        let len = payload.len().checked_sub(usize::from(header.pad)).ok_or(RdmaEvent::BadLength)?;
        if !fits(shape.payload, payload.len(), len, announced) {
            return Err(RdmaEvent::BadLength);
        }
        if header.queue_pair == GENERAL_SERVICES && header.opcode == UD_SEND_ONLY {
            self.management(payload.get(..len).unwrap_or_default())?;
        }
        Ok(())
    }

    /// Tells of the headers; returns what is behind them, and how much the RETH announces.
    fn extensions<'b>(
        &mut self,
        shape: Shape,
        bytes: &'b [u8],
    ) -> Result<(&'b [u8], Option<u32>), RdmaEvent> {
        let (mut rest, mut announced) = (bytes, None);
        for extension in shape.extensions() {
            let (header, after) = rest.split_at_checked(extension.len()).ok_or(RdmaEvent::Malformed)?;
            extension.numbers(header, |number, value| self.number(number, value));
            announced = announced.or(extension.announced(header));
            rest = after;
        }
        Ok((rest, announced))
    }

    fn management(&mut self, mad: &[u8]) -> Result<(), RdmaEvent> {
        let told = management::tell(mad, |said| match said {
            Said::Number(number, value) => self.number(number, value),
            Said::Field(field, bytes) => {
                self.sink.field(TransactionId(0), self.direction, field, Part::Whole, bytes);
            }
        });
        told.map_err(|management::NoMessage| RdmaEvent::Malformed)
    }
}

/// Whether a payload of `len` bytes, `padded` with its padding, is one of an operation.
fn fits(payload: Payload, padded: usize, len: usize, announced: Option<u32>) -> bool {
    let aligned = padded.is_multiple_of(4);
    let is_mtu = len.is_power_of_two() && (256..=MAX_MTU).contains(&len);
    match payload {
        Payload::Empty => padded == 0,
        // What is padded is no multiple of four, and so no MTU.
        Payload::Full => is_mtu && padded == len,
        Payload::Rest => aligned && (1..=MAX_MTU).contains(&len),
        Payload::Any => aligned && len <= MAX_MTU,
        Payload::Announced => {
            aligned && len <= MAX_MTU && announced.is_some_and(|bytes| bytes as usize == len)
        }
        Payload::Fixed(bytes) => padded == bytes,
        Payload::Unknown => true,
    }
}
