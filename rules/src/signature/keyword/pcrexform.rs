//! `pcrexform:"id=(\\d+)";`: the first group of an expression, or its whole match, in place of the buffer.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};
use crate::signature::transform::Transform;

pub(super) const KEYWORD: Keyword = Keyword { name: "pcrexform", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unquoted(value)?;
    let limit = draft.limits.regex_bytes;
    if text.text.is_empty() || text.text.len() > limit {
        return Err(Fault::error(text.span(), format!("an expression of {} bytes", text.text.len()))
            .with_help(format!("it has from 1 to {limit}")));
    }
    let expression = text.text.replace("\\;", ";").into();
    draft.add_transform(Transform::Regex(expression)).map_err(|complaint| complaint.at(value.span()))
}
