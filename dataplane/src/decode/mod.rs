//! Decoders: bytes of a stream or datagram in, chunks of fields out.
//!
//! A decoder is a state machine without I/O, clock or allocation beyond its limits. It takes the bytes of both
//! directions in the order in which they are inspected, in pieces of any size, and tells a [`Sink`] what it finds; any
//! split of the same bytes tells the same. It knows no rule.

pub mod content_coding;
pub mod dns;
pub mod event_stream;
mod grpc;
mod http;
pub mod http1;
pub mod http2;
pub mod json;
pub mod model_file;
pub mod multipart;
mod nccl;
pub mod nvme;
pub mod postgres;
pub mod protobuf;
pub mod rdma;
pub mod recognise;
pub mod redis;
pub mod sip;
pub mod sse;
pub mod tls;
pub mod websocket;

#[cfg(test)]
mod recorded;
mod sink;
#[cfg(test)]
mod test_data;

#[cfg(test)]
pub(crate) use test_data::test_data;

pub use sink::{AppEvent, Lane, Part, Sink, Stage, Status, TransactionId};
