//! `header_lowercase`: the names of headers in lower case, as HTTP/2 writes them; values stay.

use super::output::Output;

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let name = line.iter().position(|&byte| byte == b':').unwrap_or(0);
        let (name, value) = line.split_at(name);
        out.map(name, |byte| byte.to_ascii_lowercase());
        out.extend(value);
    }
}
