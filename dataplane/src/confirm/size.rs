//! `bsize`: how many bytes a value has.

use weir_rules::signature::{NumberTest, Presence};

use super::value::Value;

/// Whether the value has the right size, whatever of it is still to come.
pub(super) fn holds(test: &NumberTest, value: Value<'_>) -> bool {
    let size = (value.skipped + value.len()) as u64;
    if value.extent.is_whole() {
        return test.matches(size);
    }
    // More bytes can only make it longer: it is right where all lengths from here are.
    match test {
        NumberTest::Within(set) => {
            set.ranges().last().is_some_and(|&(first, last)| first <= size && last == u64::MAX)
        }
        NumberTest::Mask { mask: 0, value, presence } => (*value == 0) == (*presence == Presence::Required),
        NumberTest::Mask { .. } => false,
    }
}
