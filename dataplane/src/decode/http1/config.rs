//! What a decoder may be asked to bear.

use super::super::content_coding::ChainLimits;
use super::super::multipart::MultipartLimits;
use super::body::BodyLimits;

/// The limits of an [`Http1`](super::Http1) decoder. Every buffer has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http1Config {
    /// Bytes of a line of the head, end of line included. Suricata: 18,000.
    pub max_line: usize,
    /// Bytes of a head or of the trailer of a chunked body, all lines together.
    pub max_head: usize,
    /// Headers of a message that are told one by one. Suricata: 1024.
    pub max_headers: usize,
    /// Requests that may wait for their response.
    pub max_pending: usize,
    /// Content codings, one in the other. Suricata: 2.
    pub max_codings: usize,
    /// Bytes of a file's name. Suricata: 1024.
    pub max_file_name: usize,
    /// What a body may grow to when its codings are undone.
    pub decoding: ChainLimits,
    /// Limits of `multipart/form-data`.
    pub multipart: MultipartLimits,
}

impl Default for Http1Config {
    fn default() -> Http1Config {
        Http1Config {
            max_line: 18_000,
            max_head: 64 << 10,
            max_headers: 1024,
            max_pending: 512,
            max_codings: 3,
            max_file_name: 1024,
            decoding: ChainLimits::default(),
            multipart: MultipartLimits::default(),
        }
    }
}

impl Http1Config {
    /// What a body may cost.
    pub(super) fn body(&self) -> BodyLimits {
        BodyLimits {
            max_codings: self.max_codings,
            max_file_name: self.max_file_name,
            decoding: self.decoding,
            multipart: self.multipart,
        }
    }
}
