//! Commands and how they ended.
//!
//! ```text
//!  command, 64 bytes    opcode 1 │ flags 1 │ ID 2 │ namespace 4, or type of a fabrics command 1 │ … │ 40: command's own
//!  Connect              40: format 2 │ queue 2 │ size 2 │ …                      (NVMe over Fabrics 1.1 §3.3)
//!  response, 16 bytes   result 8 │ 2 │ queue 2 │ ID 2 │ status 2, its lowest bit reserved
//! ```

use weir_rules::number::NumberId;

/// Fabrics commands (NVMe over Fabrics 1.1 §3).
const FABRICS: u8 = 0x7f;
const CONNECT: u8 = 0x01;

/// Where names of commands to the admin queue stand among numbers: above those of I/O queues, which have the same
/// opcodes.
const ADMIN: u64 = 0x100;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Command {
    opcode: u8,
    pub id: u16,
    namespace: [u8; 4],
    own: [u8; 4],
}

fn at<const N: usize>(bytes: &[u8], from: usize) -> Option<[u8; N]> {
    bytes.get(from..)?.first_chunk().copied()
}

impl Command {
    /// Reads a command of 64 bytes.
    pub fn read(bytes: &[u8]) -> Option<Command> {
        let [opcode, _, low, high] = at(bytes, 0)?;
        Some(Command {
            opcode,
            id: u16::from_le_bytes([low, high]),
            namespace: at(bytes, 4)?,
            own: at(bytes, 40)?,
        })
    }

    /// The queue that a Connect is for.
    pub fn connects(&self) -> Option<u16> {
        let [kind, ..] = self.namespace;
        let [_, _, low, high] = self.own;
        (self.opcode == FABRICS && kind == CONNECT).then_some(u16::from_le_bytes([low, high]))
    }

    pub fn is_fabrics(&self) -> bool {
        self.opcode == FABRICS
    }

    /// Tells its numbers, on a queue, where that is known.
    pub fn numbers(&self, queue: Option<u16>, mut say: impl FnMut(NumberId, u64)) {
        let opcode = u64::from(self.opcode);
        if self.is_fabrics() {
            let [kind, ..] = self.namespace;
            say(NumberId::NvmeOpcode, opcode);
            say(NumberId::NvmeFabricsType, kind.into());
        } else {
            say(NumberId::NvmeOpcode, if queue == Some(0) { ADMIN | opcode } else { opcode });
            say(NumberId::NvmeNamespace, u32::from_le_bytes(self.namespace).into());
        }
        if let Some(queue) = queue {
            say(NumberId::NvmeQueue, queue.into());
        }
    }
}

/// The status of a response of 16 bytes: its type above 8 bits of code, without what says whether to try again.
pub(super) fn status(response: &[u8]) -> Option<u16> {
    at(response, 14).map(|field| u16::from_le_bytes(field) >> 1 & 0x7ff)
}
