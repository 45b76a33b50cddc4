//! Numbers of packets, flows, transactions and files: `ttl:<64;`, `dsize:100<>300;`, `dns.rcode:NXDOMAIN;`.
//!
//! ```text
//! value = number | "=" number | ("<" | "<=" | ">" | ">=") number | number ("<>" | "-") number   both ends excluded
//!       | "!" value | "&" mask ("=" | "!=") number
//! ```
//!
//! All but masks comes to a set of numbers.

use super::number::unsigned;
use crate::number::NumberId;
use crate::ranges::RangeSet;
use crate::signature::condition::Presence;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::number_names;
use crate::signature::numeric::{NumberCondition, NumberTest, Which};
use crate::signature::text::{Piece, unquoted};

/// Takes in a condition on a number.
pub(super) fn apply(draft: &mut Draft<'_>, number: NumberId, value: Piece<'_>) -> Result<(), Fault> {
    let value = unquoted(value)?.trimmed();
    let (number, value) = of_one_side(number, value);
    let (test, which) = match value.text.split_once(',') {
        Some((first, _)) => {
            (Piece { text: first, at: value.at }.trimmed(), which(value.skip(first.len() + 1).trimmed())?)
        }
        None => (value, Which::Any),
    };
    let test = number_test(test, number.max(), |word| number_names::value(number, word))?;
    draft.numbers.push(NumberCondition { number, test, which });
    Ok(())
}

/// `flow.pkts:toserver,>10`: the sides of a flow's counters.
fn of_one_side(number: NumberId, value: Piece<'_>) -> (NumberId, Piece<'_>) {
    let Some((side, _)) = value.text.split_once(',') else { return (number, value) };
    let rest = value.skip(side.len() + 1).trimmed();
    match (number, side.trim()) {
        (NumberId::FlowPackets, "toserver") => (NumberId::FlowPacketsToServer, rest),
        (NumberId::FlowPackets, "toclient") => (NumberId::FlowPacketsToClient, rest),
        (NumberId::FlowBytes, "toserver") => (NumberId::FlowBytesToServer, rest),
        (NumberId::FlowBytes, "toclient") => (NumberId::FlowBytesToClient, rest),
        (NumberId::FlowPackets | NumberId::FlowBytes, "either") => (number, rest),
        _ => (number, value),
    }
}

fn which(text: Piece<'_>) -> Result<Which, Fault> {
    match text.text {
        "any" => Ok(Which::Any),
        "all" => Ok(Which::All),
        "all1" => Ok(Which::AllOfSome),
        _ => super::number::number(text, i16::MIN..=i16::MAX).map(Which::At).map_err(|fault| {
            fault.with_help("behind the comma stands any, all, all1, or a position counted from 0")
        }),
    }
}

/// Reads which values are meant; `word` knows those that have names.
pub(super) fn number_test(
    text: Piece<'_>,
    most: u64,
    word: impl Fn(&str) -> Option<u64>,
) -> Result<NumberTest, Fault> {
    let (presence, inner) = match text.text.strip_prefix('!') {
        Some(_) => (Presence::Absent, text.skip(1).trimmed()),
        None => (Presence::Required, text),
    };
    if text.text.starts_with('&') {
        return mask(text.skip(1).trimmed(), most);
    }
    let set = values(inner, most, &word)?;
    let within = RangeSet::of([(0, most)]);
    let set = if presence == Presence::Absent { within.minus(&set) } else { set };
    match set.is_empty() {
        true => Err(Fault::error(text.span(), "no number is meant by this")
            .with_help("a range leaves out both of its ends: `1<>3` is 2")),
        false => Ok(NumberTest::Within(set)),
    }
}

fn mask(text: Piece<'_>, most: u64) -> Result<NumberTest, Fault> {
    let Some((mask, _)) = text.text.split_once('=') else {
        return Err(Fault::error(text.span(), "a mask without the value that its bits must have")
            .with_help("write `&0x0f=0x01` or `&0x0f!=0x01`"));
    };
    let value = unsigned(text.skip(mask.len() + 1).trimmed(), most)?;
    let (presence, bits) = match mask.strip_suffix('!') {
        Some(bits) => (Presence::Absent, bits),
        None => (Presence::Required, mask),
    };
    let mask = unsigned(Piece { text: bits, at: text.at }.trimmed(), most)?;
    match value & !mask {
        0 => Ok(NumberTest::Mask { mask, value, presence }),
        _ => {
            Err(Fault::error(text.span(), "the value has bits that the mask takes out, so it is never that"))
        }
    }
}

fn values(text: Piece<'_>, most: u64, word: &impl Fn(&str) -> Option<u64>) -> Result<RangeSet<u64>, Fault> {
    let one = |piece: Piece<'_>| one(piece.trimmed(), most, word);
    for (sign, of) in [
        ("<=", (|n, _| (0, n)) as fn(u64, u64) -> (u64, u64)),
        (">=", |n, most| (n, most)),
        ("=", |n, _| (n, n)),
    ] {
        if text.text.starts_with(sign) {
            return one(text.skip(sign.len())).map(|n| RangeSet::of([of(n, most)]));
        }
    }
    if text.text.starts_with('<') {
        let below = one(text.skip(1))?.checked_sub(1);
        return Ok(RangeSet::of(below.map(|last| (0, last))));
    }
    if text.text.starts_with('>') {
        let above = one(text.skip(1))?.checked_add(1);
        return Ok(RangeSet::of(above.map(|first| (first, most))));
    }
    let range = text.text.split_once("<>").map(|parts| (parts, 2));
    let range = range
        .or_else(|| text.text.split_once('-').filter(|(low, _)| starts_numeric(low)).map(|parts| (parts, 1)));
    let Some(((low, _), sign)) = range else { return one(text).map(|n| RangeSet::of([(n, n)])) };
    let high = one(text.skip(low.len() + sign))?;
    let low = one(Piece { text: low, at: text.at })?;
    Ok(RangeSet::of(low.checked_add(1).zip(high.checked_sub(1))))
}

fn starts_numeric(text: &str) -> bool {
    text.trim_start().starts_with(|first: char| first.is_ascii_digit())
}

fn one(text: Piece<'_>, most: u64, word: &impl Fn(&str) -> Option<u64>) -> Result<u64, Fault> {
    if let Some(value) = word(text.text) {
        return Ok(value);
    }
    let digits = text.text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let scale = match text.text.get(digits.len()..).unwrap_or_default().to_ascii_lowercase().as_str() {
        "kb" | "kib" => 10,
        "mb" | "mib" => 20,
        "gb" | "gib" => 30,
        _ => return unsigned(text, most),
    };
    let number = unsigned(Piece { text: digits, at: text.at }.trimmed(), most >> scale)?;
    Ok(number << scale)
}
