//! `entropy: value >= 7.5, bytes 100, offset 0;`: how random a part of the buffer looks.

use super::byte_options::named_argument;
use super::operand::operand;
use super::{Apply, Keyword};
use crate::signature::buffer::{BufferCondition, Edge, Entropy, EntropyBound};
use crate::signature::condition::Presence;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::{Base, Operand};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "entropy", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut entropy = Entropy {
        bytes: None,
        offset: Operand::ZERO,
        base: Base::Start,
        low: None,
        high: None,
        presence: Presence::Required,
    };
    for part in unquoted(value)?.split(',') {
        let (option, argument) = named_argument(part);
        match option {
            "bytes" => entropy.bytes = Some(operand(draft, argument, 0..=65_535)?),
            "offset" => entropy.offset = operand(draft, argument, 0..=65_535)?,
            "relative" => entropy.base = Base::Previous,
            "value" => bounds(&mut entropy, argument)?,
            _ => bounds(&mut entropy, part)?,
        }
    }
    if entropy.low.is_none() && entropy.high.is_none() {
        return Err(Fault::error(value.span(), "an entropy of what?").with_help("add `value >= 7.5`"));
    }
    draft.add_done(BufferCondition::Entropy(entropy), value.span())
}

fn bounds(entropy: &mut Entropy, text: Piece<'_>) -> Result<(), Fault> {
    let bound =
        |piece: Piece<'_>, edge: Edge| Ok::<_, Fault>(Some(EntropyBound { value: bits(piece)?, edge }));
    let signs = ["!=", "<=", ">=", "=", "<", ">", "!"];
    let sign = signs.into_iter().find(|sign| text.text.starts_with(sign)).unwrap_or_default();
    let rest = text.skip(sign.len()).trimmed();
    match sign {
        "<" => entropy.high = bound(rest, Edge::Excluded)?,
        "<=" => entropy.high = bound(rest, Edge::Included)?,
        ">" => entropy.low = bound(rest, Edge::Excluded)?,
        ">=" => entropy.low = bound(rest, Edge::Included)?,
        _ => {
            if sign.starts_with('!') {
                entropy.presence = Presence::Absent;
            }
            match rest
                .text
                .split_once("<>")
                .map(|(low, _)| (low, 2))
                .or(rest.text.split_once('-').map(|(low, _)| (low, 1)))
            {
                Some((low, sign)) => {
                    entropy.high = bound(rest.skip(low.len() + sign).trimmed(), Edge::Excluded)?;
                    entropy.low = bound(Piece { text: low, at: rest.at }.trimmed(), Edge::Excluded)?;
                }
                None => {
                    entropy.low = bound(rest, Edge::Included)?;
                    entropy.high = entropy.low;
                }
            }
        }
    }
    Ok(())
}

fn bits(text: Piece<'_>) -> Result<f64, Fault> {
    match text.text.parse::<f64>() {
        Ok(bits) if (0.0..=8.0).contains(&bits) => Ok(bits),
        _ => Err(Fault::error(text.span(), "this is not an entropy")
            .with_help("it is a number of bits for each byte, from 0 to 8")),
    }
}
