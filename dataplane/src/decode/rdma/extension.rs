//! Extension headers (§9.3), and what they say that rules ask for.
//!
//! ```text
//!  RETH       virtual address 8 │ R_Key 4 │ DMA length 4
//!  AtomicETH  virtual address 8 │ R_Key 4 │ swap or add 8 │ compare 8
//!  DETH       Q_Key 4 │ reserved 1 │ source queue pair 3
//!  AETH       syndrome 1 │ message sequence number 3
//!  IETH       R_Key 4
//!  ImmDt      immediate data 4
//! ```

use weir_rules::number::NumberId;

/// A header behind the base transport header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extension {
    /// Reliable datagram.
    Rdeth,
    /// Datagram.
    Deth,
    /// Extended reliable connection.
    Xrceth,
    /// RDMA.
    Reth,
    /// Atomic operation.
    AtomicEth,
    /// Acknowledgment.
    Aeth,
    /// What was there before an atomic operation.
    AtomicAckEth,
    /// Immediate data.
    Immediate,
    /// Invalidation of a key.
    Ieth,
    /// Flush.
    Feth,
}

impl Extension {
    /// Its length, in bytes.
    pub const fn len(self) -> usize {
        match self {
            Extension::Rdeth
            | Extension::Xrceth
            | Extension::Aeth
            | Extension::Immediate
            | Extension::Ieth
            | Extension::Feth => 4,
            Extension::Deth | Extension::AtomicAckEth => 8,
            Extension::Reth => 16,
            Extension::AtomicEth => 28,
        }
    }

    /// Tells `say` the numbers of a header that is complete.
    pub fn numbers(self, bytes: &[u8], mut say: impl FnMut(NumberId, u64)) {
        let word = |at: usize| {
            bytes
                .get(at..)
                .and_then(<[u8]>::first_chunk)
                .map_or(0, |&word| u64::from(u32::from_be_bytes(word)))
        };
        match self {
            Extension::Deth => {
                say(NumberId::RdmaQueueKey, word(0));
                say(NumberId::RdmaSourceQueuePair, word(4) & 0xff_ffff);
            }
            Extension::Reth => {
                say(NumberId::RdmaVirtualAddress, word(0) << 32 | word(4));
                say(NumberId::RdmaRemoteKey, word(8));
                say(NumberId::RdmaLength, word(12));
            }
            Extension::AtomicEth => {
                say(NumberId::RdmaVirtualAddress, word(0) << 32 | word(4));
                say(NumberId::RdmaRemoteKey, word(8));
            }
            Extension::Aeth => say(NumberId::RdmaSyndrome, word(0) >> 24),
            Extension::Immediate => say(NumberId::RdmaImmediate, word(0)),
            Extension::Ieth => say(NumberId::RdmaRemoteKey, word(0)),
            Extension::Rdeth | Extension::Xrceth | Extension::AtomicAckEth | Extension::Feth => {}
        }
    }

    /// How many bytes the operation is about, where this header says so.
    pub fn announced(self, bytes: &[u8]) -> Option<u32> {
        match self {
            Extension::Reth => {
                bytes.get(12..).and_then(<[u8]>::first_chunk).map(|&length| u32::from_be_bytes(length))
            }
            _ => None,
        }
    }
}
