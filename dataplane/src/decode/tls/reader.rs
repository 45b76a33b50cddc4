//! Reads the numbers and vectors of the presentation language (RFC 8446 §3) from a message.

/// What is left of a message. Every read that asks for more than there is gives `None` and takes nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(array)
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|&[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(|&bytes| u16::from_be_bytes(bytes))
    }

    /// A vector whose length is told in one byte: `opaque<0..2^8-1>`.
    pub(super) fn vector8(&mut self) -> Option<&'a [u8]> {
        self.counted(|reader| reader.u8().map(usize::from))
    }

    /// A vector whose length is told in two bytes: `opaque<0..2^16-1>`.
    pub(super) fn vector16(&mut self) -> Option<&'a [u8]> {
        self.counted(|reader| reader.u16().map(usize::from))
    }

    /// A vector whose length is told in three bytes: `opaque<0..2^24-1>`.
    pub(super) fn vector24(&mut self) -> Option<&'a [u8]> {
        self.counted(|reader| {
            reader.array().map(|&[a, b, c]| usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c))
        })
    }

    fn counted(&mut self, length: impl Fn(&mut Reader<'a>) -> Option<usize>) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let len = length(&mut ahead)?;
        let taken = ahead.take(len)?;
        *self = ahead;
        Some(taken)
    }
}

/// The 16-bit numbers of a vector; an odd byte at the end is left out.
pub(super) fn numbers(vector: &[u8]) -> impl Iterator<Item = u16> + Clone {
    vector.as_chunks::<2>().0.iter().map(|&pair| u16::from_be_bytes(pair))
}

/// Whether a number is one of those that clients strew in so that servers stay tolerant (RFC 8701 §2).
pub(super) const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_past_the_end_takes_nothing() {
        let mut reader = Reader::new(&[0, 3, 1, 2]);
        assert_eq!(reader.vector16(), None);
        assert_eq!(reader.u16(), Some(3));
        assert_eq!(reader.vector24(), None);
        assert_eq!(reader.vector8(), Some(&[2][..]));
        assert!(reader.is_empty());
    }

    #[test]
    fn grease_is_both_bytes_alike() {
        let grease: Vec<u16> = (0..=u16::MAX).filter(|&number| is_grease(number)).collect();
        assert_eq!(grease.len(), 16);
        assert_eq!(grease.first(), Some(&0x0a0a));
        assert_eq!(grease.last(), Some(&0xfafa));
        assert!(!is_grease(0x0a1a));
    }
}
