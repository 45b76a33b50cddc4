//! Messages in a stream: a type, a length, a body.

/// The longest message that PostgreSQL takes (`PQ_LARGE_MESSAGE_LIMIT`), in bytes.
const MAX_LENGTH: u32 = 0x3fff_ffff;

/// A piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'b> {
    pub kind: u8,
    pub bytes: &'b [u8],
    pub is_first: bool,
    pub is_last: bool,
}

/// A length that no message has: what follows can't be told apart any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadLength;

/// Where in a stream of messages a direction is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Framer {
    head: [u8; 5],
    have: usize,
    left: u32,
    is_within: bool,
    has_begun: bool,
}

impl Framer {
    /// Whether the next byte begins a message.
    pub fn is_between(&self) -> bool {
        !self.is_within && self.have == 0
    }

    /// Takes the next piece off the front; none where more bytes are needed.
    pub fn next<'b>(&mut self, bytes: &mut &'b [u8]) -> Result<Option<Piece<'b>>, BadLength> {
        if !self.is_within && !self.read_head(bytes)? {
            return Ok(None);
        }
        if bytes.is_empty() && self.left > 0 {
            return Ok(None);
        }
        let len = bytes.len().min(self.left as usize);
        let (piece, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        *bytes = rest;
        self.left -= len as u32;
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        self.is_within = self.left > 0;
        let [kind, ..] = self.head;
        Ok(Some(Piece { kind, bytes: piece, is_first, is_last: self.left == 0 }))
    }

    fn read_head(&mut self, bytes: &mut &[u8]) -> Result<bool, BadLength> {
        while let Some(slot) = self.head.get_mut(self.have) {
            let Some((&byte, rest)) = bytes.split_first() else { return Ok(false) };
            (*slot, *bytes) = (byte, rest);
            self.have += 1;
        }
        let [_, length @ ..] = self.head;
        let length = u32::from_be_bytes(length);
        self.left = length.checked_sub(4).filter(|_| length <= MAX_LENGTH).ok_or(BadLength)?;
        (self.have, self.is_within, self.has_begun) = (0, true, false);
        Ok(true)
    }

    /// Passes over bytes that are missing; false where they are not all within the body of one message.
    pub fn skip(&mut self, missing: u64) -> bool {
        match u32::try_from(missing) {
            // The end of a message has to be seen: it does what the message says.
            Ok(missing) if self.is_within && missing < self.left => {
                self.left -= missing;
                true
            }
            _ => false,
        }
    }
}
