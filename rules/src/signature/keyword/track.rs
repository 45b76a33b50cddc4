//! `track by_src, count 5, seconds 60`: what `threshold` and `detection_filter` have in common.

use super::byte_options::named_argument;
use super::number::number;
use crate::signature::fault::Fault;
use crate::signature::state::{Threshold, ThresholdKind, Track, UniqueOn};
use crate::signature::text::Piece;

/// What was said.
#[derive(Debug, Default)]
pub(in crate::signature) struct Rate<'t> {
    pub kind: Option<Piece<'t>>,
    pub track: Option<Track>,
    pub count: Option<u32>,
    pub seconds: Option<u32>,
    pub multiplier: Option<u32>,
    pub unique_on: Option<UniqueOn>,
}

impl<'t> Rate<'t> {
    pub fn read(value: Piece<'t>) -> Result<Rate<'t>, Fault> {
        Rate::of(value.split(','))
    }

    /// What parts say that are apart already.
    pub fn of(parts: impl Iterator<Item = Piece<'t>>) -> Result<Rate<'t>, Fault> {
        let mut rate = Rate::default();
        for part in parts {
            let (name, argument) = named_argument(part);
            match name {
                "type" => rate.kind = Some(argument),
                "track" => rate.track = Some(track(argument)?),
                "count" => rate.count = Some(number(argument, 1..=u32::MAX)?),
                "seconds" => rate.seconds = Some(number(argument, 1..=u32::MAX)?),
                "multiplier" => rate.multiplier = Some(number(argument, 2..=u32::MAX)?),
                "unique_on" => rate.unique_on = Some(unique_on(argument)?),
                _ => {
                    return Err(Fault::error(part.span(), format!("{:?} is not an option here", part.text))
                        .with_help("options are type, track, count, seconds and multiplier"));
                }
            }
        }
        Ok(rate)
    }

    /// The threshold that `whole` says; `None` where its track, count or seconds are missing.
    pub fn threshold(&self, whole: Piece<'_>) -> Result<Option<Threshold>, Fault> {
        let kind = match self.kind.map(|kind| kind.text) {
            Some("limit") => ThresholdKind::Limit,
            Some("threshold") => ThresholdKind::Threshold,
            Some("both") => ThresholdKind::Both,
            Some("backoff") => ThresholdKind::Backoff { multiplier: self.multiplier.unwrap_or(2) },
            _ => {
                return Err(Fault::error(
                    self.kind.unwrap_or(whole).span(),
                    "this is not a kind of threshold",
                )
                .with_help("write type limit, type threshold, type both or type backoff"));
            }
        };
        // A backoff has no time.
        let seconds = self.seconds.or(matches!(kind, ThresholdKind::Backoff { .. }).then_some(0));
        let all = self.track.zip(self.count).zip(seconds);
        Ok(all.map(|((track, count), seconds)| Threshold { kind, track, count, seconds }))
    }
}

fn track(text: Piece<'_>) -> Result<Track, Fault> {
    Ok(match text.text {
        "by_src" => Track::BySource,
        "by_dst" => Track::ByDestination,
        "by_both" => Track::ByBoth,
        "by_rule" => Track::ByRule,
        "by_flow" => Track::ByFlow,
        _ => {
            return Err(Fault::error(text.span(), "this is not what can be counted by")
                .with_help("write by_src, by_dst, by_both, by_rule or by_flow"));
        }
    })
}

fn unique_on(text: Piece<'_>) -> Result<UniqueOn, Fault> {
    match text.text {
        "src_port" => Ok(UniqueOn::SourcePort),
        "dst_port" => Ok(UniqueOn::DestinationPort),
        _ => Err(Fault::error(text.span(), "this does not tell matches apart")
            .with_help("write src_port or dst_port")),
    }
}
