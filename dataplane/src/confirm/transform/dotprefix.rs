//! `dotprefix`: puts a dot before the value, so that `.example.com` means the domain and all below it.

use super::output::Output;

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    out.push(b'.');
    out.extend(bytes);
}
