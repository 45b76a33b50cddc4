//! The base transport header (§9.2).
//!
//! ```text
//!   0               1               2               3
//!  ┌───────────────┬─┬─┬───┬───────┬───────────────────────────────┐
//!  │ opcode        │S│M│Pad│ TVer  │ partition key                 │
//!  ├─┬─┬───────────┼─┴─┴───┴───────┴───────────────────────────────┤
//!  │F│B│ reserved  │ destination queue pair                        │
//!  ├─┼─┴───────────┼───────────────────────────────────────────────┤
//!  │A│ reserved    │ packet sequence number                        │
//!  └─┴─────────────┴───────────────────────────────────────────────┘
//! ```

/// The header of every packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BaseTransport {
    pub opcode: u8,
    /// Solicited event, migration state, FECN, BECN and ack request, from the highest bit on.
    pub flags: u8,
    /// Bytes of padding behind the payload, 0 to 3.
    pub pad: u8,
    /// Version of the transport headers; 0 is the only one (§9.2.5).
    pub version: u8,
    /// Partition.
    pub partition_key: u16,
    /// Destination queue pair, 24 bits.
    pub queue_pair: u32,
    /// Packet sequence number, 24 bits.
    pub sequence: u32,
}

impl BaseTransport {
    /// Its length, in bytes.
    pub const LEN: usize = 12;

    /// The header at the front of a packet, and what follows it.
    pub fn split(bytes: &[u8]) -> Option<(BaseTransport, &[u8])> {
        let (&[opcode, marks, p0, p1, notice, q0, q1, q2, ack, s0, s1, s2], rest) =
            bytes.split_first_chunk::<{ BaseTransport::LEN }>()?;
        let header = BaseTransport {
            opcode,
            flags: marks & 0xc0 | notice >> 2 & 0x30 | ack >> 4 & 0x08,
            pad: marks >> 4 & 3,
            version: marks & 0x0f,
            partition_key: u16::from_be_bytes([p0, p1]),
            queue_pair: u32::from_be_bytes([0, q0, q1, q2]),
            sequence: u32::from_be_bytes([0, s0, s1, s2]),
        };
        Some((header, rest))
    }
}
