//! `pcrexform`: the first group of an expression, or its whole match. A value that it does not match stays.

use super::output::Output;
use crate::confirm::limits::Counters;
use crate::confirm::regex::{Expression, Runner};

pub(super) fn apply(
    expression: &Expression,
    bytes: &[u8],
    out: &mut Output<'_>,
    runner: &mut Runner,
    counters: &mut Counters,
) {
    let Ok(Some(found)) = expression.find(bytes, 0, runner, counters) else { return out.extend(bytes) };
    let locations = runner.locations.get(expression.number as usize);
    let group = match expression.groups() {
        0 => Some((found.start, found.end)),
        _ => locations.and_then(|locations| locations.get(1)),
    };
    out.extend(group.and_then(|(start, end)| bytes.get(start..end)).unwrap_or_default());
}
