//! `dataset:isset,names,type string,load names.csv;`: whether the buffer is in a set; or puts it in.

use super::byte_options::named_argument;
use super::dataset_source::{named, take};
use super::{Apply, Keyword};
use crate::signature::buffer::BufferCondition;
use crate::signature::dataset::{Dataset, DatasetOperation};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "dataset", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut parts = unquoted(value)?.split(',');
    let (Some(operation), Some(name)) = (parts.next(), parts.next()) else {
        return Err(Fault::error(value.span(), "this is not a dataset")
            .with_help("write `dataset:isset,name,type string,load file;`"));
    };
    let operation = match operation.text {
        "isset" => DatasetOperation::IsSet,
        "isnotset" => DatasetOperation::IsNotSet,
        "set" => DatasetOperation::Set,
        "unset" => DatasetOperation::Unset,
        _ => {
            return Err(Fault::error(operation.span(), format!("{:?} is not done to sets", operation.text))
                .with_help("write isset, isnotset, set or unset"));
        }
    };
    let mut set = named(name)?;
    let mut context_key = None;
    for part in parts {
        match named_argument(part) {
            ("context_key" | "enrichment_key", key) => context_key = Some(key.text.into()),
            _ => take(&mut set, part)?,
        }
    }
    if draft.selected().is_none() {
        return Err(Fault::error(value.span(), "there is no buffer before it")
            .with_help("a dataset is about a sticky buffer: `dns.query; dataset:…;`"));
    }
    draft.add_done(BufferCondition::Dataset(Box::new(Dataset { operation, set, context_key })), value.span())
}
