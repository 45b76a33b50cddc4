//! The record layer (RFC 8446 §5.1, RFC 6101 §5.2): cuts a direction's bytes into the fragments of records.

use super::anomaly::Anomaly;
use super::sslv2;

/// What a fragment may hold at most: 2^14 bytes, and 2,048 that compression and encryption may add (RFC 5246 §6.2.3).
const MAX_FRAGMENT: u16 = (1 << 14) + 2048;

/// The types of records (RFC 8446 §5.1, RFC 6520 §4), and the one message of SSL 2.0 that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordType {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
    Heartbeat,
    /// A hello in the shape of SSL 2.0; the fragment is what follows its version.
    Sslv2Hello(sslv2::Header),
}

/// A record's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub(super) kind: RecordType,
    pub(super) length: u16,
}

impl RecordHeader {
    fn parse(bytes: [u8; 5], place: Place) -> Result<RecordHeader, Anomaly> {
        let [kind, major, minor, high, low] = bytes;
        if place == Place::First && kind & 0x80 != 0 {
            let (header, length) = sslv2::Header::parse(bytes)?;
            return Ok(RecordHeader { kind: RecordType::Sslv2Hello(header), length });
        }
        let kind = match (kind, place) {
            (20, _) => RecordType::ChangeCipherSpec,
            (21, _) => RecordType::Alert,
            (22, _) => RecordType::Handshake,
            (23, _) => RecordType::ApplicationData,
            (24, _) => RecordType::Heartbeat,
            (_, Place::First) => return Err(Anomaly::InvalidTlsHeader),
            (_, Place::Later) => return Err(Anomaly::InvalidRecordType),
        };
        if major != 3 || minor > 4 {
            return Err(Anomaly::InvalidRecordVersion);
        }
        let length = u16::from_be_bytes([high, low]);
        // RFC 8446 §5.1: zero-length fragments of these types MUST NOT be sent.
        let may_be_empty = kind == RecordType::ApplicationData;
        if length > MAX_FRAGMENT || length == 0 && !may_be_empty {
            return Err(Anomaly::InvalidRecordLength);
        }
        Ok(RecordHeader { kind, length })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    First,
    Later,
}

/// A piece of the record layer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A header is complete.
    Header(RecordHeader),
    /// Bytes of the fragment whose header came last; never empty.
    Fragment(&'a [u8]),
}

/// Where a direction stands in its record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Records {
    header: [u8; 5],
    have: u8,
    left: u16,
    place: Place,
}

impl Records {
    /// The next piece, which is taken from the front of `bytes`; `None` where that takes more bytes.
    pub(super) fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Result<Piece<'a>, Anomaly>> {
        if self.left > 0 {
            return self.fragment(bytes);
        }
        while usize::from(self.have) < self.header.len() {
            let (&byte, rest) = bytes.split_first()?;
            *self.header.get_mut(usize::from(self.have))? = byte;
            self.have += 1;
            *bytes = rest;
        }
        self.have = 0;
        let header = RecordHeader::parse(self.header, self.place);
        self.place = Place::Later;
        self.left = header.map_or(0, |header| header.length);
        Some(header.map(Piece::Header))
    }

    fn fragment<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Result<Piece<'a>, Anomaly>> {
        let len = bytes.len().min(usize::from(self.left));
        let (piece, rest) = bytes.split_at_checked(len)?;
        *bytes = rest;
        self.left -= len as u16;
        (len > 0).then_some(Ok(Piece::Fragment(piece)))
    }

    /// Goes on behind `len` bytes that nobody saw; false where they were not all of one fragment.
    pub(super) fn skip(&mut self, len: u64) -> bool {
        match u16::try_from(len).ok().and_then(|len| self.left.checked_sub(len)) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_are_none_say_why() {
        let cases = [
            ([22, 3, 1, 0, 5], Place::First, Ok(RecordType::Handshake)),
            ([23, 3, 3, 0, 0], Place::Later, Ok(RecordType::ApplicationData)),
            ([23, 3, 3, 0x48, 0x00], Place::Later, Ok(RecordType::ApplicationData)),
            ([22, 3, 1, 0, 0], Place::First, Err(Anomaly::InvalidRecordLength)),
            ([23, 3, 3, 0x48, 0x01], Place::Later, Err(Anomaly::InvalidRecordLength)),
            ([22, 3, 5, 0, 5], Place::First, Err(Anomaly::InvalidRecordVersion)),
            ([22, 2, 0, 0, 5], Place::First, Err(Anomaly::InvalidRecordVersion)),
            (*b"GET /", Place::First, Err(Anomaly::InvalidTlsHeader)),
            (*b"GET /", Place::Later, Err(Anomaly::InvalidRecordType)),
            ([0x80, 46, 1, 3, 1], Place::Later, Err(Anomaly::InvalidRecordType)),
            ([0x80, 46, 9, 3, 1], Place::First, Err(Anomaly::InvalidSslv2Header)),
        ];
        for (bytes, place, expected) in cases {
            assert_eq!(RecordHeader::parse(bytes, place).map(|header| header.kind), expected, "{bytes:?}");
        }
    }
}
