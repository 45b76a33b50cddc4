//! What a decoder may be asked to bear.

use super::super::content_coding::ChainLimits;

/// The limits of a [`WebSocket`](super::WebSocket) decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebSocketConfig {
    /// What one message may grow to when it is inflated.
    pub inflate: ChainLimits,
}
