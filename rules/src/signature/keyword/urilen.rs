//! `urilen:>100;`, `urilen:5,raw;`: how many bytes the target of a request has.

use super::numeric::number_test;
use super::{Apply, Keyword};
use crate::field::FieldId;
use crate::signature::buffer::{Buffer, BufferCondition};
use crate::signature::draft::{Draft, DraftKind};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "urilen", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = value.split(',');
    let test = number_test(parts.next().unwrap_or(value), u64::from(u16::MAX), |_| None)?;
    let field = match parts.next().map(|part| (part.text, part)) {
        None | Some(("norm", _)) => FieldId::HttpUri,
        Some(("raw", _)) => FieldId::HttpUriRaw,
        Some((_, part)) => {
            return Err(
                Fault::error(part.span(), "this is not a form of the target").with_help("write norm or raw")
            );
        }
    };
    let group = draft.group(Buffer::Field(field), value.span());
    draft.add_to(group, DraftKind::Done(BufferCondition::Size(test)), value.span())
}
