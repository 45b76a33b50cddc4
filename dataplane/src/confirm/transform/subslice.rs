//! `subslice`: a part of the value. A negative offset counts from the end, and a negative length leaves so many bytes
//! out at the end.

use weir_rules::signature::Truncate;

use super::output::Output;

pub(super) fn apply(
    bytes: &[u8],
    offset: i32,
    length: Option<i32>,
    truncate: Truncate,
    out: &mut Output<'_>,
) {
    out.extend(part(bytes, offset, length, truncate).unwrap_or_default());
}

fn part(bytes: &[u8], offset: i32, length: Option<i32>, truncate: Truncate) -> Option<&[u8]> {
    let size = i64::try_from(bytes.len()).ok()?;
    let place = |number: i32| i64::from(number) + if number < 0 { size } else { 0 };
    let mut start = place(offset);
    let mut end = match length {
        None => size,
        Some(length) if length < 0 => place(length),
        Some(length) => start + i64::from(length),
    };
    if truncate == Truncate::Yes {
        start = start.max(0);
        end = end.min(size);
    }
    bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}
