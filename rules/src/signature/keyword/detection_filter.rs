//! `detection_filter:track by_src, count 30, seconds 60;`: so many matches must come before one counts.

use super::track::Rate;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::state::DetectionFilter;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "detection_filter", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let rate = Rate::read(unquoted(value)?)?;
    let (Some(track), Some(count), Some(seconds)) = (rate.track, rate.count, rate.seconds) else {
        return Err(Fault::error(value.span(), "a detection_filter without track, count or seconds")
            .with_help("write `detection_filter:track by_src, count 30, seconds 60;`"));
    };
    let filter = DetectionFilter { track, count, seconds, unique_on: rate.unique_on };
    set_once(&mut draft.detection_filter, filter).map_err(|complaint| complaint.at(value.span()))
}
