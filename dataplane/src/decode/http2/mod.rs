//! HTTP/2 (RFC 9113): the frames of both directions of a connection in, fields of its streams out.
//!
//! Each stream is a transaction of its own and fills the fields that HTTP/1 fills; a frame that concerns the connection,
//! or a stream that is not open, is a transaction by itself. Each direction is a state machine:
//!
//! ```text
//!   Preface ──▶ Head ──▶ Prefix ──▶ Payload ─┐      frame: length(24) type(8) flags(8) R(1) stream(31)
//!  (clients)     ▲                           │
//!                └───────────────────────────┘      Ended: lost, for nothing that follows could be made sense of
//! ```
//!
//! Data is handed on where it lies. Header blocks are decoded as their frames come, and told when they end. The receiver
//! of a frame that breaks the protocol closes the connection or the stream; here an event is told, and what can be
//! followed is followed.

mod base64url;
mod block;
mod config;
mod connection;
mod data;
mod decoder;
#[cfg(test)]
mod decoder_tests;
mod event;
mod fields;
mod frame;
mod hpack;
mod settings;
mod side;
#[cfg(test)]
mod split_tests;
mod stream;
#[cfg(test)]
mod test_frames;
mod window;

pub use config::Http2Config;
pub use decoder::{Http2, Upgraded};
pub use event::Http2Event;
