//! WebSocket (RFC 6455), which a connection of HTTP/1 goes on with after a `101`: frames in, messages out.
//!
//! ```text
//!  FIN(1) RSV(3) opcode(4)  MASK(1) length(7)  length(16 or 64, if 126 or 127)  key(32, if MASK)  payload…
//! ```
//!
//! A message is one transaction, in however many frames it comes; so is a control frame, which may come between them.
//! Payloads are unmasked and inflated (RFC 7692) as they come, and never held.

mod config;
mod decoder;
#[cfg(test)]
mod decoder_tests;
mod event;
mod extensions;
mod frame;
mod inflate;
mod side;

pub use config::WebSocketConfig;
pub use decoder::WebSocket;
pub use event::WebSocketEvent;
pub use extensions::Extensions;
