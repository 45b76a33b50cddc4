//! `startswith;`: the content before it is the first of the field.

use super::{Apply, Keyword};
use crate::signature::draft::Start;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "startswith",
    apply: Apply::Bare(|draft| {
        draft.last_content()?.place.start = Start::First;
        Ok(())
    }),
};
