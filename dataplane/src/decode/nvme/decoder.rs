//! The decoder of one connection, which is one queue.

use std::ops::Range;

use weir_rules::number::NumberId;

use super::command::{Command, status};
use super::config::NvmeConfig;
use super::connect::Connect;
use super::event::NvmeEvent;
use super::pdu::{Common, Pdu};
use crate::decode::{AppEvent, Sink, Stage, Status, TransactionId};
use crate::flow::Direction;

/// The longest header: that of ICReq and ICResp.
const MAX_HEADER: usize = 128;

/// Where a direction is.
#[derive(Debug)]
struct Half {
    header: [u8; MAX_HEADER],
    have: usize,
    /// What the first eight bytes say, once they are there.
    common: Option<Common>,
    /// Bytes behind the header that were passed, and all of them.
    passed: u32,
    len: u32,
    /// Which of them are data of a Connect.
    wanted: Range<u32>,
    has_ended: bool,
}

impl Default for Half {
    fn default() -> Half {
        Half {
            header: [0; MAX_HEADER],
            have: 0,
            common: None,
            passed: 0,
            len: 0,
            wanted: 0..0,
            has_ended: false,
        }
    }
}

impl Half {
    fn is_between(&self) -> bool {
        self.have == 0 && self.passed == self.len
    }

    /// Gathers a header; true when it is complete.
    fn gather(&mut self, bytes: &mut &[u8], len: usize) -> bool {
        let room = self.header.get_mut(self.have..len).unwrap_or_default();
        let count = room.len().min(bytes.len());
        let (piece, rest) = bytes.split_at_checked(count).unwrap_or((bytes, &[]));
        for (slot, byte) in room.iter_mut().zip(piece) {
            *slot = *byte;
        }
        *bytes = rest;
        self.have += count;
        self.have >= len
    }
}

/// Decodes one connection.
#[derive(Debug)]
pub struct Nvme {
    config: NvmeConfig,
    halves: [Half; 2],
    connect: Connect,
    /// The queue, once a Connect said which.
    queue: Option<u16>,
    next: u32,
    told: [u8; 2],
    is_lost: bool,
}

impl Nvme {
    /// A decoder for a new connection.
    pub fn new(config: NvmeConfig) -> Nvme {
        Nvme {
            config,
            halves: Default::default(),
            connect: Connect::default(),
            queue: None,
            next: 0,
            told: [0; 2],
            is_lost: false,
        }
    }

    /// Makes it ready for another connection. What memory it has, it keeps.
    pub fn reset(&mut self) {
        self.connect.clear();
        let connect = std::mem::take(&mut self.connect);
        *self = Nvme { connect, ..Nvme::new(self.config) };
    }

    /// Takes the next bytes of a direction.
    pub fn push(&mut self, direction: Direction, bytes: &[u8], sink: &mut impl Sink) -> Status {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_lost && !self.half(direction).has_ended {
            if let Err(event) = self.step(direction, &mut rest, sink) {
                self.event(event, direction, sink);
                self.is_lost = true;
            }
        }
        self.status()
    }

    /// So many bytes of a direction will never come. Only those of data may be missing.
    pub fn gap(&mut self, direction: Direction, missing: u64) -> Status {
        let half = self.half(direction);
        if missing > 0 && !half.has_ended {
            let left = half.len - half.passed;
            match u32::try_from(missing) {
                Ok(missing) if missing <= left && half.wanted.is_empty() => half.passed += missing,
                _ => self.is_lost = true,
            }
        }
        self.status()
    }

    /// A direction has ended. A PDU that it ends within is malformed.
    pub fn end(&mut self, direction: Direction, sink: &mut impl Sink) {
        if std::mem::replace(&mut self.half(direction).has_ended, true) {
            return;
        }
        if !self.half(direction).is_between() && !self.is_lost {
            self.event(NvmeEvent::BadLength, direction, sink);
        }
        if direction == Direction::ToServer
            && let Some(transaction) = self.connect.give_up()
        {
            sink.stage(transaction, direction, Stage::Complete);
        }
    }

    fn step(
        &mut self,
        direction: Direction,
        rest: &mut &[u8],
        sink: &mut impl Sink,
    ) -> Result<(), NvmeEvent> {
        let half = self.half(direction);
        if half.passed < half.len {
            self.pass(direction, rest, sink);
            return Ok(());
        }
        let common = match half.common {
            Some(common) => common,
            None => {
                if !half.gather(rest, Common::LEN) {
                    return Ok(());
                }
                let Some(&first) = half.header.first_chunk() else { return Ok(()) };
                *half.common.insert(Common::read(first, direction)?)
            }
        };
        if !half.gather(rest, common.header_len) {
            return Ok(());
        }
        let header = half.header;
        (half.have, half.common) = (0, None);
        (half.passed, half.len) = (0, common.len.saturating_sub(common.header_len as u32));
        half.wanted = 0..0;
        let own = header.get(Common::LEN..common.header_len).unwrap_or_default();
        self.pdu(common, own, direction, sink)
    }

    /// Passes over what is behind a header, and keeps the data of a Connect.
    fn pass(&mut self, direction: Direction, rest: &mut &[u8], sink: &mut impl Sink) {
        let half = self.half(direction);
        let count = rest.len().min((half.len - half.passed) as usize);
        let (piece, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        *rest = after;
        let (from, wanted) = (half.passed, half.wanted.clone());
        half.passed += count as u32;
        let is_complete = half.passed == half.len;
        if wanted.is_empty() {
            return;
        }
        if is_complete {
            half.wanted = 0..0;
        }
        let start = wanted.start.saturating_sub(from) as usize;
        let end = wanted.end.saturating_sub(from) as usize;
        self.connect.add(piece.get(start..end.min(piece.len())).unwrap_or_default());
        if is_complete && let Some((transaction, is_long)) = self.connect.tell(self.config, sink) {
            if is_long {
                self.event_of(NvmeEvent::NqnTooLong, transaction, direction, sink);
            }
            sink.stage(transaction, direction, Stage::Complete);
        }
    }

    /// A header is complete.
    fn pdu(
        &mut self,
        common: Common,
        own: &[u8],
        direction: Direction,
        sink: &mut impl Sink,
    ) -> Result<(), NvmeEvent> {
        match common.pdu {
            None => {
                self.event(NvmeEvent::UnknownPdu, direction, sink);
                Ok(())
            }
            Some(Pdu::Initialize) => match own.first_chunk() {
                Some([0, 0]) => Ok(()),
                _ => Err(NvmeEvent::Malformed),
            },
            Some(Pdu::Terminate) => {
                let transaction = self.begin();
                if let Some(&why) = own.first_chunk() {
                    let why = u16::from_le_bytes(why);
                    sink.number(transaction, direction, NumberId::NvmeFatalError, why.into());
                }
                sink.stage(transaction, direction, Stage::Complete);
                Ok(())
            }
            Some(Pdu::Command) => self.command(common, own, direction, sink),
            Some(Pdu::Response) => {
                let transaction = self.begin();
                if let Some(status) = status(own) {
                    sink.number(transaction, direction, NumberId::NvmeStatus, status.into());
                }
                sink.stage(transaction, direction, Stage::Complete);
                Ok(())
            }
            Some(Pdu::HostData) => {
                let (id, offset) = match own.first_chunk() {
                    Some(&[low, high, _, _, a, b, c, d]) => {
                        (u16::from_le_bytes([low, high]), u32::from_le_bytes([a, b, c, d]))
                    }
                    _ => return Ok(()),
                };
                if self.connect.awaits(id, offset) {
                    self.half(direction).wanted = common.data();
                }
                Ok(())
            }
            Some(Pdu::ControllerData | Pdu::ReadyToTransfer) => Ok(()),
        }
    }

    fn command(
        &mut self,
        common: Common,
        own: &[u8],
        direction: Direction,
        sink: &mut impl Sink,
    ) -> Result<(), NvmeEvent> {
        let command = Command::read(own).ok_or(NvmeEvent::Malformed)?;
        let transaction = self.begin();
        let connects = command.connects();
        self.queue = connects.or(self.queue);
        command.numbers(self.queue, |number, value| sink.number(transaction, direction, number, value));
        if self.queue.is_none() && !command.is_fabrics() {
            self.event_of(NvmeEvent::NotConnected, transaction, direction, sink);
        }
        if connects.is_none() {
            sink.stage(transaction, direction, Stage::Complete);
            return Ok(());
        }
        if let Some(before) = self.connect.give_up() {
            sink.stage(before, direction, Stage::Complete);
        }
        self.connect.begin(command.id, transaction);
        self.half(direction).wanted = common.data();
        Ok(())
    }

    fn begin(&mut self) -> TransactionId {
        let transaction = TransactionId(self.next);
        self.next = self.next.wrapping_add(1);
        transaction
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        let [host, controller] = &mut self.halves;
        match direction {
            Direction::ToServer => host,
            Direction::ToClient => controller,
        }
    }

    fn status(&self) -> Status {
        if self.is_lost { Status::Lost } else { Status::Ongoing }
    }

    /// Something is wrong with what belongs to no command.
    #[cold]
    fn event(&mut self, event: NvmeEvent, direction: Direction, sink: &mut impl Sink) {
        let transaction = self.begin();
        self.event_of(event, transaction, direction, sink);
        sink.stage(transaction, direction, Stage::Complete);
    }

    /// Something is wrong with a command; it is told where it was not before.
    #[cold]
    fn event_of(
        &mut self,
        event: NvmeEvent,
        transaction: TransactionId,
        direction: Direction,
        sink: &mut impl Sink,
    ) {
        let Some(told) = self.told.get_mut(direction.index()) else { return };
        let bit = 1 << event as u8;
        if *told & bit == 0 {
            *told |= bit;
            sink.event(transaction, direction, AppEvent(event.name()));
        }
    }
}
