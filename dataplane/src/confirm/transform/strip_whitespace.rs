//! `strip_whitespace`: takes blanks out.

use super::output::Output;

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    for part in bytes.split(|&byte| is_blank(byte)) {
        out.extend(part);
    }
}

/// C's `isspace`.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
