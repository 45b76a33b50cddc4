//! `tls_cert_expired;` and `tls_cert_valid;`: whether the peer's certificate is in its time. `tls_cert_notbefore:>2015;`,
//! `tls_cert_notafter:2015-01-01<>2016-06;`: what its time is.
//!
//! ```text
//! value = time | "<" time | ">" time | time "<>" time                                           both ends included
//! time  = YYYY ["-" MM ["-" DD [(" " | "T") HH [":" MM [":" SS]]]]]                            in UTC
//! ```

use super::{Apply, Keyword};
use crate::number::NumberId;
use crate::ranges::RangeSet;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::numeric::{NumberCondition, NumberTest, Which};
use crate::signature::packet::{PacketCondition, Validity};
use crate::signature::text::{Piece, unquoted};

pub(super) const EXPIRED: Keyword = Keyword {
    name: "tls_cert_expired",
    apply: Apply::Bare(|draft| {
        draft.packet.push(PacketCondition::CertificateValidity(Validity::Expired));
        Ok(())
    }),
};
pub(super) const VALID: Keyword = Keyword {
    name: "tls_cert_valid",
    apply: Apply::Bare(|draft| {
        draft.packet.push(PacketCondition::CertificateValidity(Validity::Valid));
        Ok(())
    }),
};
pub(super) const NOT_BEFORE: Keyword = Keyword {
    name: "tls_cert_notbefore",
    apply: Apply::Value(|draft, value| time_is(draft, value, NumberId::TlsNotBefore)),
};
pub(super) const NOT_AFTER: Keyword = Keyword {
    name: "tls_cert_notafter",
    apply: Apply::Value(|draft, value| time_is(draft, value, NumberId::TlsNotAfter)),
};

fn time_is(draft: &mut Draft<'_>, value: Piece<'_>, number: NumberId) -> Result<(), Fault> {
    let value = unquoted(value)?.trimmed();
    let range = if let Some((first, last)) = value.text.split_once("<>") {
        (time(value, first)?, time(value, last)?)
    } else if let Some(last) = value.text.strip_prefix('<') {
        (0, time(value, last)?)
    } else if let Some(first) = value.text.strip_prefix('>') {
        (time(value, first)?, number.max())
    } else {
        let only = time(value, value.text)?;
        (only, only)
    };
    if range.0 > range.1 {
        return Err(Fault::error(value.span(), "the time ends before it begins"));
    }
    let test = NumberTest::Within(RangeSet::of([range]));
    draft.numbers.push(NumberCondition { number, test, which: Which::Any });
    Ok(())
}

/// Seconds since 1970.
fn time(value: Piece<'_>, text: &str) -> Result<u64, Fault> {
    seconds(text.trim()).ok_or_else(|| {
        Fault::error(value.span(), "this is not a time")
            .with_help("write `<2015`, `>2015-06-30 12:00:00` or `2015-01-01<>2016-01-01`")
    })
}

fn seconds(text: &str) -> Option<u64> {
    const LEAST: [u64; 6] = [0, 1, 1, 0, 0, 0];
    const MOST: [u64; 6] = [9999, 12, 31, 23, 59, 60];
    const SEPARATORS: [&[char]; 6] = [&['-'], &['-'], &[' ', 'T'], &[':'], &[':'], &[]];
    let mut parts = LEAST;
    let mut rest = Some(text);
    for (at, part) in parts.iter_mut().enumerate() {
        let Some(text) = rest else { break };
        let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (digits, behind) = text.split_at(end);
        *part = digits.parse().ok().filter(|number| (LEAST[at]..=MOST[at]).contains(number))?;
        rest = match behind.strip_prefix(SEPARATORS[at]) {
            Some(more) => Some(more),
            None if behind.is_empty() => None,
            None => return None,
        };
    }
    let [year, month, day, hour, minute, second] = parts;
    let days = days_since_1970(year.checked_sub(1970)? + 1970, month, day)?;
    (rest.is_none()).then_some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days of the Gregorian calendar; none for those that do not exist.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |month: u64| match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(is_leap(year)),
        _ => 31,
    };
    let years: u64 = (1970..year).map(|year| 365 + u64::from(is_leap(year))).sum();
    (day <= length(month)).then(|| years + (1..month).map(length).sum::<u64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        for (text, expected) in [
            ("1970", Some(0)),
            ("2015", Some(1_420_070_400)),
            ("2016-02-29", Some(1_456_704_000)),
            ("2016-07-20 15:40:00", Some(1_469_029_200)),
            ("2016-07-20T15:40", Some(1_469_029_200)),
            ("2015-02-29", None),
            ("2015-13", None),
            ("2015-", None),
            ("1969", None),
            ("15:40", None),
            ("2016-07-20 15:40:00 ", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
