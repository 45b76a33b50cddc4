//! Modifiers of old rules that say to which buffer the content before them belongs: `content:"/x"; http_uri;`.

use crate::field::FieldId;
use crate::signature::buffer::Buffer;
use crate::signature::draft::Draft;
use crate::signature::fault::Complaint;

/// Name and buffer of each.
pub(super) const MODIFIERS: [(&str, FieldId); 13] = [
    ("http_client_body", FieldId::HttpRequestBody),
    ("http_cookie", FieldId::HttpCookie),
    ("http_header", FieldId::HttpHeader),
    ("http_host", FieldId::HttpHost),
    ("http_method", FieldId::HttpMethod),
    ("http_raw_header", FieldId::HttpHeaderRaw),
    ("http_raw_host", FieldId::HttpHostRaw),
    ("http_raw_uri", FieldId::HttpUriRaw),
    ("http_server_body", FieldId::HttpResponseBody),
    ("http_stat_code", FieldId::HttpStatusCode),
    ("http_stat_msg", FieldId::HttpStatusMessage),
    ("http_uri", FieldId::HttpUri),
    ("http_user_agent", FieldId::HttpUserAgent),
];

/// The buffer that a modifier means.
pub(super) fn field(name: &str) -> Option<FieldId> {
    MODIFIERS.iter().find(|(known, _)| *known == name).map(|&(_, field)| field)
}

pub(super) fn apply(draft: &mut Draft<'_>, field: FieldId) -> Result<(), Complaint> {
    draft.move_last_content(Buffer::Field(field))
}
