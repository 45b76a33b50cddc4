//! `classtype:trojan-activity;`: the class, and with it the priority.

use super::{Apply, Keyword};
use crate::names::nearest;
use crate::signature::classification::Classification;
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "classtype", apply: Apply::Value(apply) };

/// A class that is not known costs the rule its category, as in Suricata, not its effect.
fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let value = unquoted(value)?;
    let Some(class) = Classification::named(value.text) else {
        let fault = Fault::warning(value.span(), format!("there is no class {:?}", value.text));
        let names = Classification::all().iter().map(|class| class.name);
        draft.faults.push(match nearest(value.text, names) {
            Some(name) => fault.with_help(format!("do you mean {name}?")),
            None => fault.with_help("the rule is used without a category and with priority 3"),
        });
        return Ok(());
    };
    set_once(&mut draft.classification, class).map_err(|complaint| complaint.at(value.span()))
}
