//! The format of a file of the cache.
//!
//! ```text
//!  "weirhsdb" │ format u32 │ kind u32 │ key 32 bytes │ length u64 │ payload │ SHA-256 of all before
//! ```
//!
//! Numbers are little-endian. The key says whose contents it is, so a file under a wrong name is not taken; the checksum
//! tells damage. Neither is a defence against somebody who can write the file: that is what [`super::directory`] is for.

use sha2::{Digest, Sha256};

use super::patterns::ContentKey;

const MAGIC: &[u8; 8] = b"weirhsdb";
/// Changes with the format and with what the payload means.
const FORMAT: u32 = 1;
const HEAD: usize = 8 + 4 + 4 + 32 + 8;
const CHECKSUM: usize = 32;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Contents<B> {
    /// A database as Hyperscan serialises it.
    Database(B),
    /// Patterns that Hyperscan refuses, by position, and what it says of them.
    Refused(Vec<(u32, String)>),
}

/// The bytes of a file.
pub(super) fn encode(key: ContentKey, contents: &Contents<&[u8]>) -> Vec<u8> {
    let refused;
    let (kind, payload) = match contents {
        Contents::Database(bytes) => (0u32, *bytes),
        Contents::Refused(list) => {
            refused = encode_refused(list);
            (1, refused.as_slice())
        }
    };
    let mut file = Vec::with_capacity(HEAD + payload.len() + CHECKSUM);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&kind.to_le_bytes());
    file.extend_from_slice(&key.0);
    file.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    file.extend_from_slice(payload);
    let checksum = Sha256::digest(&file);
    file.extend_from_slice(&checksum);
    file
}

/// What a file holds; none where it is damaged, cut, or of other contents.
pub(super) fn decode(key: ContentKey, file: &[u8]) -> Option<Contents<&[u8]>> {
    let (body, checksum) = file.split_at_checked(file.len().checked_sub(CHECKSUM)?)?;
    let (head, payload) = body.split_at_checked(HEAD)?;
    let (magic, head) = head.split_first_chunk::<8>()?;
    let (format, head) = head.split_first_chunk::<4>()?;
    let (kind, head) = head.split_first_chunk::<4>()?;
    let (of, head) = head.split_first_chunk::<32>()?;
    let length = head.first_chunk::<8>()?;
    let is_ours = magic == MAGIC
        && u32::from_le_bytes(*format) == FORMAT
        && *of == key.0
        && u64::from_le_bytes(*length) == payload.len() as u64;
    if !is_ours || Sha256::digest(body).as_slice() != checksum {
        return None;
    }
    match u32::from_le_bytes(*kind) {
        0 => Some(Contents::Database(payload)),
        1 => decode_refused(payload).map(Contents::Refused),
        _ => None,
    }
}

fn encode_refused(list: &[(u32, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (pattern, message) in list {
        bytes.extend_from_slice(&pattern.to_le_bytes());
        bytes.extend_from_slice(&(message.len() as u32).to_le_bytes());
        bytes.extend_from_slice(message.as_bytes());
    }
    bytes
}

fn decode_refused(mut bytes: &[u8]) -> Option<Vec<(u32, String)>> {
    let mut list = Vec::new();
    while !bytes.is_empty() {
        let (pattern, rest) = bytes.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (message, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        list.push((u32::from_le_bytes(*pattern), String::from_utf8(message.to_vec()).ok()?));
        bytes = rest;
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: ContentKey = ContentKey([7; 32]);

    #[test]
    fn what_was_written_is_read() {
        let database = Contents::Database(b"bytes".as_slice());
        assert_eq!(decode(KEY, &encode(KEY, &database)), Some(database));
        let refused = Contents::Refused(vec![(3, "too large".to_owned()), (9, String::new())]);
        assert_eq!(decode(KEY, &encode(KEY, &refused)), Some(refused));
    }

    #[test]
    fn every_damage_is_seen() {
        let file = encode(KEY, &Contents::Database(b"bytes"));
        assert_eq!(decode(ContentKey([8; 32]), &file), None, "of other contents");
        for at in 0..file.len() {
            assert_eq!(decode(KEY, &file[..at]), None, "cut at {at}");
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert_eq!(decode(KEY, &damaged), None, "damaged at {at}");
        }
    }

    proptest! {
        #[test]
        fn no_file_does_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode(KEY, &bytes), None);
            // A checksum that is right does not make what it is over right.
            let _ = decode_refused(&bytes);
        }
    }
}
