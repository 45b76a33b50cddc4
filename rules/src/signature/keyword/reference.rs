//! `reference:cve,2021-44228;`: where to read more. May be given several times.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::rule::Reference;
use crate::signature::text::{Piece, unescaped, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "reference", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unescaped(unquoted(value)?.text);
    match text.split_once(',').map(|(system, id)| (system.trim(), id.trim())) {
        Some((system, id)) if !system.is_empty() && !id.is_empty() => {
            draft.references.push(Reference { system: system.to_ascii_lowercase().into(), id: id.into() });
            Ok(())
        }
        _ => Err(Fault::error(value.span(), "this is not a reference").with_help(
            "write the system and the id: `reference:cve,2021-44228;` or `reference:url,example.org/a;`",
        )),
    }
}
