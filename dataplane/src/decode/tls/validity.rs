//! Reads the times of a certificate (RFC 5280 §4.1.2.5).

use super::der::{Element, tag};

/// Seconds since 1970 of a UTCTime `YYMMDDHHMMSSZ` or a GeneralizedTime `YYYYMMDDHHMMSSZ`; `None` for what is neither,
/// and for days and hours that do not exist.
pub(super) fn seconds(time: Element<'_>) -> Option<i64> {
    let (year, rest) = match time.tag {
        tag::UTC_TIME => {
            let (year, rest) = number(time.contents, 2)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        tag::GENERALIZED_TIME => number(time.contents, 4)?,
        _ => return None,
    };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest, 2)?;
    let (second, rest) = number(rest, 2)?;
    let exists = (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    (exists && rest == b"Z")
        .then(|| days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn number(digits: &[u8], count: usize) -> Option<(i64, &[u8])> {
    let (digits, rest) = digits.split_at_checked(count)?;
    let number = digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))?;
    Some((number, rest))
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + is_leap(year) as i64,
        _ => 31,
    }
}

/// The days of the proleptic Gregorian calendar, counted from March so that the leap day comes last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    const DAYS_TO_1970: i64 = 719_468;
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month <= 2 { month + 9 } else { month - 3 };
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (month * 153 + 2) / 5
        + day
        - 1
        - DAYS_TO_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        let cases: [(u8, &[u8], Option<i64>); 11] = [
            (tag::UTC_TIME, b"700101000000Z", Some(0)),
            (tag::UTC_TIME, b"491231235959Z", Some(2_524_607_999)),
            (tag::UTC_TIME, b"500101000000Z", Some(-631_152_000)),
            (tag::UTC_TIME, b"240229120000Z", Some(1_709_208_000)),
            (tag::GENERALIZED_TIME, b"20000301000000Z", Some(951_868_800)),
            (tag::GENERALIZED_TIME, b"99991231235959Z", Some(253_402_300_799)),
            (tag::UTC_TIME, b"230229120000Z", None),
            (tag::UTC_TIME, b"241301000000Z", None),
            (tag::UTC_TIME, b"2401010000Z", None),
            (tag::UTC_TIME, b"240101000000+0100", None),
            (tag::INTEGER, b"240101000000Z", None),
        ];
        for (tag, contents, expected) in cases {
            assert_eq!(seconds(Element { tag, contents }), expected, "{}", String::from_utf8_lossy(contents));
        }
    }
}
