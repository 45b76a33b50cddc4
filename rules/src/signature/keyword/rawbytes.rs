//! `rawbytes;`: accepted for the sake of old rules; bytes are raw here unless a field says otherwise.

use super::{Apply, Keyword};

pub(super) const KEYWORD: Keyword =
    Keyword { name: "rawbytes", apply: Apply::Bare(|draft| draft.last_content().map(|_| ())) };
