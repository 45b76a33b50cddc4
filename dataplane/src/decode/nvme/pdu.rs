//! The common header of a PDU (TCP Transport 1.0 §3.6.1).

use super::event::NvmeEvent;
use crate::flow::Direction;

/// What a PDU is, by its type (figure 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pdu {
    Initialize,
    Terminate,
    Command,
    Response,
    HostData,
    ControllerData,
    ReadyToTransfer,
}

/// A PDU's common header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Common {
    /// None of a type that there is not.
    pub pdu: Option<Pdu>,
    pub header_len: usize,
    /// From the start of the PDU; 0 where there are no data.
    pub data_offset: u32,
    pub len: u32,
    pub has_data_digest: bool,
}

const HEADER_DIGEST: u8 = 0x01;
const DATA_DIGEST: u8 = 0x02;
pub(super) const DIGEST: u32 = 4;

impl Common {
    /// Its length, in bytes.
    pub const LEN: usize = 8;

    /// Reads a header of a direction.
    pub fn read(bytes: [u8; Common::LEN], direction: Direction) -> Result<Common, NvmeEvent> {
        let [kind, flags, header_len, data_offset, length @ ..] = bytes;
        let len = u32::from_le_bytes(length);
        let (pdu, sender, expected) = match kind {
            0x00 => (Pdu::Initialize, Direction::ToServer, 128),
            0x01 => (Pdu::Initialize, Direction::ToClient, 128),
            0x02 => (Pdu::Terminate, Direction::ToServer, 24),
            0x03 => (Pdu::Terminate, Direction::ToClient, 24),
            0x04 => (Pdu::Command, Direction::ToServer, 72),
            0x05 => (Pdu::Response, Direction::ToClient, 24),
            0x06 => (Pdu::HostData, Direction::ToServer, 24),
            0x07 => (Pdu::ControllerData, Direction::ToClient, 24),
            0x09 => (Pdu::ReadyToTransfer, Direction::ToClient, 24),
            _ if len < Common::LEN as u32 => return Err(NvmeEvent::BadLength),
            _ => {
                let header_len = Common::LEN;
                return Ok(Common { pdu: None, header_len, data_offset: 0, len, has_data_digest: false });
            }
        };
        if sender != direction {
            return Err(NvmeEvent::WrongDirection);
        }
        if header_len != expected {
            return Err(NvmeEvent::Malformed);
        }
        let digest = if flags & HEADER_DIGEST == 0 { 0 } else { DIGEST };
        let before_data = u32::from(header_len) + digest;
        let data_offset = u32::from(data_offset);
        let has_data_digest = flags & DATA_DIGEST != 0;
        let after_data = if has_data_digest && data_offset > 0 { DIGEST } else { 0 };
        let needed = if data_offset == 0 { before_data } else { data_offset + after_data };
        if data_offset != 0 && data_offset < before_data || len < needed {
            return Err(NvmeEvent::BadLength);
        }
        Ok(Common { pdu: Some(pdu), header_len: header_len.into(), data_offset, len, has_data_digest })
    }

    /// Where the data are, counted from the end of the header.
    pub fn data(&self) -> std::ops::Range<u32> {
        let header = self.header_len as u32;
        match self.data_offset.checked_sub(header) {
            Some(start) => {
                let digest = if self.has_data_digest { DIGEST } else { 0 };
                start..self.len.saturating_sub(header + digest).max(start)
            }
            None => 0..0,
        }
    }
}
