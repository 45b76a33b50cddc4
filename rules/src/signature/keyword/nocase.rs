//! `nocase;`: letters of the content before it match in either case.

use super::{Apply, Keyword};

pub(super) const KEYWORD: Keyword =
    Keyword { name: "nocase", apply: Apply::Bare(|draft| draft.ignore_case()) };
