//! `strip_pseudo_headers`: takes out lines that start with a colon (RFC 9113 §8.3).

use super::output::Output;

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if !line.starts_with(b":") {
            out.extend(line);
        }
    }
}
