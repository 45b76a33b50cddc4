//! What a decoder may be asked to bear.

use super::super::content_coding::ChainLimits;
use super::super::http::body::BodyLimits;
use super::super::multipart::MultipartLimits;
use super::hpack::HpackLimits;

/// The limits of an [`Http2`](super::Http2) decoder. Every buffer has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http2Config {
    /// Streams that are followed at once; the oldest makes room. Servers allow 100 to 250 of them.
    pub max_streams: usize,
    /// Frames of one stream and direction before they are too many. Suricata: 65,536.
    pub max_frames: u32,
    /// Frames of one header block before they are a flood.
    pub max_continuations: u32,
    /// Streams that a client resets, those that were answered taken off, before it is an attack (CVE-2023-44487).
    pub max_resets: u32,
    /// Bytes of one name or value as it is sent.
    pub max_string: usize,
    /// Bytes of the table of names and values that may be referred to. Suricata: 65,536.
    pub max_table: usize,
    /// Bytes of all headers of a block.
    pub max_header_list: usize,
    /// Headers of a block.
    pub max_headers: usize,
    /// Bytes of one DNS message. None is longer.
    pub max_dns: usize,
    /// Content codings, one in the other.
    pub max_codings: usize,
    /// Bytes of a file's name.
    pub max_file_name: usize,
    /// What a body may grow to when its codings are undone.
    pub decoding: ChainLimits,
    /// Limits of `multipart/form-data`.
    pub multipart: MultipartLimits,
}

impl Default for Http2Config {
    fn default() -> Http2Config {
        Http2Config {
            max_streams: 128,
            max_frames: 65_536,
            max_continuations: 32,
            max_resets: 100,
            max_string: 64 << 10,
            max_table: 64 << 10,
            max_header_list: 64 << 10,
            max_headers: 1024,
            max_dns: 0xffff,
            max_codings: 3,
            max_file_name: 1024,
            decoding: ChainLimits::default(),
            multipart: MultipartLimits::default(),
        }
    }
}

impl Http2Config {
    pub(super) fn body(&self) -> BodyLimits {
        BodyLimits {
            max_codings: self.max_codings,
            max_file_name: self.max_file_name,
            decoding: self.decoding,
            multipart: self.multipart,
        }
    }

    pub(super) fn hpack(&self) -> HpackLimits {
        HpackLimits {
            string: self.max_string,
            table: self.max_table,
            list: self.max_header_list,
            fields: self.max_headers,
        }
    }
}
