//! The data of Connect: who wants what (NVMe over Fabrics 1.1 §3.3, figure 20).
//!
//! ```text
//!  0 host ID 16 │ 16 controller 2 │ 256 subsystem's name 256 │ 512 host's name 256 │ 1024
//! ```

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::config::NvmeConfig;
use crate::decode::{Part, Sink, TransactionId};
use crate::flow::Direction::ToServer;

/// So much of the data says something.
const NEEDED: usize = 768;
const NAME: usize = 256;
const SUBSYSTEM: usize = 256;
const HOST: usize = 512;

/// A Connect whose data come.
#[derive(Debug, Default)]
pub(super) struct Connect {
    data: Vec<u8>,
    /// The command, and its transaction.
    command: Option<(u16, TransactionId)>,
}

impl Connect {
    pub fn clear(&mut self) {
        self.data.clear();
        self.command = None;
    }

    /// A Connect begins.
    pub fn begin(&mut self, command: u16, transaction: TransactionId) {
        self.data.clear();
        self.command = Some((command, transaction));
    }

    /// Whether data of a command at an offset are those that come next.
    pub fn awaits(&self, command: u16, offset: u32) -> bool {
        self.command.is_some_and(|(id, _)| id == command) && self.data.len() == offset as usize
    }

    /// Adds data; what lies behind those that are needed is not kept.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = NEEDED - self.data.len().min(NEEDED);
        self.data.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// Tells what was said once all is there, or all that will come; returns whether a name is too long. Nothing where
    /// data are still to come.
    pub fn tell(&mut self, config: NvmeConfig, sink: &mut impl Sink) -> Option<(TransactionId, bool)> {
        let (_, transaction) = self.command.filter(|_| self.data.len() == NEEDED)?;
        self.command = None;
        if let Some(&controller) = self.data.get(16..).and_then(<[u8]>::first_chunk) {
            let controller = u16::from_le_bytes(controller);
            sink.number(transaction, ToServer, NumberId::NvmeController, controller.into());
        }
        let host = self.data.get(..16).unwrap_or_default();
        sink.field(transaction, ToServer, FieldId::NvmeHostId, Part::Whole, host);
        let mut is_long = false;
        for (field, at) in [(FieldId::NvmeSubsystem, SUBSYSTEM), (FieldId::NvmeHost, HOST)] {
            let name = self.data.get(at..).and_then(|rest| rest.get(..NAME)).unwrap_or_default();
            let len = memchr::memchr(0, name).unwrap_or(name.len());
            is_long |= len > config.max_nqn;
            let name = name.get(..len.min(config.max_nqn)).unwrap_or_default();
            sink.field(transaction, ToServer, field, Part::Whole, name);
        }
        Some((transaction, is_long))
    }

    /// The transaction that waits for data, which do not come any more.
    pub fn give_up(&mut self) -> Option<TransactionId> {
        self.command.take().map(|(_, transaction)| transaction)
    }
}
