//! Names of files that a model asks its loader to open.

/// Whether a path leads out of the folder that the model is in: it is absolute, has a drive, or goes up.
pub(super) fn leads_out(path: &[u8]) -> bool {
    let is_separator = |octet: &u8| matches!(octet, b'/' | b'\\');
    path.first().is_some_and(|octet| is_separator(octet) || *octet == b'~')
        || path.get(1) == Some(&b':')
        || path.windows(3).any(|three| three == b"://")
        || path.contains(&0)
        || path.split(is_separator).any(|part| part == b"..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, expected) in [
            (&b"weights.bin"[..], false),
            (b"sub/weights..bin", false),
            (b"../../etc/passwd", true),
            (b"sub/../../x", true),
            (b"/etc/passwd", true),
            (br"C:\x", true),
            (br"sub\..\x", true),
            (b"file:///etc/passwd", true),
        ] {
            assert_eq!(leads_out(path), expected, "{path:?}");
        }
    }
}
