//! How far the two sides have come in agreeing on keys.
//!
//! ```text
//!          HelloRetryRequest             ServerHello
//!   Open ────────────────────▶ Retried ───────────────▶ Settled
//!     └──────────────── ServerHello ───────────────────────▲
//! ```

use super::version::TlsVersion;

/// Whether the version is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Negotiation {
    /// No ServerHello has come.
    #[default]
    Open,
    /// The server wants another ClientHello (RFC 8446 §4.1.4).
    Retried,
    /// The server has chosen.
    Settled(TlsVersion),
}

impl Negotiation {
    /// Whether a change_cipher_spec, or application data, means that its direction is encrypted from there on. After a
    /// HelloRetryRequest both sides send a change_cipher_spec that means nothing (RFC 8446 §D.4), and the hellos that
    /// matter are still to come.
    pub(super) const fn heeds_change(self) -> bool {
        !matches!(self, Negotiation::Retried)
    }
}
