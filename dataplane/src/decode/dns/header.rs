//! The header of a message (RFC 1035 §4.1.1).

/// The first twelve bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DnsHeader {
    /// What a response has in common with its request.
    pub id: u16,
    /// All flags, as on the wire.
    pub flags: u16,
    /// How many questions, answers, authorities and additional records the message claims to have.
    pub counts: [u16; 4],
}

impl DnsHeader {
    /// Its length, in bytes.
    pub const LEN: usize = 12;

    /// The header at the start of a message; `None` where it is shorter.
    pub fn parse(bytes: &[u8]) -> Option<DnsHeader> {
        let &[a, b, c, d, e, f, g, h, i, j, k, l] = bytes.first_chunk::<{ DnsHeader::LEN }>()?;
        let number = |high, low| u16::from_be_bytes([high, low]);
        let counts = [number(e, f), number(g, h), number(i, j), number(k, l)];
        Some(DnsHeader { id: number(a, b), flags: number(c, d), counts })
    }

    /// Whether the QR bit says response.
    pub const fn is_response(self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// What is wanted: 0 a query, 4 a notification, 5 an update (RFC 6895 §2.2).
    pub const fn opcode(self) -> u8 {
        (self.flags >> 11 & 0xf) as u8
    }

    /// The four bits of the response code that stand in the header.
    pub const fn rcode(self) -> u8 {
        (self.flags & 0xf) as u8
    }

    /// Whether the bit is set that must be zero.
    pub const fn has_z(self) -> bool {
        self.flags & 0x40 != 0
    }
}
