//! Base64 for URLs (RFC 4648 §5), with or without padding, as DNS over HTTPS and `HTTP2-Settings` use it.

/// What `text` stands for; `None` if it is no Base64, or gives more than `max` bytes. The other alphabet is taken too,
/// for some clients use it.
pub(super) fn decode(text: &[u8], max: usize) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|&octet| octet != b'=').map_or(0, |last| last + 1);
    let text = text.get(..end)?;
    if text.len() / 4 * 3 > max || text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for &octet in text {
        bits = bits << 6 | u32::from(value(octet)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

fn value(octet: u8) -> Option<u8> {
    Some(match octet {
        b'A'..=b'Z' => octet - b'A',
        b'a'..=b'z' => octet - b'a' + 26,
        b'0'..=b'9' => octet - b'0' + 52,
        b'-' | b'+' => 62,
        b'_' | b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_padding() {
        assert_eq!(decode(b"AAMAAABkAARAAAAAAAIAAAAA", 99).map(|bytes| bytes.len()), Some(18));
        assert_eq!(decode(b"Zm8", 99).as_deref(), Some(&b"fo"[..]));
        assert_eq!(decode(b"Zm8=", 99).as_deref(), Some(&b"fo"[..]));
        assert_eq!(decode(b"-_-_", 99).as_deref(), Some(&[0xfb, 0xff, 0xbf][..]));
        assert_eq!(decode(b"", 99).as_deref(), Some(&b""[..]));
        for bad in [&b"Z"[..], b"Zm 8", b"Zm8=x"] {
            assert_eq!(decode(bad, 99), None);
        }
        assert_eq!(decode(b"AAAAAAAA", 5), None);
    }
}
