//! Versions of the protocol, and their names.

/// A version as it stands on the wire (RFC 8446 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlsVersion(pub u16);

impl TlsVersion {
    /// SSL 2.0.
    pub const SSL2: TlsVersion = TlsVersion(0x0002);
    /// SSL 3.0 (RFC 6101).
    pub const SSL3: TlsVersion = TlsVersion(0x0300);
    /// TLS 1.0 (RFC 2246).
    pub const TLS10: TlsVersion = TlsVersion(0x0301);
    /// TLS 1.1 (RFC 4346).
    pub const TLS11: TlsVersion = TlsVersion(0x0302);
    /// TLS 1.2 (RFC 5246).
    pub const TLS12: TlsVersion = TlsVersion(0x0303);
    /// TLS 1.3 (RFC 8446).
    pub const TLS13: TlsVersion = TlsVersion(0x0304);

    /// Whether everything after the ServerHello is encrypted: TLS 1.3, its drafts (`7f xx`) and the experiments on
    /// them (`fb xx`, `7e xx`).
    pub const fn hides_certificates(self) -> bool {
        self.0 == TlsVersion::TLS13.0 || matches!(self.0 >> 8, 0x7f | 0x7e | 0xfb)
    }

    /// The number that rules know it by: that of the wire, but for SSL 2.0.
    pub(super) const fn in_rules(self) -> u64 {
        match self {
            TlsVersion::SSL2 => 0x0200,
            other => other.0 as u64,
        }
    }

    /// The name that events give it, as Suricata's do.
    pub const fn name(self) -> &'static str {
        match self {
            TlsVersion::SSL2 => "SSLv2",
            TlsVersion::SSL3 => "SSLv3",
            TlsVersion::TLS10 => "TLSv1",
            TlsVersion::TLS11 => "TLS 1.1",
            TlsVersion::TLS12 => "TLS 1.2",
            TlsVersion::TLS13 => "TLS 1.3",
            draft if draft.hides_certificates() => "TLS 1.3 draft",
            _ => "UNDETERMINED",
        }
    }
}
