//! Literals, prepared for being searched for.

use memchr::memmem::Finder;
use weir_rules::signature::Case;

/// Bytes to search for.
#[derive(Clone, Debug)]
pub(super) enum Literal {
    /// As they are.
    Exact(Box<Finder<'static>>),
    /// With ASCII letters in either case.
    Folded(Folded),
}

impl Literal {
    pub(super) fn new(bytes: &[u8], case: Case) -> Literal {
        let has_letters = bytes.iter().any(u8::is_ascii_alphabetic);
        match case {
            Case::Insensitive if has_letters => Literal::Folded(Folded::new(bytes)),
            _ => Literal::Exact(Box::new(Finder::new(bytes).into_owned())),
        }
    }

    /// Bytes of the literal.
    #[inline]
    pub(super) fn len(&self) -> usize {
        match self {
            Literal::Exact(finder) => finder.needle().len(),
            Literal::Folded(folded) => folded.bytes.len(),
        }
    }

    /// Where it is first.
    #[inline]
    pub(super) fn find(&self, haystack: &[u8]) -> Option<usize> {
        match self {
            Literal::Exact(finder) => finder.find(haystack),
            Literal::Folded(folded) => folded.find(haystack),
        }
    }

    /// Whether it is all of `bytes`.
    #[inline]
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Literal::Exact(finder) => finder.needle() == bytes,
            Literal::Folded(folded) => folded.bytes.eq_ignore_ascii_case(bytes),
        }
    }

    /// Bytes that are compared in the worst case, for a haystack of so many.
    #[inline]
    pub(super) fn cost(&self, haystack: usize) -> usize {
        match self {
            Literal::Exact(_) => haystack,
            Literal::Folded(folded) => haystack.saturating_mul(folded.bytes.len().div_ceil(32)),
        }
    }
}

/// Bytes whose letters match in either case: found by their rarest byte, then compared.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    bytes: Box<[u8]>,
    /// Where the rarest byte is.
    rare_at: usize,
    /// That byte in both cases.
    rare: [u8; 2],
}

impl Folded {
    fn new(bytes: &[u8]) -> Folded {
        let rank = |byte: u8| match byte.to_ascii_lowercase() {
            b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 9,
            b' ' | b'/' | b'.' | b'-' | b'=' | b'"' | 0 => 8,
            b'h' | b'l' | b'd' | b'c' | b'u' | b'm' | b'p' => 7,
            b'0'..=b'9' | b':' | b'\r' | b'\n' => 6,
            b'f' | b'g' | b'w' | b'y' | b'b' | b'v' => 4,
            b'k' | b'x' | b'j' | b'q' | b'z' => 2,
            _ => 3,
        };
        let rarest = bytes.iter().enumerate().min_by_key(|&(_, &byte)| rank(byte));
        let (rare_at, byte) = rarest.map_or((0, 0), |(at, &byte)| (at, byte));
        Folded { bytes: bytes.into(), rare_at, rare: [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] }
    }

    fn find(&self, haystack: &[u8]) -> Option<usize> {
        let last_start = haystack.len().checked_sub(self.bytes.len())?;
        let places = haystack.get(self.rare_at..=self.rare_at + last_start)?;
        let [lower, upper] = self.rare;
        memchr::memchr2_iter(lower, upper, places).find(|&start| {
            haystack.get(start..start + self.bytes.len()).is_some_and(|b| b.eq_ignore_ascii_case(&self.bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_loop_finds(
            needle in prop::collection::vec(prop::sample::select(b"aAbBk-".to_vec()), 1..5),
            haystack in prop::collection::vec(prop::sample::select(b"aAbBkK-".to_vec()), 0..40),
            folded: bool,
        ) {
            let case = if folded { Case::Insensitive } else { Case::Sensitive };
            let same = |bytes: &[u8]| if folded { bytes.eq_ignore_ascii_case(&needle) } else { bytes == needle };
            let expected = haystack.windows(needle.len()).position(same);
            let literal = Literal::new(&needle, case);
            prop_assert_eq!(literal.find(&haystack), expected);
            prop_assert_eq!(literal.is(&haystack), same(&haystack));
        }
    }
}
