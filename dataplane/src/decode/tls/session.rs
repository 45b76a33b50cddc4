//! What is known of a connection, for events and for identity.

use super::text::{Text, TextList};
use super::version::TlsVersion;

/// The certificate by which a side names itself: the first of the chain it sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsCertificate {
    /// The subject: `C=US, O=Google Inc, CN=*.google.com`.
    pub subject: Text,
    /// The issuer, written as the subject is.
    pub issuer: Text,
    /// The serial number: `5C:19:B7`.
    pub serial: Text,
    /// The SHA-1 of the whole certificate: `ab:cd:…`. It is a name, not a proof.
    pub fingerprint: Text,
    /// From when on it is valid, in seconds since 1970.
    pub not_before: Option<i64>,
    /// Until when it is valid, in seconds since 1970.
    pub not_after: Option<i64>,
    /// The subject alternative names (RFC 5280 §4.2.1.6): DNS names, URIs, mail and IP addresses.
    pub alternative_names: TextList,
    /// Those of them that are SPIFFE IDs: `spiffe://cluster.local/ns/ai/sa/agent`. A valid SVID has exactly one.
    pub spiffe_ids: TextList,
    /// How many certificates the chain has.
    pub chain_length: u32,
}

impl TlsCertificate {
    /// Whether the side sent a certificate in the clear.
    pub const fn is_present(&self) -> bool {
        self.chain_length > 0
    }

    pub(super) fn clear(&mut self) {
        self.subject.clear();
        self.issuer.clear();
        self.serial.clear();
        self.fingerprint.clear();
        self.not_before = None;
        self.not_after = None;
        self.alternative_names.clear();
        self.spiffe_ids.clear();
        self.chain_length = 0;
    }
}

/// What the handshake of a connection has told so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSession {
    /// The version that the server chose; until then, the highest that the client offers.
    pub version: Option<TlsVersion>,
    /// The server name that the client asks for.
    pub sni: Text,
    /// The application protocols that the client offers.
    pub alpn_offered: TextList,
    /// The application protocol that the server chose. TLS 1.3 hides it.
    pub alpn: Text,
    /// The cipher suite that the server chose.
    pub cipher: Option<u16>,
    /// The client's certificate, up to TLS 1.2.
    pub client_certificate: TlsCertificate,
    /// The server's certificate, up to TLS 1.2.
    pub server_certificate: TlsCertificate,
    /// The JA3 string of the first ClientHello.
    pub ja3_string: Text,
    /// Its MD5 in hex.
    pub ja3: Text,
    /// The JA3S string of the last ServerHello.
    pub ja3s_string: Text,
    /// Its MD5 in hex.
    pub ja3s: Text,
    /// The JA4 of the first ClientHello.
    pub ja4: Text,
}

impl TlsSession {
    pub(super) fn clear(&mut self) {
        self.version = None;
        self.sni.clear();
        self.alpn_offered.clear();
        self.alpn.clear();
        self.cipher = None;
        self.client_certificate.clear();
        self.server_certificate.clear();
        self.ja3_string.clear();
        self.ja3.clear();
        self.ja3s_string.clear();
        self.ja3s.clear();
        self.ja4.clear();
    }
}
