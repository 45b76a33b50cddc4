//! `msg:"ET MALWARE …";`: what a match means, for people.

use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unescaped, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "msg", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unescaped(unquoted(value)?.text).into_owned();
    set_once(&mut draft.msg, text).map_err(|complaint| complaint.at(value.span()))
}
