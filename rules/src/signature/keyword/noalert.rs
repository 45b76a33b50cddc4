//! `noalert;`: a match takes effect and is not reported.

use super::{Apply, Keyword};
use crate::signature::rule::ReportAs;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "noalert",
    apply: Apply::Bare(|draft| {
        draft.report = ReportAs::Nothing;
        Ok(())
    }),
};
