//! Joins handshake messages, which records may cut anywhere (RFC 8446 §5.1), and passes over those that nobody asks for.

use super::config::TlsConfig;

/// The type of a handshake message (RFC 8446 §4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MessageType(pub(super) u8);

impl MessageType {
    pub(super) const CLIENT_HELLO: MessageType = MessageType(1);
    pub(super) const SERVER_HELLO: MessageType = MessageType(2);
    pub(super) const CERTIFICATE: MessageType = MessageType(11);

    /// Whether the type is assigned: those of TLS 1.0 to 1.3 and their extensions, and next protocol negotiation.
    const fn is_known(self) -> bool {
        matches!(self.0, 0..=6 | 8 | 11..=16 | 20..=25 | 67 | 254)
    }

    /// How long a message of this type may be to be looked at; `None` for those that are not.
    const fn limit(self, config: &TlsConfig) -> Option<u32> {
        match self {
            MessageType::CLIENT_HELLO | MessageType::SERVER_HELLO => Some(config.max_hello),
            MessageType::CERTIFICATE => Some(config.max_certificates),
            _ => None,
        }
    }
}

/// What a piece of a fragment led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A message lies whole in the fragment.
    Whole(MessageType, &'a [u8]),
    /// A message is complete in the buffer: see [`Messages::lend`].
    Gathered(MessageType),
    /// A message has begun that is passed over.
    PassedOver(MessageType),
    /// A message is too long to be looked at.
    TooLong,
    /// A message is none.
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Header,
    Kept,
    Skipped,
}

/// Where a direction stands in its handshake message.
#[derive(Debug, Default)]
pub(super) struct Messages {
    header: [u8; 4],
    have: u8,
    place: Place,
    left: u32,
    buffer: Vec<u8>,
}

impl Messages {
    /// Takes from the front of `bytes` until something has happened; `None` where all of it is taken.
    pub(super) fn next<'a>(&mut self, bytes: &mut &'a [u8], config: &TlsConfig) -> Option<Step<'a>> {
        loop {
            match self.place {
                Place::Header => {
                    if let Some(step) = self.read_header(bytes, config)? {
                        return Some(step);
                    }
                }
                Place::Skipped => {
                    self.take(bytes);
                    if self.left > 0 {
                        return None;
                    }
                    self.place = Place::Header;
                }
                Place::Kept => return self.gather(bytes),
            }
        }
    }

    /// `None` where the header takes more bytes, `Some(None)` where a message has begun.
    fn read_header<'a>(&mut self, bytes: &mut &'a [u8], config: &TlsConfig) -> Option<Option<Step<'a>>> {
        while usize::from(self.have) < self.header.len() {
            let (&byte, rest) = bytes.split_first()?;
            *self.header.get_mut(usize::from(self.have))? = byte;
            self.have += 1;
            *bytes = rest;
        }
        self.have = 0;
        let [_, a, b, c] = self.header;
        self.left = u32::from_be_bytes([0, a, b, c]);
        let kind = self.kind();
        self.place = Place::Skipped;
        if !kind.is_known() {
            return Some(Some(Step::Unknown));
        }
        match kind.limit(config) {
            Some(limit) if self.left > limit => return Some(Some(Step::TooLong)),
            Some(_) => self.place = Place::Kept,
            None => return Some(Some(Step::PassedOver(kind))),
        }
        Some(None)
    }

    fn gather<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Step<'a>> {
        let first = self.buffer.is_empty();
        let piece = self.take(bytes);
        let complete = self.left == 0;
        if complete {
            self.place = Place::Header;
        }
        if complete && first {
            return Some(Step::Whole(self.kind(), piece));
        }
        self.buffer.extend_from_slice(piece);
        complete.then(|| Step::Gathered(self.kind()))
    }

    fn take<'a>(&mut self, bytes: &mut &'a [u8]) -> &'a [u8] {
        let len = bytes.len().min(self.left as usize);
        let (piece, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        *bytes = rest;
        self.left -= len as u32;
        piece
    }

    const fn kind(&self) -> MessageType {
        MessageType(self.header[0])
    }

    /// Reads the next bytes as the body of a message whose header stood elsewhere.
    pub(super) fn expect(&mut self, kind: MessageType, length: u32) {
        self.header[0] = kind.0;
        self.left = length;
        self.place = Place::Kept;
    }

    /// Whether no message has begun.
    pub(super) fn is_between(&self) -> bool {
        self.have == 0 && self.place == Place::Header
    }

    /// Lends the buffer of a gathered message; it is to be given back.
    pub(super) fn lend(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }

    /// Takes the buffer back.
    pub(super) fn give_back(&mut self, buffer: Vec<u8>) {
        self.buffer = buffer;
        self.buffer.clear();
    }

    /// Forgets the message, and what memory is more than `keep`.
    pub(super) fn clear(&mut self, keep: usize) {
        self.buffer.clear();
        self.buffer.shrink_to(keep);
        self.have = 0;
        self.place = Place::Header;
        self.left = 0;
    }
}
