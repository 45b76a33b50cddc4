//! NCCL's own TCP connections, told by the magic number that they begin with; nothing more is read of them.
//!
//! ```text
//!  magic 8 │ what for 4: bootstrap 1, proxy 2, transport over sockets 3, set-up of InfiniBand 4, RAS 5
//! ```
//!
//! Both are in the order of the machine's bytes, which is little-endian wherever NCCL runs. The magic number is fixed for
//! transports, and for bootstraps whose root is set by `NCCL_COMM_ID`. Otherwise it is drawn anew for each communicator, so
//! that such a bootstrap can't be told from other bytes; and what follows changes with each version of NCCL.

use super::recognise::{AppProtocol, Fit};

/// `NCCL_SOCKET_MAGIC` and `NCCL_MAGIC`.
const MAGIC: [u64; 2] = [0x564a_b9f2_fc4b_9d6c, 0x0280_0280_0280_0280];
const LAST_USE: u32 = 5;

/// Tells the end that connects.
pub(super) fn fit(bytes: &[u8]) -> Fit {
    let Some((&magic, purpose)) = bytes.split_first_chunk() else {
        let may_become = MAGIC.iter().any(|magic| magic.to_le_bytes().starts_with(bytes));
        return if may_become { Fit::MayBecome } else { Fit::IsNot };
    };
    if !MAGIC.contains(&u64::from_le_bytes(magic)) {
        return Fit::IsNot;
    }
    match purpose.first_chunk() {
        None => Fit::MayBecome,
        Some(&purpose) if (1..=LAST_USE).contains(&u32::from_le_bytes(purpose)) => Fit::Is(AppProtocol::Nccl),
        Some(_) => Fit::IsNot,
    }
}
