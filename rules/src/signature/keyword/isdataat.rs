//! `isdataat:10;`, `isdataat:!1,relative;`: there are, or are not, so many bytes.

use super::content::presence;
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::{BufferCondition, DataAt};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::Base;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "isdataat", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (presence, text) = presence(unquoted(value)?.trimmed());
    let mut parts = text.split(',');
    let bytes = operand(draft, parts.next().unwrap_or(text), 0..=65_535)?;
    let mut base = Base::Start;
    for part in parts {
        match part.text {
            "relative" => base = Base::Previous,
            "rawbytes" => {}
            _ => {
                return Err(Fault::error(part.span(), "this is not an option of isdataat")
                    .with_help("the only one is relative"));
            }
        }
    }
    draft.add_done(BufferCondition::DataAt(DataAt { bytes, base, presence }), value.span())
}
