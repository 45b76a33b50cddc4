//! `compress_whitespace`: of a run of blanks the first stays.

use super::output::Output;
use super::strip_whitespace::is_blank;

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    for run in bytes.chunk_by(|&left, &right| is_blank(left) == is_blank(right)) {
        match run {
            [first, ..] if is_blank(*first) => out.push(*first),
            other => out.extend(other),
        }
    }
}
