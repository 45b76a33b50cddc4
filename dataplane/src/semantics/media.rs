//! Images, audio and documents as base64 within a conversation: sized, and not told as text.

use crate::decode::Part;

/// Bytes in which a data URL (RFC 2397) says what it is.
const MAX_PREFIX: usize = 128;

/// Reads one value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Media {
    /// Characters of base64.
    characters: u64,
    /// Characters before the data, while it is not known whether there are any.
    before: usize,
    /// How it is written.
    written: Written,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Written {
    /// Nothing is there yet.
    #[default]
    Nothing,
    /// A URL, or what comes before the data in one.
    Prefix,
    /// Base64.
    Base64,
    /// Somewhere else: it is not sent along.
    Elsewhere,
}

impl Media {
    /// Takes a piece; returns how many bytes the whole is when its last is there.
    pub fn take(&mut self, piece: Part, bytes: &[u8]) -> Option<u64> {
        if piece.is_first() {
            *self = Media::default();
        }
        self.add(bytes);
        let is_last = piece.is_last();
        (is_last && self.written == Written::Base64).then_some(self.characters / 4 * 3)
    }

    fn add(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if self.written == Written::Nothing
            && let Some(first) = rest.first()
        {
            // `data:` and `https:`; base64 of images and audio begins with capitals, digits or a slash.
            self.written = if matches!(first, b'd' | b'h') { Written::Prefix } else { Written::Base64 };
        }
        if self.written == Written::Prefix {
            match rest.iter().position(|byte| *byte == b',') {
                Some(comma) => {
                    self.written = Written::Base64;
                    rest = rest.get(comma + 1..).unwrap_or_default();
                }
                None => {
                    self.before += rest.len();
                    if self.before > MAX_PREFIX {
                        self.written = Written::Elsewhere;
                    }
                }
            }
        }
        if self.written == Written::Base64 {
            self.characters += rest.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_sized_and_addresses_are_not() {
        let size = |text: &str| Media::default().take(Part::Whole, text.as_bytes());
        assert_eq!(size("data:image/png;base64,aGVsbG8gd29ybGQh"), Some(12));
        assert_eq!(size("iVBORw0KGgoAAAAN"), Some(12));
        assert_eq!(size("https://host.example/image.png"), None);
        let mut media = Media::default();
        assert_eq!(media.take(Part::Start, b"data:image/p"), None);
        assert_eq!(media.take(Part::Continue, b"ng;base64,aGVs"), None);
        assert_eq!(media.take(Part::End, b"bG8g"), Some(6));
    }
}
