//! `datarep:names,>,200,load names.rep,type string;`: the reputation of the buffer's bytes.

use super::dataset_source::{named, take};
use super::number::number;
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::dataset::DataReputation;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::Relation;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "datarep", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = unquoted(value)?.split(',');
    let (Some(name), Some(relation), Some(reputation)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Fault::error(value.span(), "this is not a datarep")
            .with_help("write `datarep:name,>,200,load file,type string;`"));
    };
    let relation = Relation::named(relation.text).ok_or_else(|| {
        Fault::error(relation.span(), "this is not a comparison").with_help("write <, >, =, <=, >= or !=")
    })?;
    let reputation = number(reputation, 0..=u16::MAX)?;
    let mut set = named(name)?;
    for part in parts {
        take(&mut set, part)?;
    }
    if draft.selected().is_none() {
        return Err(Fault::error(value.span(), "there is no buffer before it")
            .with_help("a datarep is about a sticky buffer: `dns.query; datarep:…;`"));
    }
    let condition = DataReputation { set, relation, value: reputation };
    draft.add_done(BufferCondition::DataReputation(Box::new(condition)), value.span())
}
