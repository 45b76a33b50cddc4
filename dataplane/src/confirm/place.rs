//! Places in a value: where a condition starts and how far it may reach.

use weir_rules::signature::{Base, Operand};

use super::value::Value;
use super::variables::Variables;

/// The part of a value that a content may lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Where it may start.
    pub start: usize,
    /// Where it must have ended; at most the length of the value.
    pub end: usize,
    /// Whether the rule's window reaches beyond the bytes there are.
    pub beyond: bool,
}

impl Window {
    /// The window of `room` bytes at `from`, counted from `base`. `None` where a variable has no value.
    ///
    /// A negative distance is held at the start of the value; the room is counted from where it would have been.
    #[inline]
    pub(super) fn of(
        base: i64,
        from: Operand,
        room: Option<Operand>,
        len: usize,
        variables: &Variables,
    ) -> Option<Window> {
        let start = base.saturating_add(variables.place(from)?);
        let end = match room {
            Some(room) => start.saturating_add(variables.place(room)?),
            None => i64::MAX,
        };
        let clamp = |place: i64| usize::try_from(place.max(0)).unwrap_or(usize::MAX);
        Some(Window { start: clamp(start), end: clamp(end).min(len), beyond: clamp(end) > len })
    }
}

/// The place `offset` bytes from `base`; none where it is not in a value of `len` bytes, its end included, or a
/// variable has no value.
#[inline]
pub(super) fn at(base: i64, offset: Operand, len: usize, variables: &Variables) -> Option<usize> {
    let place = base.saturating_add(variables.place(offset)?);
    usize::try_from(place).ok().filter(|&place| place <= len)
}

/// The place from which `base` counts. The start is that of the first byte there was, which may be gone: then it lies before
/// the first that there is.
#[inline]
pub(super) fn origin(base: Base, previous: usize, value: Value<'_>) -> i64 {
    match base {
        Base::Start => -signed(value.skipped),
        Base::Previous => signed(previous),
    }
}

#[inline]
fn signed(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
