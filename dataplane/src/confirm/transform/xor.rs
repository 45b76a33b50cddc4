//! `xor`: with a key, repeated.

use super::output::Output;

pub(super) fn apply(bytes: &[u8], key: &[u8], out: &mut Output<'_>) {
    if key.is_empty() {
        return out.extend(bytes);
    }
    for part in bytes.chunks(key.len()) {
        for (byte, key) in part.iter().zip(key) {
            out.push(byte ^ key);
        }
    }
}
