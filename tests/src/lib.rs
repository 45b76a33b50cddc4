//! What end-to-end tests are made of: the real binary [`Weir`], a [`Lab`] of network namespaces to put it into, and
//! [`peer`]s that talk through it.
//!
//! ```text
//!   left namespace            middle namespace            right namespace
//!   client, 10.9.0.1   a0 ──── w0 ── weir ── w1 ──── b0   server, 10.9.0.2
//! ```
//!
//! Nothing here stands in for weir: the binary that is tested is the one that is shipped, and the peers are the
//! kernel's own TCP/IP, curl, iperf3, or scripts that write frames which no kernel would. Each lab has namespaces of
//! its own, so tests run in parallel, and removes them when it is dropped. Labs need root; what is missing is said
//! loudly, see [`requirement`].

#![forbid(unsafe_code)]

pub mod binary;
pub mod client;
pub mod events;
pub mod lab;
pub mod namespace;
pub mod patience;
pub mod peer;
pub mod requirement;
pub mod setup;
pub mod weir;

pub use client::{curl, iperf3};
pub use lab::{LEFT, Lab, RIGHT};
pub use peer::{End, Peer};
pub use setup::{Driver, Setup};
pub use weir::Weir;
