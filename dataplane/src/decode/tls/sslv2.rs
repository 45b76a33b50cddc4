//! The hello of SSL 2.0, which clients up to about 2010 sent to reach servers of any version (RFC 5246 §E.2).
//!
//! ```text
//!  1 length(15) | type(1) version(2) | cipher_spec_length(2) session_id_length(2) challenge_length(2) | …
//! ```

use super::anomaly::Anomaly;
use super::reader::Reader;
use super::version::TlsVersion;

/// What stands before the lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) version: TlsVersion,
}

impl Header {
    /// The header, and how many bytes follow it.
    pub(super) fn parse(bytes: [u8; 5]) -> Result<(Header, u16), Anomaly> {
        const CLIENT_HELLO: u8 = 1;
        const SERVER_HELLO: u8 = 4;
        let [high, low, kind, major, minor] = bytes;
        let version = TlsVersion(u16::from_be_bytes([major, minor]));
        let length = u16::from_be_bytes([high & 0x7f, low]);
        // A ServerHello has two bytes before its version, so that what is read as version here is not one.
        let is_hello = match kind {
            CLIENT_HELLO => version == TlsVersion::SSL2 || major == 3 && minor <= 4,
            SERVER_HELLO => true,
            _ => false,
        };
        match length.checked_sub(3) {
            Some(left) if left >= 6 && is_hello => {
                let version = if kind == SERVER_HELLO { TlsVersion::SSL2 } else { version };
                Ok((Header { version }, left))
            }
            _ => Err(Anomaly::InvalidSslv2Header),
        }
    }
}

/// Whether the lengths of a ClientHello add up.
pub(super) fn is_client_hello(body: &[u8]) -> bool {
    let mut reader = Reader::new(body);
    let Some((ciphers, session, challenge)) =
        reader.u16().and_then(|ciphers| Some((ciphers, reader.u16()?, reader.u16()?)))
    else {
        return false;
    };
    let total = usize::from(ciphers) + usize::from(session) + usize::from(challenge);
    ciphers % 3 == 0 && ciphers > 0 && (16..=32).contains(&challenge) && body.len() == 6 + total
}
