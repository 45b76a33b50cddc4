//! `tag:session,10,packets;`, `tag:host,60,seconds,src;`: what comes after a match is recorded too.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::Fault;
use crate::signature::state::{Tag, TagMetric, TagScope};
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "tag", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let wrong = || {
        Fault::error(value.span(), "this is not a tag")
            .with_help("write `tag:session,10,packets;` or `tag:host,60,seconds,src;`")
    };
    let parts: Vec<_> = value.split(',').collect();
    let words: Vec<&str> = parts.iter().map(|part| part.text).collect();
    let (scope, amount) = match words[..] {
        ["session"] | ["session", _, _] => (TagScope::Session, parts.get(1..3)),
        ["host", _, _, "src"] => (TagScope::SourceHost, parts.get(1..3)),
        ["host", _, _, "dst"] => (TagScope::DestinationHost, parts.get(1..3)),
        _ => return Err(wrong()),
    };
    let (count, metric) = match amount {
        Some(&[count, metric]) => {
            let metric = match metric.text {
                "packets" => TagMetric::Packets,
                "seconds" => TagMetric::Seconds,
                "bytes" => TagMetric::Bytes,
                _ => return Err(wrong()),
            };
            (number(count, 1..=u32::MAX)?, metric)
        }
        _ => (256, TagMetric::Packets),
    };
    set_once(&mut draft.tag, Tag { scope, count, metric }).map_err(|complaint| complaint.at(value.span()))
}
