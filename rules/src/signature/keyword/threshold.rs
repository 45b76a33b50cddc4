//! `threshold:type limit, track by_src, count 1, seconds 60;`: how many of the matches are reported.

use super::track::Rate;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::state::{Threshold, ThresholdKind};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "threshold", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let rate = Rate::read(unquoted(value)?)?;
    let kind = match rate.kind.map(|kind| kind.text) {
        Some("limit") => ThresholdKind::Limit,
        Some("threshold") => ThresholdKind::Threshold,
        Some("both") => ThresholdKind::Both,
        Some("backoff") => ThresholdKind::Backoff { multiplier: rate.multiplier.unwrap_or(2) },
        _ => {
            return Err(Fault::error(rate.kind.unwrap_or(value).span(), "this is not a kind of threshold")
                .with_help("write type limit, type threshold, type both or type backoff"));
        }
    };
    // A backoff has no time; without a count a limit is one.
    let seconds = match (rate.seconds, kind) {
        (Some(seconds), _) => Some(seconds),
        (None, ThresholdKind::Backoff { .. }) => Some(0),
        (None, _) => None,
    };
    let (Some(track), Some(count), Some(seconds)) = (rate.track, rate.count, seconds) else {
        return Err(Fault::error(value.span(), "a threshold without track, count or seconds")
            .with_help("write `threshold:type limit, track by_src, count 1, seconds 60;`"));
    };
    let threshold = Threshold { kind, track, count, seconds };
    set_once(&mut draft.threshold, threshold).map_err(|complaint| complaint.at(value.span()))
}
