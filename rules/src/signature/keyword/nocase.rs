//! `nocase;`: letters of the content before it match in either case.

use super::{Apply, Keyword};
use crate::signature::condition::Case;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "nocase",
    apply: Apply::Bare(|draft| {
        draft.last_content()?.case = Case::Insensitive;
        Ok(())
    }),
};
