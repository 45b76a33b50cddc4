//! Contents that can never be in their buffer, because of the form that its values have.

use super::buffer::Buffer;
use super::condition::Case;
use super::draft::DraftContent;
use super::fault::Complaint;
use crate::field::FieldId;

/// Refuses a content that no value of the buffer can hold, and gives digests the form that values have.
pub(super) fn check(buffer: Buffer, content: &mut DraftContent) -> Result<(), Complaint> {
    let Buffer::Field(field) = buffer else { return Ok(()) };
    match field {
        FieldId::HttpHost => host(content),
        FieldId::HttpMethod => method(&content.bytes),
        FieldId::Ja3Hash | FieldId::Ja3sHash => digest(field, content),
        FieldId::TlsCertFingerprint => fingerprint(content),
        _ => Ok(()),
    }
}

fn host(content: &DraftContent) -> Result<(), Complaint> {
    if content.case == Case::Insensitive {
        return Err(Complaint::new("nocase has no meaning for http.host, which is lower case")
            .with_help("leave nocase out, or look at http.host.raw"));
    }
    match content.bytes.iter().any(u8::is_ascii_uppercase) {
        true => Err(Complaint::new("http.host is lower case, so this content is never in it")
            .with_help("write it in lower case, or look at http.host.raw")),
        false => Ok(()),
    }
}

fn method(bytes: &[u8]) -> Result<(), Complaint> {
    let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    match blank(bytes.first()) || blank(bytes.last()) || bytes.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        true => {
            Err(Complaint::new("a method has no blanks and no line ends, so this content is never in it")
                .with_help("leave them out"))
        }
        false => Ok(()),
    }
}

/// Hexadecimal digests are lower case here; rules have them in either.
fn digest(field: FieldId, content: &mut DraftContent) -> Result<(), Complaint> {
    if content.bytes.len() != 32 || !content.bytes.iter().all(u8::is_ascii_hexdigit) {
        return Err(Complaint::new(format!(
            "{} is 32 hexadecimal digits, so this content is never it",
            field.name()
        )));
    }
    content.bytes.make_ascii_lowercase();
    Ok(())
}

fn fingerprint(content: &mut DraftContent) -> Result<(), Complaint> {
    content.bytes.make_ascii_lowercase();
    let bytes = &content.bytes;
    let formed = bytes.len() == 59 && bytes.chunks(3).all(|c| c.get(2).is_none_or(|&colon| colon == b':'));
    match formed {
        true => Ok(()),
        false => Err(Complaint::new("a fingerprint is 20 bytes in hexadecimal with colons between them")
            .with_help("write it as `ab:cd:…`, 59 characters")),
    }
}
