//! `domain` and `tld`: parts of a host name by the Public Suffix List. A name that has no such part stays.

use super::output::Output;

pub(super) fn domain(bytes: &[u8], out: &mut Output<'_>) {
    out.extend(psl::domain(bytes).map_or(bytes, |domain| domain.as_bytes()));
}

pub(super) fn top_level_domain(bytes: &[u8], out: &mut Output<'_>) {
    out.extend(psl::suffix(bytes).map_or(bytes, |suffix| suffix.as_bytes()));
}
