//! Finds the operators of pgvector in a statement: `<->`, `<=>`, `<#>`, `<+>`, and `<~>` and `<%>` of bit strings.
//!
//! An operator is as long as there are characters of operators, so that `<->` is not found in `<<->` or `<->>`, which are
//! others'. Quotes and comments are not looked at: rows that are taken for documents in vain do no harm.

use memchr::memchr;

/// Looks for distances in a statement that comes in pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Distances {
    /// The operator that is being read, as far as four characters.
    run: [u8; 4],
    len: usize,
    /// Whether something else comes before it that belongs to it.
    is_joined: bool,
    /// Whether the last byte may be the beginning of an operator.
    is_after_operator: bool,
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

impl Distances {
    /// Takes a piece; returns whether a distance ends in it.
    pub fn find(&mut self, bytes: &[u8]) -> bool {
        let (mut rest, mut found) = (bytes, false);
        while !rest.is_empty() {
            if self.len == 0 {
                let Some(at) = memchr(b'<', rest) else { break };
                let before = at.checked_sub(1).and_then(|before| rest.get(before));
                self.is_joined = before.map_or(self.is_after_operator, |&byte| is_operator(byte));
                rest = rest.get(at..).unwrap_or_default();
            }
            let count = rest.iter().take_while(|&&byte| is_operator(byte)).count();
            for &byte in rest.iter().take(count) {
                if let Some(slot) = self.run.get_mut(self.len) {
                    *slot = byte;
                    self.len += 1;
                }
            }
            if count == rest.len() {
                break;
            }
            found |= !self.is_joined && self.is_distance();
            self.len = 0;
            rest = rest.get(count..).unwrap_or_default();
        }
        if let Some(&last) = bytes.last() {
            self.is_after_operator = is_operator(last);
        }
        found
    }

    fn is_distance(&self) -> bool {
        matches!(self.run.get(..self.len), Some([b'<', b'-' | b'=' | b'#' | b'+' | b'~' | b'%', b'>']))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_are_told_from_other_operators() {
        for (statement, is_there) in [
            ("select a from t order by v <-> $1", true),
            ("order by v<=>'[1]' limit 1", true),
            ("v <#> $1", true),
            ("v OPERATOR(public.<+>) x", true),
            ("b <~> x", true),
            ("b <%> x", true),
            ("v <-> ", true),
            ("a << b", false),
            ("a <<-> b", false),
            ("a <->> b", false),
            ("a -<-> b", false),
            ("a <> b, a <= b, a <=> ", true),
            ("a <- > b", false),
            ("a < - > b", false),
            ("", false),
        ] {
            assert_eq!(Distances::default().find(statement.as_bytes()), is_there, "{statement}");
            let mut cut = Distances::default();
            let found = statement.as_bytes().iter().fold(false, |found, byte| found | cut.find(&[*byte]));
            assert_eq!(found, is_there, "{statement} byte by byte");
        }
    }

    proptest! {
        #[test]
        fn cuts_don_t_matter(statement in "[<>a=-]{0,20}", at in any::<prop::sample::Index>()) {
            let bytes = statement.as_bytes();
            let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
            let mut cut = Distances::default();
            let found = cut.find(first) | cut.find(second);
            prop_assert_eq!(found, Distances::default().find(bytes));
        }
    }
}
