//! The path of a request, by which APIs are told apart.

/// The path in a request's target: what comes before a query or a fragment (RFC 3986 §3).
pub fn path_of(target: &[u8]) -> &[u8] {
    target.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default()
}
