//! What may be odd about a connection or a stream, and what rules call it.
//!
//! The names are those of Suricata's `http2-events.rules` where it has one. Each is told at most once for a direction of
//! a stream, and once for a frame that stands by itself.

use super::super::http::oddity::Place;
use super::super::{AppEvent, Sink};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// Something that is odd about a connection or a stream.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Http2Event {
            $($(#[$doc])* $variant,)*
        }

        impl Http2Event {
            /// All that there are.
            pub const ALL: [Http2Event; [$($name),*].len()] = [$(Http2Event::$variant,)*];

            /// What `app-layer-event` calls it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Http2Event::$variant => $name,)*
                }
            }
        }
    };
}

events! {
    /// A frame where none of its kind can be: on a stream that can't have it, or between the frames of a header block.
    InvalidFrameHeader = "http2.invalid_frame_header";
    /// A client that does not begin with the preface (RFC 9113 §3.4).
    InvalidClientMagic = "http2.invalid_client_magic";
    /// A frame whose payload contradicts itself, such as padding that is longer than the frame.
    InvalidFrameData = "http2.invalid_frame_data";
    /// A header that is not coded as it should be. It is left out.
    InvalidHeader = "http2.invalid_header";
    /// A frame that is shorter or longer than its kind allows.
    InvalidFrameLength = "http2.invalid_frame_length";
    /// A header block that ends within a header.
    ExtraHeaderData = "http2.extra_header_data";
    /// A frame that is longer than 64 KiB, when no peer needs to take more than 16 KiB.
    LongFrameData = "http2.long_frame_data";
    /// Headers or data on a stream that was closed.
    StreamIdReuse = "http2.stream_id_reuse";
    /// An `HTTP2-Settings` header that holds no settings (RFC 7540 §3.2.1).
    InvalidHttp1Settings = "http2.invalid_http1_settings";
    /// A body that can't be decoded as its `content-encoding` says.
    FailedDecompression = "http2.failed_decompression";
    /// A number in a header block that is larger than anything that is allowed. The direction can't be followed further.
    HeaderIntegerOverflow = "http2.header_integer_overflow";
    /// More streams at once than are followed.
    TooManyStreams = "http2.too_many_streams";
    /// `:authority` and `host` differ (RFC 9113 §8.3.1).
    AuthorityHostMismatch = "http2.authority_host_mismatch";
    /// `user@` in `:authority`.
    UserinfoInUri = "http2.userinfo_in_uri";
    /// Headers that are longer or more than the limit. Those beyond are left out.
    ReassemblyLimitReached = "http2.reassembly_limit_reached";
    /// Data on the connection and not on a stream (RFC 9113 §6.1).
    DataStreamZero = "http2.data_stream_zero";
    /// More frames on one stream than any exchange needs.
    TooManyFrames = "http2.too_many_frames";
    /// A DNS query that is longer than any.
    DnsRequestTooLong = "http2.dns_request_too_long";
    /// A DNS response that is longer than any.
    DnsResponseTooLong = "http2.dns_response_too_long";
    /// A header block in more frames than any needs (CVE-2024-27316).
    ContinuationFlood = "http2.continuation_flood";
    /// Streams that are opened and reset, over and over (CVE-2023-44487).
    RapidReset = "http2.rapid_reset";
    /// More data than the receiver allowed, or more allowed than there can be (RFC 9113 §6.9.1).
    FlowControl = "http2.flow_control_error";
    /// A dynamic table that is larger than is followed. Headers may be missing from here on.
    TableTooLarge = "http2.header_table_too_large";
}

/// The events of one stream and direction that were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Raised(u32);

const _: () = assert!(Http2Event::ALL.len() <= u32::BITS as usize);

impl Raised {
    /// Tells an event, unless it was told.
    #[cold]
    pub fn tell(&mut self, event: Http2Event, place: Place, sink: &mut impl Sink) {
        let bit = 1 << event as u8;
        if self.0 & bit == 0 {
            self.0 |= bit;
            sink.event(place.transaction, place.direction, AppEvent(event.name()));
        }
    }
}
