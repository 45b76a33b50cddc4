//! SIP (RFC 3261): who calls whom.
//!
//! [`Sip`] takes messages as datagrams carry them, [`SipTcp`] a stream of them. Each message is a transaction of its own,
//! as in Suricata: a request may have many responses, and calls go in both directions of a flow.
//!
//! ```text
//!  INVITE sip:bob@example.com SIP/2.0      or      SIP/2.0 180 Ringing
//!  Name: value                                     headers; common names have a short form (§7.3.3)
//!
//!  body                                            Content-Length bytes
//! ```

mod datagram;
mod event;
mod message;
#[cfg(test)]
mod sip_tests;
mod stream;

pub use datagram::Sip;
pub use event::SipEvent;
pub(super) use message::FirstLine;
pub use stream::SipTcp;
