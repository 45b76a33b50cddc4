//! What may be wrong with a connection.

/// Something that is wrong. Each is told at most once for a direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NvmeEvent {
    /// A header of another length than its type has, or a version that there is not.
    Malformed,
    /// Lengths and offsets that contradict each other.
    BadLength,
    /// A type of PDU that there is not. It is passed over.
    UnknownPdu,
    /// A PDU that only the other end sends.
    WrongDirection,
    /// A command before Connect.
    NotConnected,
    /// A qualified name that is longer than any.
    NqnTooLong,
}

impl NvmeEvent {
    /// All that there are.
    pub const ALL: [NvmeEvent; 6] = [
        NvmeEvent::Malformed,
        NvmeEvent::BadLength,
        NvmeEvent::UnknownPdu,
        NvmeEvent::WrongDirection,
        NvmeEvent::NotConnected,
        NvmeEvent::NqnTooLong,
    ];

    /// What `app-layer-event` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            NvmeEvent::Malformed => "nvme.malformed",
            NvmeEvent::BadLength => "nvme.bad_length",
            NvmeEvent::UnknownPdu => "nvme.unknown_pdu",
            NvmeEvent::WrongDirection => "nvme.wrong_direction",
            NvmeEvent::NotConnected => "nvme.not_connected",
            NvmeEvent::NqnTooLong => "nvme.nqn_too_long",
        }
    }
}
