//! `endswith;`: the content before it is the last of its buffer.

use super::{Apply, Keyword};
use crate::signature::buffer::End;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "endswith",
    apply: Apply::Bare(|draft| {
        draft.last_content()?.end = End::OfBuffer;
        Ok(())
    }),
};
