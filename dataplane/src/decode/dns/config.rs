//! Limits of the decoders.

/// Limits of a [`Dns`](super::Dns) or [`DnsTcp`](super::DnsTcp).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsConfig {
    /// How many questions and records of a message are looked at. Compression makes a name of 255 bytes out of 2, so
    /// that this, not the length of the message, bounds the work for one.
    pub max_records: u16,
    /// The longest message in a stream that is looked at, in bytes.
    pub max_message: u16,
    /// How much of a stream's buffer stays with a decoder between connections, in bytes.
    pub keep_buffer: usize,
}

impl Default for DnsConfig {
    fn default() -> DnsConfig {
        DnsConfig { max_records: 512, max_message: u16::MAX, keep_buffer: 4096 }
    }
}
