//! What can be wrong with a message, by the names that `app-layer-event` knows.

use crate::decode::AppEvent;

/// Lengths, labels or counts disagree with the bytes.
pub(super) const MALFORMED_DATA: AppEvent = AppEvent("dns.malformed_data");
/// A response goes to the server.
pub(super) const NOT_REQUEST: AppEvent = AppEvent("dns.not_request");
/// A request goes to the client.
pub(super) const NOT_RESPONSE: AppEvent = AppEvent("dns.not_response");
/// The reserved bit is set (RFC 1035 §4.1.1).
pub(super) const Z_FLAG_SET: AppEvent = AppEvent("dns.z_flag_set");
/// The opcode is not assigned (RFC 6895 §2.2).
pub(super) const INVALID_OPCODE: AppEvent = AppEvent("dns.invalid_opcode");
/// The pointers of a name lead in a circle, or through more places than a name has labels.
pub(super) const INFINITE_LOOP: AppEvent = AppEvent("dns.infinite_loop");
/// A name is longer than 255 bytes (RFC 1035 §2.3.4).
pub(super) const NAME_TOO_LONG: AppEvent = AppEvent("dns.name_too_long");
/// More questions and records than the limit; those after it are not looked at.
pub(super) const TOO_MANY_RECORDS: AppEvent = AppEvent("dns.too_many_records");
/// A message in a stream is longer than the limit, and not looked at.
pub(super) const MESSAGE_TOO_LONG: AppEvent = AppEvent("dns.message_too_long");

/// All of them.
pub(super) const ALL: [AppEvent; 9] = [
    MALFORMED_DATA,
    NOT_REQUEST,
    NOT_RESPONSE,
    Z_FLAG_SET,
    INVALID_OPCODE,
    INFINITE_LOOP,
    NAME_TOO_LONG,
    TOO_MANY_RECORDS,
    MESSAGE_TOO_LONG,
];
