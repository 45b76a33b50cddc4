//! `iprep:src,BadHosts,>,30;`: the reputation of an address.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::{PacketCondition, Relation, ReputationBound, ReputationEnd};
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "iprep", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let wrong = || {
        Fault::error(value.span(), "this is not an iprep").with_help(
            "write `iprep:any|src|dst|both,category,>,30;` or `iprep:src,category,isset;` or `isnotset`",
        )
    };
    let parts: Vec<_> = value.split(',').collect();
    let (end, category, bound) = match parts[..] {
        [end, category, set] if set.text == "isset" => (end, category, ReputationBound::IsSet),
        [end, category, set] if set.text == "isnotset" => (end, category, ReputationBound::IsNotSet),
        [end, category, relation, score] => {
            let relation = Relation::named(relation.text).ok_or_else(wrong)?;
            (end, category, ReputationBound::Compare(relation, number(score, 0..=127)?))
        }
        _ => return Err(wrong()),
    };
    let end = match end.text {
        "any" => ReputationEnd::Any,
        "src" => ReputationEnd::Source,
        "dst" => ReputationEnd::Destination,
        "both" => ReputationEnd::Both,
        _ => return Err(wrong()),
    };
    draft.packet.push(PacketCondition::AddressReputation { end, category: category.text.into(), bound });
    Ok(())
}
