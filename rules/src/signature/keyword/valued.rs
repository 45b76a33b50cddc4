//! Keywords of old rules that hold in their value what a content behind a sticky buffer says today:
//! `uricontent:"/x";`, `tls.subject:"CN=a";`, `fileext:"pdf";`.

use super::content::{bytes, plain, presence};
use super::{Apply, Keyword};
use crate::field::FieldId;
use crate::signature::buffer::{Buffer, End};
use crate::signature::condition::Case;
use crate::signature::draft::Draft;
use crate::signature::draft::DraftKind;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

macro_rules! keyword {
    ($constant:ident, $name:literal, $field:ident, $case:ident, $end:ident) => {
        pub(super) const $constant: Keyword = Keyword {
            name: $name,
            apply: Apply::Value(|draft, value| apply(draft, value, FieldId::$field, Case::$case, End::$end)),
        };
    };
}
keyword!(URI_CONTENT, "uricontent", HttpUri, Sensitive, Anywhere);
keyword!(TLS_SUBJECT, "tls.subject", TlsCertSubject, Sensitive, Anywhere);
keyword!(TLS_ISSUER, "tls.issuerdn", TlsCertIssuer, Sensitive, Anywhere);
keyword!(TLS_FINGERPRINT, "tls.fingerprint", TlsCertFingerprint, Sensitive, Anywhere);
keyword!(FILE_NAME, "filename", FileName, Insensitive, Anywhere);
keyword!(FILE_EXTENSION, "fileext", FileName, Insensitive, OfBuffer);
keyword!(FILE_MAGIC, "filemagic", FileMagic, Insensitive, Anywhere);

fn apply(draft: &mut Draft<'_>, value: Piece<'_>, field: FieldId, case: Case, end: End) -> Result<(), Fault> {
    let (presence, quoted) = presence(value);
    let mut bytes = bytes(unquoted(quoted)?)?;
    if end == End::OfBuffer {
        bytes.insert(0, b'.');
    }
    let mut kind = plain(bytes, presence);
    if let DraftKind::Content(content) = &mut kind {
        (content.case, content.end) = (case, end);
    }
    let group = draft.group(Buffer::Field(field), value.span());
    draft.add_to(group, kind, value.span())
}
