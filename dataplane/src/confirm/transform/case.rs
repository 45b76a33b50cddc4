//! `to_lowercase` and `to_uppercase`: ASCII letters only.

use super::output::Output;

pub(super) fn to_lowercase(bytes: &[u8], out: &mut Output<'_>) {
    out.map(bytes, |byte| byte.to_ascii_lowercase());
}

pub(super) fn to_uppercase(bytes: &[u8], out: &mut Output<'_>) {
    out.map(bytes, |byte| byte.to_ascii_uppercase());
}
