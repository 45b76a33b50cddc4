//! The headers of ZIP archives (PKWARE APPNOTE.TXT 6.3.10, §4.3 and §4.5).

/// A local file header, without its signature (§4.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub flags: u16,
    pub method: u16,
    pub compressed: u64,
    pub name: usize,
    pub extra: usize,
}

/// A file header of the central directory, without its signature (§4.3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Central {
    pub name: usize,
    pub extra: usize,
    pub comment: usize,
    /// Where the local header is.
    pub offset: u64,
    /// How many numbers of the extra field come before the offset, if it is there.
    large_before: usize,
}

/// A number that says that the number is in the extra field.
const LARGE: u32 = u32::MAX;
/// The extra field with large numbers (§4.5.3).
const ZIP64: u16 = 1;

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

impl Local {
    pub const LEN: usize = 26;

    pub fn parse(bytes: &[u8]) -> Local {
        Local {
            flags: u16_at(bytes, 2),
            method: u16_at(bytes, 4),
            compressed: u64::from(u32_at(bytes, 14)),
            name: usize::from(u16_at(bytes, 22)),
            extra: usize::from(u16_at(bytes, 24)),
        }
    }

    /// With the sizes of the extra field, if the header says that they are there.
    pub fn with_extra(mut self, extra: &[u8]) -> Local {
        if self.compressed == u64::from(LARGE)
            // The size of the original comes first.
            && let Some(size) = zip64(extra, 1)
        {
            self.compressed = size;
        }
        self
    }
}

impl Central {
    pub const LEN: usize = 42;

    pub fn parse(bytes: &[u8]) -> Central {
        let large = |at| usize::from(u32_at(bytes, at) == LARGE);
        Central {
            name: usize::from(u16_at(bytes, 24)),
            extra: usize::from(u16_at(bytes, 26)),
            comment: usize::from(u16_at(bytes, 28)),
            offset: u64::from(u32_at(bytes, 38)),
            large_before: large(16) + large(20),
        }
    }

    /// Where the local header is, which may be in the extra field.
    pub fn offset(&self, extra: &[u8]) -> u64 {
        let large = self.offset == u64::from(LARGE);
        large.then(|| zip64(extra, self.large_before)).flatten().unwrap_or(self.offset)
    }
}

/// One of the numbers of the extra field that holds large ones.
fn zip64(extra: &[u8], index: usize) -> Option<u64> {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (id, len) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        let body = rest.get(4..)?;
        let (field, tail) = body.split_at_checked(len)?;
        if id == ZIP64 {
            return field.get(8 * index..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        }
        rest = tail;
    }
    None
}

/// The length of the data descriptor that these bytes begin with, without signature or with it, in either width
/// (§4.3.9): what follows it is the header of another member, or of the directory.
pub(super) fn descriptor(bytes: &[u8]) -> Option<usize> {
    let follows = |len: usize| matches!(bytes.get(len..len + 4), Some(b"PK\x03\x04" | b"PK\x01\x02"));
    let signed = bytes.starts_with(b"PK\x07\x08");
    let lengths = if signed { [16, 24] } else { [12, 20] };
    lengths.into_iter().find(|&len| follows(len))
}

/// Whether these bytes are a data descriptor with a signature, for so many bytes that were stored.
pub(super) fn describes(bytes: &[u8], stored: u64) -> Option<usize> {
    let wide = |at: usize| bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    if u64::from(u32_at(bytes, 8)) == stored && u64::from(u32_at(bytes, 12)) == stored {
        return Some(16);
    }
    (wide(8) == Some(stored) && wide(16) == Some(stored)).then_some(24)
}
