//! TLS (RFC 8446, RFC 5246, back to SSL 3.0): what a handshake says before it is encrypted.
//!
//! [`Tls`] reads the record layer and, of the handshake, the hellos and the certificates of both sides; whatever comes
//! after encryption has begun is not looked at. It decrypts and verifies nothing: a name in a ClientHello or a
//! certificate is what a peer claims, and of TLS 1.3 only the hellos are in the clear.
//!
//! ```text
//!  record:    type(1) version(2) length(2) | fragment …
//!  handshake:                                type(1) length(3) | body …     (over any number of records)
//! ```

mod anomaly;
mod certificate;
mod config;
mod content;
mod decoder;
mod der;
mod digits;
mod distinguished_name;
mod handshake;
mod hello;
mod hello_fields;
mod ja3;
mod ja4;
mod negotiation;
mod reader;
mod record;
mod session;
mod sslv2;
mod telling;
mod text;
mod validity;
mod version;

#[cfg(test)]
mod decoder_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod test_hellos;

/// The names of all events of TLS.
pub fn event_names() -> impl Iterator<Item = &'static str> {
    anomaly::Anomaly::ALL.into_iter().map(|anomaly| anomaly.event().0)
}

pub use config::{AfterEncryption, Fingerprints, TlsConfig};
pub use decoder::Tls;
pub use session::{TlsCertificate, TlsSession};
pub use text::{Text, TextList};
pub use version::TlsVersion;
