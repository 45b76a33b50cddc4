//! What may be odd about a message, and what rules call it.
//!
//! The names are those of Suricata's `http-events.rules` where it has one. Each is told at most once for a direction of
//! a transaction, so a hostile message can't make more than a few dozen events.

use super::super::{AppEvent, Sink, TransactionId};
use crate::flow::Direction;

macro_rules! oddities {
    ($($(#[$doc:meta])* $variant:ident = $request:literal, $response:literal;)*) => {
        /// Something that is odd about a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Oddity {
            $($(#[$doc])* $variant,)*
        }

        impl Oddity {
            /// All that there are.
            pub const ALL: [Oddity; [$($request),*].len()] = [$(Oddity::$variant,)*];

            /// What `app-layer-event` calls it in a request and in a response.
            pub const fn names(self) -> [&'static str; 2] {
                match self {
                    $(Oddity::$variant => [$request, $response],)*
                }
            }
        }
    };
}

oddities! {
    /// A line, or all headers together, are longer than the limit. What came so far was told; the rest is not decoded.
    FieldTooLong = "http.request_field_too_long", "http.response_field_too_long";
    /// There are more headers than the limit. Those beyond are in the raw fields only.
    TooManyHeaders = "http.request_too_many_headers", "http.response_too_many_headers";
    /// A header without a colon.
    FieldMissingColon = "http.request_field_missing_colon", "http.response_field_missing_colon";
    /// A name that is empty, is no token, or stands apart from its colon (RFC 9112 §5.1).
    HeaderInvalid = "http.request_header_invalid", "http.response_header_invalid";
    /// One name more than 64 times.
    HeaderRepetition = "http.request_header_repetition", "http.response_header_repetition";
    /// A continuation of a header where there is none to continue.
    InvalidFolding = "http.invalid_request_field_folding", "http.invalid_response_field_folding";
    /// A header over several lines (RFC 9112 §5.2).
    FieldFolded = "http.request_field_folded", "http.response_field_folded";
    /// A CR that does not belong to the end of a line (RFC 9112 §2.2).
    BareCr = "http.request_bare_cr", "http.response_bare_cr";
    /// A zero byte in the head.
    NulByte = "http.request_nul_byte", "http.response_nul_byte";
    /// A transfer coding that is unknown or malformed.
    InvalidTransferEncoding = "http.invalid_transfer_encoding_value_in_request",
        "http.invalid_transfer_encoding_value_in_response";
    /// `chunked` in company of other transfer codings.
    AbnormalTransferEncoding = "http.request_abnormal_transfer_encoding",
        "http.response_abnormal_transfer_encoding";
    /// Several `Transfer-Encoding` headers.
    RepeatedTransferEncoding = "http.request_transfer_encoding_repeated",
        "http.response_transfer_encoding_repeated";
    /// `chunked` in a message older than HTTP/1.1.
    ChunkedOldProtocol = "http.request_chunked_old_proto", "http.response_chunked_old_proto";
    /// Both `Transfer-Encoding` and `Content-Length` (RFC 9112 §6.3).
    LengthAndTransferEncoding = "http.request_content_length_with_transfer_encoding",
        "http.response_content_length_with_transfer_encoding";
    /// A `Content-Length` that is no number, or too large a one.
    InvalidContentLength = "http.invalid_content_length_field_in_request",
        "http.invalid_content_length_field_in_response";
    /// Several `Content-Length` values.
    DuplicateContentLength = "http.duplicate_content_length_field_in_request",
        "http.duplicate_content_length_field_in_response";
    /// Several `Content-Length` values that differ. The first counts.
    AmbiguousContentLength = "http.request_content_length_ambiguous", "http.response_content_length_ambiguous";
    /// A length of a chunk that is no number, or too large a one.
    InvalidChunkLength = "http.invalid_request_chunk_len", "http.invalid_response_chunk_len";
    /// A chunk that is not followed by the end of a line.
    InvalidChunkEnd = "http.invalid_request_chunk_end", "http.invalid_response_chunk_end";
    /// A chunk with an extension.
    ChunkExtension = "http.request_chunk_extension", "http.response_chunk_extension";
    /// A stream that ended within a message.
    Incomplete = "http.request_incomplete", "http.response_incomplete";
    /// No `Host` in HTTP/1.1.
    MissingHost = "http.missing_host_header", "http.missing_host_header";
    /// `Host` is not the host of the target, or there is more than one.
    AmbiguousHost = "http.host_header_ambiguous", "http.host_header_ambiguous";
    /// The host in the target is not one.
    InvalidUriHost = "http.request_uri_host_invalid", "http.request_uri_host_invalid";
    /// The host in `Host` is not one.
    InvalidHost = "http.request_header_host_invalid", "http.request_header_host_invalid";
    /// The port in the target is not one.
    InvalidAuthorityPort = "http.invalid_authority_port", "http.invalid_authority_port";
    /// The port in `Host` is not one.
    InvalidServerPort = "http.invalid_server_port_in_request", "http.invalid_server_port_in_request";
    /// An authorization scheme other than Basic, Bearer and Digest.
    UnknownAuthorization = "http.request_auth_unrecognized", "http.request_auth_unrecognized";
    /// A first line with a method that is no token, or without target.
    RequestLineInvalid = "http.request_line_invalid", "http.request_line_invalid";
    /// A first line that did not end.
    LineIncomplete = "http.request_line_incomplete", "http.response_line_incomplete";
    /// A first line without version: HTTP/0.9, or one that pretends to be.
    MissingProtocol = "http.request_line_missing_protocol", "http.request_line_missing_protocol";
    /// Whitespace before the method.
    LeadingWhitespace = "http.request_line_leading_whitespace", "http.request_line_leading_whitespace";
    /// Something other than one space after the method.
    MethodDelimiter = "http.method_delim_non_compliant", "http.method_delim_non_compliant";
    /// Something other than one space after the target, or whitespace in it.
    UriDelimiter = "http.uri_delim_non_compliant", "http.uri_delim_non_compliant";
    /// Percent-decoding the target gives something percent-encoded.
    DoubleEncodedUri = "http.double_encoded_uri", "http.double_encoded_uri";
    /// A zero byte, percent-encoded, in the target.
    EncodedNul = "http.uri_encoded_nul", "http.uri_encoded_nul";
    /// A version other than 0.9, 1.0 and 1.1.
    InvalidProtocol = "http.request_invalid_protocol", "http.response_invalid_protocol";
    /// A status that is not three digits.
    InvalidStatus = "http.response_invalid_status", "http.response_invalid_status";
    /// Bytes that belong to no message. They are told as a body of their own.
    BodyUnexpected = "http.request_body_unexpected", "http.response_body_unexpected";
    /// A second `100 Continue`.
    ContinueAlreadySeen = "http.100_continue_already_seen", "http.100_continue_already_seen";
    /// A response that no request was seen for.
    UnmatchedResponse = "http.unable_to_match_response_to_request", "http.unable_to_match_response_to_request";
    /// `101 Switching Protocols` to a request that did not ask for it.
    SwitchNotRequested = "http.switch_not_requested", "http.switch_not_requested";
    /// More requests wait for a response than the limit.
    TooManyPending = "http.too_many_pipelined_requests", "http.too_many_pipelined_requests";
    /// More content codings than the limit. The body is told with the outer ones undone.
    TooManyEncodingLayers = "http.too_many_encoding_layers", "http.too_many_encoding_layers";
    /// A content coding that is unknown. The body is told with those outside of it undone.
    AbnormalContentEncoding = "http.abnormal_ce_header", "http.abnormal_ce_header";
    /// gzip or deflate that can't be decoded.
    GzipFailed = "http.gzip_decompression_failed", "http.gzip_decompression_failed";
    /// Brotli that can't be decoded.
    BrotliFailed = "http.brotli_decompression_failed", "http.brotli_decompression_failed";
    /// Zstandard that can't be decoded.
    ZstdFailed = "http.zstd_decompression_failed", "http.zstd_decompression_failed";
    /// A body that grows beyond the limits when it is decoded. The rest of it is not told.
    CompressionBomb = "http.compression_bomb", "http.compression_bomb";
    /// `multipart/form-data` that is not so.
    MultipartError = "http.multipart_generic_error", "http.multipart_generic_error";
    /// A part with the name of a file, and nothing in it.
    MultipartNoFileData = "http.multipart_no_filedata", "http.multipart_no_filedata";
    /// A header of a part that is not one.
    MultipartInvalidHeader = "http.multipart_invalid_header", "http.multipart_invalid_header";
    /// A response of several ranges, which are told as one body.
    MultipartByteranges = "http.response_multipart_byteranges", "http.response_multipart_byteranges";
    /// A file's name that is longer than the limit. It was cut.
    FileNameTooLong = "http.file_name_too_long", "http.file_name_too_long";
}

impl Oddity {
    /// What it is called when `direction` shows it.
    pub const fn name(self, direction: Direction) -> &'static str {
        let [request, response] = self.names();
        match direction {
            Direction::ToServer => request,
            Direction::ToClient => response,
        }
    }

    /// The names of all events of HTTP/1, some of them twice.
    pub fn all_names() -> impl Iterator<Item = &'static str> {
        Oddity::ALL.into_iter().flat_map(Oddity::names)
    }
}

/// The oddities of one message that were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::decode) struct Told(u64);

const _: () = assert!(Oddity::ALL.len() <= u64::BITS as usize);

/// Whose message it is: what every call of a sink begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Place {
    pub transaction: TransactionId,
    pub direction: Direction,
}

impl Told {
    /// Tells an oddity, unless it was told.
    #[cold]
    pub fn tell(&mut self, oddity: Oddity, place: Place, sink: &mut impl Sink) {
        let bit = 1 << oddity as u8;
        if self.0 & bit == 0 {
            self.0 |= bit;
            sink.event(place.transaction, place.direction, AppEvent(oddity.name(place.direction)));
        }
    }
}
