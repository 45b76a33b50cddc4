//! What a connection goes on with after a `101` (RFC 9110 §7.8) or a successful CONNECT (§9.3.6).

use super::header::Headers;
use super::known::Known;
use super::octet::elements;
use crate::decode::websocket::Extensions;

/// What both ends have agreed to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// HTTP/2 (RFC 7540 §3.2).
    Http2,
    /// WebSocket (RFC 6455), with what was agreed on.
    Websocket(Extensions),
    /// Something else, by the `Upgrade` of the response.
    Other,
    /// Whatever the client and a third party speak.
    Tunnel,
}

impl Handover {
    /// What a response of status 101 names.
    pub(super) fn of(headers: &Headers) -> Handover {
        let names = |wanted: &[u8]| {
            elements(headers.get(Known::Upgrade).unwrap_or_default())
                .any(|protocol| protocol.eq_ignore_ascii_case(wanted))
        };
        if names(b"websocket") {
            let agreed = headers.get(Known::WebSocketExtensions).unwrap_or_default();
            Handover::Websocket(Extensions::parse(agreed))
        } else if names(b"h2c") {
            Handover::Http2
        } else {
            Handover::Other
        }
    }
}
