//! `startswith;`: the content before it is the first of its buffer.

use super::{Apply, Keyword};
use crate::signature::draft::Start;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "startswith",
    apply: Apply::Bare(|draft| {
        draft.last_content()?.start = Start::First;
        Ok(())
    }),
};
