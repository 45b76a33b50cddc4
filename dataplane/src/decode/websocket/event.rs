//! What may be odd about a frame or a message, and what rules call it. Each is told at most once for a message.

use super::super::http::oddity::Place;
use super::super::{AppEvent, Sink};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// Something that is odd about a frame or a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum WebSocketEvent {
            $($(#[$doc])* $variant,)*
        }

        impl WebSocketEvent {
            /// All that there are.
            pub const ALL: [WebSocketEvent; [$($name),*].len()] = [$(WebSocketEvent::$variant,)*];

            /// What `app-layer-event` calls it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(WebSocketEvent::$variant => $name,)*
                }
            }
        }
    };
}

events! {
    /// A control frame that is in pieces, or longer than 125 bytes (RFC 6455 §5.5).
    InvalidControlFrame = "websocket.invalid_control_frame";
    /// A message that begins before the last one ended, or a continuation of none (RFC 6455 §5.4).
    InvalidFragmentation = "websocket.invalid_fragmentation";
    /// A client's frame without mask, or a server's with one (RFC 6455 §5.1).
    InvalidMask = "websocket.invalid_mask";
    /// Bits that nothing that was agreed on gives a meaning (RFC 6455 §5.2).
    ReservedBits = "websocket.reserved_bits";
    /// A message that can't be inflated. The rest of it is not told.
    InflateFailed = "websocket.decompression_failed";
    /// A message that grows beyond the limits. The rest of it is not told.
    CompressionBomb = "websocket.compression_bomb";
    /// A stream that ended within a frame or a message.
    Incomplete = "websocket.incomplete";
}

/// The events of one message that were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Raised(u32);

const _: () = assert!(WebSocketEvent::ALL.len() <= u32::BITS as usize);

impl Raised {
    /// Tells an event, unless it was told.
    #[cold]
    pub fn tell(&mut self, event: WebSocketEvent, place: Place, sink: &mut impl Sink) {
        let bit = 1 << event as u8;
        if self.0 & bit == 0 {
            self.0 |= bit;
            sink.event(place.transaction, place.direction, AppEvent(event.name()));
        }
    }
}
