//! DNS (RFC 1035): what is asked, and what is answered.
//!
//! [`Dns`] takes messages as datagrams carry them, [`DnsTcp`] takes a TCP stream of them. Which ports are DNS, mDNS or
//! LLMNR is the caller's affair: the format is the same.
//!
//! ```text
//!  header: id(2) flags(2) questions(2) answers(2) authorities(2) additionals(2)
//!  then    name type(2) class(2)                            a question
//!          name type(2) class(2) ttl(4) length(2) data …    a record
//!  flags:  QR(1) opcode(4) AA TC RD RA Z AD CD rcode(4)
//! ```

mod anomaly;
mod config;
mod decoder;
mod header;
mod message;
mod name;
mod pending;
mod record_data;
mod tcp;
mod walk;

/// The names of all events of DNS.
pub fn event_names() -> impl Iterator<Item = &'static str> {
    anomaly::ALL.into_iter().map(|event| event.0)
}

pub use config::DnsConfig;
pub use decoder::Dns;
pub use header::DnsHeader;
pub use message::{DnsData, DnsMessage, DnsQuestion, DnsRecord, DnsSection};
pub use tcp::DnsTcp;

#[cfg(test)]
mod dns_tests;
#[cfg(test)]
mod tcp_tests;
#[cfg(test)]
mod test_messages;
