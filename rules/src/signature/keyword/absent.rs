//! `absent;`, `absent: or_else;`: the buffer is not there, or the other conditions on it hold.

use super::{Apply, Keyword};
use crate::signature::buffer::{Absent, BufferCondition};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "absent", apply: Apply::Optional(apply) };

fn apply(draft: &mut Draft<'_>, name: Piece<'_>, value: Option<Piece<'_>>) -> Result<(), Fault> {
    let absent = match value.map(|value| (value.text, value)) {
        None => Absent::Only,
        Some(("or_else", _)) => Absent::OrElse,
        Some((_, value)) => {
            return Err(Fault::error(value.span(), "this is not a form of absent")
                .with_help("write `absent;` or `absent: or_else;`"));
        }
    };
    if draft.selected().is_none() {
        return Err(Fault::error(name.span(), "there is no buffer before it")
            .with_help("absent is about a sticky buffer: `http.referer; absent;`"));
    }
    draft.add_done(BufferCondition::Absent(absent), name.span())
}
