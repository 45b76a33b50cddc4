//! The fields: the one waist between decoders and rules.
//!
//! A decoder turns bytes from the wire into chunks of named fields; a rule asks for a field by its name (a *sticky
//! buffer*) and knows nothing of the protocol it came from. This table is all that the two sides share, so adding a
//! field is adding a line here.

/// A place in the traffic that a rule can look at.
///
/// The discriminant is dense and starts at zero, so tables are arrays indexed by [`FieldId::index`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FieldId {
    /// The bytes of one direction of a TCP connection, joined in sequence order (RFC 9293 §3.4).
    TcpStream,
    /// The payload of one UDP datagram (RFC 768).
    UdpPayload,
    /// What follows the header of any other transport, or the whole IP payload where the transport is not decoded.
    PacketPayload,
}

/// How the chunks of a field hang together, and so how they are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Continuity {
    /// Chunks of one flow and direction continue each other: a match may span any number of them.
    Streaming,
    /// Every chunk is complete in itself.
    Block,
}

impl FieldId {
    /// Every field, in the order of its index.
    pub const ALL: [FieldId; 3] = [FieldId::TcpStream, FieldId::UdpPayload, FieldId::PacketPayload];

    /// The position of this field in tables that are indexed by field.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name by which events and diagnostics call this field.
    pub const fn name(self) -> &'static str {
        match self {
            FieldId::TcpStream => "tcp.stream",
            FieldId::UdpPayload => "udp.payload",
            FieldId::PacketPayload => "packet.payload",
        }
    }

    /// Whether a match in this field may span chunks.
    pub const fn continuity(self) -> Continuity {
        match self {
            FieldId::TcpStream => Continuity::Streaming,
            FieldId::UdpPayload | FieldId::PacketPayload => Continuity::Block,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_is_the_position_in_all() {
        for (position, field) in FieldId::ALL.into_iter().enumerate() {
            assert_eq!(field.index(), position, "{}", field.name());
        }
    }
}
