//! `endswith;`: refused. Inline, a stream is inspected before it is forwarded, so its end is never known in time.

use super::{Apply, Keyword};
use crate::signature::fault::Complaint;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "endswith",
    apply: Apply::Bare(|_| {
        Err(Complaint::new(
            "endswith is not supported yet: the end of a stream is not known while it is inspected",
        )
        .with_help("say what follows the content, or bound it by depth or within"))
    }),
};
