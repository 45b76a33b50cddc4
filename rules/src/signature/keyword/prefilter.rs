//! `prefilter;`: the keyword before it is to be looked at first. weir chooses by itself; it has no effect.

use super::{Apply, Keyword};

pub(super) const KEYWORD: Keyword = Keyword { name: "prefilter", apply: Apply::Bare(|_| Ok(())) };
