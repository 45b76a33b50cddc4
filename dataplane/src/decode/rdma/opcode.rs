//! What an opcode says of the rest of a packet (§9.2.1, tables 38 and 39; annex A14 for XRC, A17.9.3 for congestion
//! notifications, A19 for FLUSH and ATOMIC WRITE).

use super::extension::Extension;

/// How a packet of an opcode looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Headers in front of those of the operation, which the transport class has.
    pub class: &'static [Extension],
    /// Headers of the operation.
    pub operation: &'static [Extension],
    pub payload: Payload,
}

impl Shape {
    pub fn extensions(&self) -> impl Iterator<Item = Extension> + use<> {
        self.class.iter().chain(self.operation).copied()
    }
}

/// Which payload an operation has (§9.4, §9.7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    /// None.
    Empty,
    /// As much as a path's MTU: more packets of the message follow.
    Full,
    /// From 1 byte to the MTU: the last of several packets.
    Rest,
    /// Up to the MTU.
    Any,
    /// All that the RETH announces.
    Announced,
    /// So many bytes.
    Fixed(usize),
    /// Whatever the maker of the card wants.
    Unknown,
}

/// Transport classes: the highest three bits.
const RELIABLE_CONNECTION: u8 = 0;
const UNRELIABLE_CONNECTION: u8 = 1;
const RELIABLE_DATAGRAM: u8 = 2;
const UNRELIABLE_DATAGRAM: u8 = 3;
const CONGESTION: u8 = 4;
const EXTENDED_RELIABLE_CONNECTION: u8 = 5;

/// SEND ONLY of an unreliable datagram, which is what management comes in.
pub(super) const UD_SEND_ONLY: u8 = UNRELIABLE_DATAGRAM << 5 | SEND_ONLY;

const SEND_ONLY: u8 = 0x04;
const SEND_ONLY_IMMEDIATE: u8 = 0x05;
/// The last operation that unreliable connections have: RDMA WRITE ONLY with immediate.
const LAST_UNRELIABLE: u8 = 0x0b;
/// ATOMIC acknowledge and the operations before it that answer.
const RESPONSES: std::ops::RangeInclusive<u8> = 0x0d..=0x12;
const RESYNC: u8 = 0x15;
const LAST_OF_DATAGRAMS: u8 = 0x14;

/// The shape of packets of an opcode; none where the opcode is reserved.
pub(super) fn shape(opcode: u8) -> Option<Shape> {
    let operation = opcode & 0x1f;
    let is_response = RESPONSES.contains(&operation);
    let of = |class: &'static [Extension]| {
        let (operation, payload) = reliable(operation)?;
        Some(Shape { class, operation, payload })
    };
    match opcode >> 5 {
        RELIABLE_CONNECTION => of(&[]),
        UNRELIABLE_CONNECTION if operation <= LAST_UNRELIABLE => of(&[]),
        RELIABLE_DATAGRAM if operation == RESYNC => {
            Some(Shape { class: REQUEST_OF_DATAGRAMS, operation: &[], payload: Payload::Empty })
        }
        RELIABLE_DATAGRAM if is_response => of(&[Extension::Rdeth]),
        RELIABLE_DATAGRAM if operation <= LAST_OF_DATAGRAMS => of(REQUEST_OF_DATAGRAMS),
        UNRELIABLE_DATAGRAM if matches!(operation, SEND_ONLY | SEND_ONLY_IMMEDIATE) => of(&[Extension::Deth]),
        CONGESTION if operation == 1 => {
            Some(Shape { class: &[], operation: &[], payload: Payload::Fixed(CONGESTION_RESERVED) })
        }
        EXTENDED_RELIABLE_CONNECTION if is_response => of(&[]),
        EXTENDED_RELIABLE_CONNECTION => of(&[Extension::Xrceth]),
        // The classes that are left to makers of cards.
        6 | 7 => Some(Shape { class: &[], operation: &[], payload: Payload::Unknown }),
        _ => None,
    }
}

const REQUEST_OF_DATAGRAMS: &[Extension] = &[Extension::Rdeth, Extension::Deth];

/// Zero bytes of a congestion notification (annex A17.9.3).
const CONGESTION_RESERVED: usize = 16;

/// Headers and payload of an operation, as in reliable connections, which have all of them.
fn reliable(operation: u8) -> Option<(&'static [Extension], Payload)> {
    use Extension::{Aeth, AtomicAckEth, AtomicEth, Feth, Ieth, Immediate, Reth};
    Some(match operation {
        // SEND
        0x00 | 0x01 => (&[], Payload::Full),
        0x02 => (&[], Payload::Rest),
        0x03 => (&[Immediate], Payload::Rest),
        0x04 => (&[], Payload::Any),
        0x05 => (&[Immediate], Payload::Any),
        // RDMA WRITE
        0x06 => (&[Reth], Payload::Full),
        0x07 => (&[], Payload::Full),
        0x08 => (&[], Payload::Rest),
        0x09 => (&[Immediate], Payload::Rest),
        0x0a => (&[Reth], Payload::Announced),
        0x0b => (&[Reth, Immediate], Payload::Announced),
        // RDMA READ
        0x0c => (&[Reth], Payload::Empty),
        0x0d => (&[Aeth], Payload::Full),
        0x0e => (&[], Payload::Full),
        0x0f => (&[Aeth], Payload::Rest),
        0x10 => (&[Aeth], Payload::Any),
        0x11 => (&[Aeth], Payload::Empty),
        0x12 => (&[Aeth, AtomicAckEth], Payload::Empty),
        0x13 | 0x14 => (&[AtomicEth], Payload::Empty),
        // SEND with invalidate
        0x16 => (&[Ieth], Payload::Rest),
        0x17 => (&[Ieth], Payload::Any),
        0x1c => (&[Feth, Reth], Payload::Empty),
        0x1d => (&[Reth], Payload::Fixed(8)),
        _ => return None,
    })
}
