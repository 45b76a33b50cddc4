//! Tells formats apart by the first bytes.
//!
//! Signatures are looked for first. Pickles of the old protocols, and protobuf, have none: there the decoder itself
//! finds out, and says nothing if it was wrong.

use super::pickle;

/// What the first bytes may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pickle,
    Zip,
    Tar,
    Gzip,
    Zlib,
    Safetensors,
    Gguf,
    Numpy,
    Hdf5,
    Protobuf,
    /// The configuration of a Keras model; looked for in archives only.
    Json,
}

/// What the bytes that there are say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// More of them are needed.
    More,
    /// It is none of these.
    No,
    Is(Kind),
}

/// Where the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It comes by itself.
    Alone,
    /// It is in an archive.
    Archive,
}

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Part,
    Whole,
}

const SIGNATURES: [(&[u8], Kind); 5] = [
    (b"PK\x03\x04", Kind::Zip),
    (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (b"\x93NUMPY", Kind::Numpy),
    (b"GGUF", Kind::Gguf),
    (b"\x1f\x8b\x08", Kind::Gzip),
];
/// Bytes after which all but a tar archive are told apart.
const ENOUGH: usize = 10;
/// The name of the first member of a tar archive, and its mode.
const TAR_NAME: usize = 100;
const TAR_MODE_END: usize = 108;
/// Bytes of the header of a safetensors file that its format allows. Longer ones are looked at to be reported.
const SAFETENSORS_LONGEST: u64 = 1 << 40;
const SAFETENSORS_MOST: u64 = 100_000_000;

/// Guesses from all bytes so far.
pub(super) fn recognise(bytes: &[u8], place: Place, extent: Extent) -> Guess {
    let Some(&first) = bytes.first() else {
        return if extent == Extent::Part { Guess::More } else { Guess::No };
    };
    if bytes.len() < ENOUGH && extent == Extent::Part {
        return Guess::More;
    }
    if let Some(&(_, kind)) = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        return Guess::Is(kind);
    }
    if is_safetensors(bytes) {
        return Guess::Is(Kind::Safetensors);
    }
    match tar(bytes) {
        Guess::More if extent == Extent::Part => return Guess::More,
        Guess::Is(kind) => return Guess::Is(kind),
        _ => {}
    }
    match (first, bytes.get(1).copied().unwrap_or_default()) {
        (b'x', 0x01 | 0x5e | 0x9c | 0xda) => Guess::Is(Kind::Zlib),
        // ModelProto begins with a version or a name, SavedModel with a version.
        (0x08 | 0x12 | 0x1a | 0x3a, _) => Guess::Is(Kind::Protobuf),
        (b'{', _) if place == Place::Archive => Guess::Is(Kind::Json),
        (0x80, 6..) => Guess::No,
        _ if pickle::can_begin(first) => Guess::Is(Kind::Pickle),
        _ => Guess::No,
    }
}

/// The length of a header that begins with a brace (the format's "8 bytes: N, an unsigned little-endian 64-bit
/// integer").
fn is_safetensors(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else { return false };
    let length = u64::from_le_bytes(*length);
    let is_object = match rest {
        [b'{', b'"', ..] => true,
        [b'{', b'}' | b' ' | b'\n' | b'\r' | b'\t', ..] => length <= SAFETENSORS_MOST,
        _ => false,
    };
    is_object && (2..SAFETENSORS_LONGEST).contains(&length)
}

/// The first header of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"): a name, zeros up to its end, and
/// a mode in octal.
fn tar(bytes: &[u8]) -> Guess {
    let name = bytes.get(..TAR_NAME).unwrap_or(bytes);
    let end = name.iter().position(|&octet| octet == 0).unwrap_or(name.len());
    let (text, padding) = name.split_at_checked(end).unwrap_or_default();
    // What most bodies begin with, and old pickles, and no name does: no more of them has to be held.
    let is_body = matches!(text.first(), None | Some(b'<' | b'{' | b'[' | b'"' | 0x80..=0xbf));
    let is_name = !is_body && text.iter().all(|octet| !octet.is_ascii_control());
    if !is_name || padding.iter().any(|&octet| octet != 0) {
        return Guess::No;
    }
    let Some(mode) = bytes.get(TAR_NAME..TAR_MODE_END) else { return Guess::More };
    let octal = mode.iter().all(|octet| matches!(octet, b'0'..=b'7' | b' ' | 0));
    if octal && mode.iter().any(u8::is_ascii_digit) { Guess::Is(Kind::Tar) } else { Guess::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes() {
        let tar = {
            let mut header = vec![0; 512];
            header[..6].copy_from_slice(b"pickle");
            header[100..108].copy_from_slice(b"0000644\0");
            header
        };
        for (bytes, expected) in [
            (&b"<!DOCTYPE html><html><head><title>x</title></head><body>a long page that goes on</body></html>"[..],
                Guess::No),
            (b"\x80\x04\x95\x11\0\0\0\0\0\0\0", Guess::Is(Kind::Pickle)),
            (b"\x80\x77 binary, but none", Guess::No),
            (b"cposix\nsystem\n", Guess::Is(Kind::Pickle)),
            (b"PK\x03\x04\x14\0\0\0\0\0", Guess::Is(Kind::Zip)),
            (b"\x28\0\0\0\0\0\0\0{}", Guess::Is(Kind::Safetensors)),
            (b"GGUF\x03\0\0\0\0\0", Guess::Is(Kind::Gguf)),
            (b"\x08\x07\x12\x07pytorch", Guess::Is(Kind::Protobuf)),
            (b"{\"a\": 1}\n\n", Guess::No),
            (b"cpo", Guess::More),
            (&tar, Guess::Is(Kind::Tar)),
        ] {
            assert_eq!(recognise(bytes, Place::Alone, Extent::Part), expected, "{bytes:?}");
        }
        assert_eq!(recognise(b"{\"module\": 1}\n", Place::Archive, Extent::Part), Guess::Is(Kind::Json));
        assert_eq!(recognise(b"N.", Place::Alone, Extent::Whole), Guess::Is(Kind::Pickle));
    }
}
