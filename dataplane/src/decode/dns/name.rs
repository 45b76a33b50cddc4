//! Names (RFC 1035 §4.1.4): labels, and pointers to where the rest of a name stands.

/// The longest name on the wire (RFC 1035 §2.3.4); as text it is two bytes shorter.
const MAX_WIRE: usize = 255;

/// How many pointers a name may follow: as many as a name can have labels. Compression never needs more, and a circle
/// needs no other test.
const MAX_POINTERS: u32 = 127;

/// Why a name can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameFault {
    /// It leaves the message, or has a label of an unknown kind.
    Malformed,
    /// It follows more pointers than it may.
    Loop,
}

/// Whether a name is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// It is longer than allowed; the front of it is there.
    Cut,
}

/// A name as text: labels with dots between, the bytes of labels as they are; nothing for the root.
#[derive(Clone, Debug)]
pub(super) struct Name {
    text: [u8; MAX_WIRE],
    len: usize,
}

impl Name {
    pub(super) const fn new() -> Name {
        Name { text: [0; MAX_WIRE], len: 0 }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or(&[])
    }

    /// Reads the name at `start`, in place of what is there. Gives where the name ends, which with a pointer is behind
    /// the first of them.
    pub(super) fn read(&mut self, message: &[u8], start: usize) -> Result<(usize, Extent), NameFault> {
        self.len = 0;
        let mut extent = Extent::Whole;
        let mut at = start;
        let mut end = None;
        let mut pointers = 0;
        loop {
            let &first = message.get(at).ok_or(NameFault::Malformed)?;
            match first >> 6 {
                0b00 if first == 0 => return Ok((end.unwrap_or(at + 1), extent)),
                0b00 => {
                    let label =
                        message.get(at + 1..at + 1 + usize::from(first)).ok_or(NameFault::Malformed)?;
                    at += 1 + label.len();
                    if extent == Extent::Whole && !self.push(label) {
                        extent = Extent::Cut;
                    }
                }
                0b11 => {
                    let &second = message.get(at + 1).ok_or(NameFault::Malformed)?;
                    let end = *end.get_or_insert(at + 2);
                    if extent == Extent::Cut {
                        return Ok((end, extent));
                    }
                    pointers += 1;
                    if pointers > MAX_POINTERS {
                        return Err(NameFault::Loop);
                    }
                    at = usize::from(u16::from_be_bytes([first & 0x3f, second]));
                }
                _ => return Err(NameFault::Malformed),
            }
            if let (Extent::Cut, Some(end)) = (extent, end) {
                return Ok((end, extent));
            }
        }
    }

    /// Appends a label; false where the name would be too long. On the wire a name has a length for each label and the
    /// root, so that the text may have two bytes less.
    fn push(&mut self, label: &[u8]) -> bool {
        let dot = usize::from(self.len > 0);
        let end = self.len + dot + label.len();
        if end + 2 > MAX_WIRE {
            return false;
        }
        if let Some(place) = self.text.get_mut(self.len).filter(|_| dot > 0) {
            *place = b'.';
        }
        if let Some(place) = self.text.get_mut(self.len + dot..end) {
            place.copy_from_slice(label);
        }
        self.len = end;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &[u8], start: usize) -> Result<(String, usize, Extent), NameFault> {
        let mut name = Name::new();
        let (end, extent) = name.read(message, start)?;
        Ok((String::from_utf8_lossy(name.as_bytes()).into_owned(), end, extent))
    }

    #[test]
    fn names_are_labels_and_pointers() {
        let message = b"\x03www\x07example\x03com\0\x04mail\xc0\x04\xc0\x11\0";
        let whole = |text: &str, end| Ok((text.to_owned(), end, Extent::Whole));
        assert_eq!(read(message, 0), whole("www.example.com", 17));
        assert_eq!(read(message, 17), whole("mail.example.com", 24));
        assert_eq!(read(message, 24), whole("mail.example.com", 26));
        assert_eq!(read(message, 26), whole("", 27));
    }

    #[test]
    fn names_that_go_wrong_say_how() {
        let cases: [(&[u8], NameFault); 7] = [
            (b"", NameFault::Malformed),
            (b"\x03ww", NameFault::Malformed),
            (b"\x03www", NameFault::Malformed),
            (b"\xc0", NameFault::Malformed),
            (b"\x41x\0", NameFault::Malformed),
            (b"\xc0\0", NameFault::Loop),
            (b"\xc0\x02\xc0\0", NameFault::Loop),
        ];
        for (message, fault) in cases {
            assert_eq!(read(message, 0), Err(fault), "{message:02x?}");
        }
        // A circle with labels in it ends where the name is too long.
        assert_eq!(read(b"\x01a\xc0\0", 0).map(|(text, ..)| text.len()), Ok(253));
    }

    #[test]
    fn a_name_may_have_255_bytes_on_the_wire() {
        let label = [&[49][..], &[b'x'; 49]].concat();
        let longest = [&label.repeat(5)[..], b"\x03abc\0"].concat();
        assert_eq!(longest.len(), 255);
        assert_eq!(
            read(&longest, 0).map(|(text, end, extent)| (text.len(), end, extent)),
            Ok((253, 255, Extent::Whole))
        );
        let longer = [&label.repeat(5)[..], b"\x04abcd\0"].concat();
        assert_eq!(
            read(&longer, 0).map(|(text, end, extent)| (text.len(), end, extent)),
            Ok((249, 256, Extent::Cut))
        );
    }
}
