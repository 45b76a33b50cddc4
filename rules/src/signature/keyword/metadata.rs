//! `metadata:key value, key value;`: notes that go into events. May be given several times.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unescaped, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "metadata", apply: Apply::Value(apply) };

/// A key without a value is kept with an empty one; rules in the wild have them.
fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    for pair in unquoted(value)?.split(',').filter(|pair| !pair.text.is_empty()) {
        let (key, value) = pair.text.split_once(char::is_whitespace).unwrap_or((pair.text, ""));
        draft.metadata.push((unescaped(key).into(), unescaped(value.trim()).into()));
    }
    Ok(())
}
