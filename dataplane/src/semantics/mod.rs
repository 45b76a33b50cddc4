//! What messages mean: the language that applications of models speak inside HTTP, WebSocket and the like.
//!
//! ```text
//!  decoder of the protocol ──fields──▶ Meaning ──the same fields, and those it adds──▶ transactions, signatures
//!  (http.uri, http.request_body, …)       │
//!                                         └ an Exchange for each transaction: framing (JSON, SSE, …) → JSON → what the
//!                                           parts of it mean (llm.prompt, llm.completion, mcp.tool, …)
//! ```
//!
//! Files that are sent are looked at as well: which of them are models, and what loading them would run (`model_file`).
//!
//! It sits between the decoders of protocols and whoever looks at fields, and is a [`Sink`](crate::decode::Sink) itself. So
//! it knows no protocol below, and the same reading of an answer serves HTTP/1, HTTP/2 and WebSocket. It keeps no text: what
//! is said goes on as it comes, but for the little that must wait until it is known what it is.

mod a2a;
mod body;
mod calls;
#[cfg(test)]
mod capture_tests;
mod exchange;
#[cfg(test)]
mod exchange_tests;
#[cfg(test)]
mod heard;
mod held;
mod json_text;
pub mod llm;
mod mark;
mod mcp;
mod media;
mod model_file;
mod path;
mod rag;
#[cfg(test)]
mod rag_tests;
mod rpc;
#[cfg(test)]
mod rpc_tests;
mod sink;
mod speaker;
mod trouble;

pub use exchange::Semantics;
pub use sink::{Meaning, tells};
pub use trouble::event_names;
