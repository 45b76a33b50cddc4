//! HTTP/1.x (RFC 9110, RFC 9112): the bytes of both directions of a connection in, fields of its transactions out.
//!
//! [`Http1`] reads as leniently as servers and clients do and tells an [`Oddity`] where it had to; each direction
//! is a state machine:
//!
//! ```text
//!        ┌───────────────────────────────────────────────────────────┐
//!        ▼                                                           │
//!   Between ──▶ Head ──▶ Length / UntilClose ─────────────────────▶ complete
//!      │          │ └──▶ Chunks ──▶ Trailer ─────────────────────────▲
//!      │          └────────────────────────────────────────────────▶ │
//!      ├──▶ Stray (bytes of no message)
//!      └──▶ Ended (lost, switched to another protocol, or closed)
//! ```
//!
//! A head is looked at when it is complete, where it lies; bodies are handed on as they come, and never held.

mod chunked;
mod config;
mod decoder;
#[cfg(test)]
mod decoder_tests;
mod framing;
mod handover;
mod head_buffer;
mod header;
#[cfg(test)]
mod header_tests;
mod pending;
mod recognize;
mod request;
mod request_line;
mod response;
mod side;
#[cfg(test)]
mod split_tests;
mod status_line;
#[cfg(test)]
pub(in crate::decode) mod transcript;

use super::http::{body, host, known, octet, oddity, target};

pub use super::http::oddity::Oddity;
pub use config::Http1Config;
pub use decoder::Http1;
pub use handover::Handover;
pub use pending::Offer;
pub use recognize::{Recognition, is_http1_request, is_http1_response};
