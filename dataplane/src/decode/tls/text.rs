//! Text from the wire, kept for events: bounded, and without an allocation of its own once it has grown.

use std::borrow::Cow;

/// Bytes of a value, the first [`Text::LIMIT`] of them. They need not be UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    bytes: Vec<u8>,
    cut: bool,
}

impl Text {
    /// The most that is kept, in bytes. Rules see values whole; this is what events show.
    pub const LIMIT: usize = 1024;

    /// The bytes that are kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same as characters, with `U+FFFD` for what is not UTF-8.
    pub fn to_str(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether the value was longer than what is kept.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn set(&mut self, value: &[u8]) {
        self.clear();
        self.cut = value.len() > Text::LIMIT;
        self.bytes.extend_from_slice(value.get(..Text::LIMIT).unwrap_or(value));
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.cut = false;
    }
}

/// Several values in a row, the first of them up to [`TextList::LIMIT`] bytes together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList {
    bytes: Vec<u8>,
    ends: Vec<u16>,
    cut: bool,
}

impl TextList {
    /// The most that is kept, in bytes.
    pub const LIMIT: usize = 2048;
    /// The most values that are kept.
    pub const VALUES: usize = 64;

    /// The values that are kept, in the order of the wire.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(self.ends.iter())
            .filter_map(|(start, &end)| self.bytes.get(usize::from(start)..usize::from(end)))
    }

    /// How many values are kept.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether there were values that are not kept.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Keeps a value whole, or not at all.
    pub(super) fn push(&mut self, value: &[u8]) {
        let end = self.bytes.len() + value.len();
        if end > TextList::LIMIT || self.ends.len() >= TextList::VALUES {
            self.cut = true;
            return;
        }
        self.bytes.extend_from_slice(value);
        self.ends.push(end as u16);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_the_front_and_says_so() {
        let mut text = Text::default();
        text.set(&[b'x'; Text::LIMIT + 1]);
        assert_eq!((text.as_bytes().len(), text.is_cut()), (Text::LIMIT, true));
        text.set(b"\xff.example");
        assert_eq!((&*text.to_str(), text.is_cut()), ("\u{fffd}.example", false));
    }

    #[test]
    fn a_list_keeps_whole_values_only() {
        let mut list = TextList::default();
        list.push(b"h2");
        list.push(b"");
        list.push(&[0; TextList::LIMIT]);
        list.push(b"http/1.1");
        assert_eq!(list.iter().collect::<Vec<_>>(), [&b"h2"[..], b"", b"http/1.1"]);
        assert!(list.is_cut());
        for _ in 0..2 * TextList::VALUES {
            list.push(b"");
        }
        assert_eq!(list.len(), TextList::VALUES);
    }
}
