//! `target:src_ip;`: which end of a match is under attack.

use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::rule::Target;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "target", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let target = match value.text {
        "src_ip" => Target::Source,
        "dest_ip" => Target::Destination,
        _ => {
            return Err(Fault::error(value.span(), format!("{:?} is not a target", value.text))
                .with_help("targets are src_ip and dest_ip"));
        }
    };
    set_once(&mut draft.target, target).map_err(|complaint| complaint.at(value.span()))
}
