//! Integers with a prefix (RFC 7541 §5.1).

/// What became of reading something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    /// It was read, and so many bytes make it up.
    Done(T, usize),
    /// More bytes are needed.
    NeedMore,
    /// It is larger than anything that is allowed.
    TooLarge,
}

/// Bytes of an integer behind its prefix. Four of them hold 28 bits; more is of no use but to waste time.
const MAX_MORE: usize = 5;

/// Reads an integer whose first `prefix` bits (1 to 8) are the last ones of the first byte.
pub(super) fn integer(bytes: &[u8], prefix: u32) -> Read<u32> {
    let Some((&first, rest)) = bytes.split_first() else { return Read::NeedMore };
    let mask = ((1_u32 << prefix) - 1) as u8;
    let start = first & mask;
    if start < mask {
        return Read::Done(u32::from(start), 1);
    }
    let mut value = u64::from(mask);
    for (index, &byte) in rest.iter().enumerate().take(MAX_MORE) {
        value += u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return u32::try_from(value).map_or(Read::TooLarge, |value| Read::Done(value, index + 2));
        }
    }
    if rest.len() < MAX_MORE { Read::NeedMore } else { Read::TooLarge }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_rfc_and_limits() {
        // RFC 7541 appendix C.1.
        assert_eq!(integer(&[0b0110_1010], 5), Read::Done(10, 1));
        assert_eq!(integer(&[0b1111_1111, 0b1001_1010, 0b0000_1010], 5), Read::Done(1337, 3));
        assert_eq!(integer(&[42], 8), Read::Done(42, 1));
        assert_eq!(integer(&[], 8), Read::NeedMore);
        assert_eq!(integer(&[0x1f, 0x9a], 5), Read::NeedMore);
        assert_eq!(integer(&[0x7f, 0xff, 0xff, 0xff, 0xff, 0x7f], 7), Read::TooLarge);
        assert_eq!(integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x80], 7), Read::TooLarge);
        assert_eq!(integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x10], 7), Read::TooLarge);
        assert_eq!(integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x00], 7), Read::Done(127, 6));
    }
}
