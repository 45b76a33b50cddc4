//! The elements of a set's file: a value, its reputation, and what else the file says of it.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use weir_rules::signature::{Base64Mode, DatasetFormat, DatasetKind, DatasetSource};

use super::{csv, json};
use crate::confirm::decode_base64;

/// The longest value.
const MAX_VALUE: usize = 64 << 10;

/// One element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The value, in the form that buffers have.
    pub value: Vec<u8>,
    /// Its reputation; 0 where the file gives none.
    pub reputation: u16,
    /// The element as JSON, for alerts.
    pub context: Option<Box<str>>,
}

/// What is wrong with a file, and at which bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Range<usize>,
    /// What.
    pub message: String,
    /// What would be right.
    pub help: &'static str,
}

/// Reads the text of a set's file; stops at the first element that can't be read.
///
/// # Errors
///
/// The text is not what the set's type and format say.
pub fn read(source: &DatasetSource, text: &str, each: &mut dyn FnMut(Element)) -> Result<(), Fault> {
    match source.format {
        DatasetFormat::Csv => csv::read(source.kind, text, each),
        DatasetFormat::Json => json::read_document(source, text, each),
        DatasetFormat::NdJson => json::read_lines(source, text, each),
    }
}

/// The lines of a text without what ends them, each with where it starts.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = next;
        next += line.len();
        (start, line.trim_ascii_end())
    })
}

/// A value as a file that is not JSON writes it: strings in Base64, digests in hexadecimal.
pub(super) fn value(kind: Option<DatasetKind>, text: &str) -> Result<Vec<u8>, &'static str> {
    match kind {
        None | Some(DatasetKind::String) => {
            let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
            decode_base64(text.as_bytes(), Base64Mode::Strict, MAX_VALUE, &mut bytes)
                .filter(|()| bytes.len() < MAX_VALUE)
                .map(|()| bytes)
                .ok_or("strings are written in Base64, padded, at most 64 KiB")
        }
        Some(kind) => plain(kind, text),
    }
}

/// A value as JSON writes it: strings as they are.
pub(super) fn plain(kind: DatasetKind, text: &str) -> Result<Vec<u8>, &'static str> {
    match kind {
        DatasetKind::String if text.len() < MAX_VALUE => Ok(text.as_bytes().to_vec()),
        DatasetKind::String => Err("a string has at most 64 KiB"),
        DatasetKind::Md5 => digest(text, 16).ok_or("an MD5 digest is written with 32 hexadecimal digits"),
        DatasetKind::Sha256 => {
            digest(text, 32).ok_or("a SHA-256 digest is written with 64 hexadecimal digits")
        }
        DatasetKind::Ipv4 => match text.parse::<Ipv4Addr>() {
            Ok(address) => Ok(address.octets().to_vec()),
            Err(_) => Err("write an IPv4 address"),
        },
        DatasetKind::Ip => match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => Ok(address.to_ipv6_mapped().octets().to_vec()),
            Ok(IpAddr::V6(address)) => Ok(address.octets().to_vec()),
            Err(_) => Err("write an IPv4 or IPv6 address"),
        },
    }
}

fn digest(text: &str, bytes: usize) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() != bytes * 2 {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).map(|nibble| nibble as u8);
    digits
        .chunks_exact(2)
        .map(|pair| match *pair {
            [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
            _ => None,
        })
        .collect()
}

/// A value as [`value`] reads it.
pub(super) fn written(kind: Option<DatasetKind>, value: &[u8]) -> String {
    match (kind, value.len()) {
        (Some(DatasetKind::Md5 | DatasetKind::Sha256), _) => {
            value.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        (Some(DatasetKind::Ipv4 | DatasetKind::Ip), _) => address(value),
        (None | Some(DatasetKind::String), _) => base64(value),
    }
}

fn address(value: &[u8]) -> String {
    if let Ok(octets) = <[u8; 4]>::try_from(value) {
        return Ipv4Addr::from(octets).to_string();
    }
    match <[u8; 16]>::try_from(value) {
        Ok(octets) => std::net::Ipv6Addr::from(octets).to_canonical().to_string(),
        Err(_) => String::new(),
    }
}

fn base64(value: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(value.len().div_ceil(3) * 4);
    for chunk in value.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (word >> (18 - 6 * digit) & 63) as usize;
            let shown = if digit <= chunk.len() { DIGITS.get(index).copied() } else { None };
            text.push(char::from(shown.unwrap_or(b'=')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_of_their_kind() {
        for (kind, text, ok) in [
            (None, "d3d3", true),
            (Some(DatasetKind::String), "d3d3LmV4YW1wbGUuY29t", true),
            (Some(DatasetKind::String), "d3d", false),
            (Some(DatasetKind::String), "not base64!", false),
            (Some(DatasetKind::Md5), "f25a2fc72690b780b2a14e140ef6a9e0", true),
            (Some(DatasetKind::Md5), "f25a2fc72690b780b2a14e140ef6a9e", false),
            (Some(DatasetKind::Sha256), "f25a2fc72690b780b2a14e140ef6a9e0", false),
            (Some(DatasetKind::Ipv4), "10.16.1.11", true),
            (Some(DatasetKind::Ipv4), "2001:db8::1", false),
            (Some(DatasetKind::Ip), "2001:db8::1", true),
            (Some(DatasetKind::Ip), "10.16.1", false),
        ] {
            assert_eq!(value(kind, text).is_ok(), ok, "{kind:?} {text}");
        }
        assert_eq!(value(Some(DatasetKind::Ip), "10.0.0.1"), value(Some(DatasetKind::Ip), "::ffff:10.0.0.1"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let kinds = [
                (None, usize::MAX), (Some(DatasetKind::String), usize::MAX), (Some(DatasetKind::Md5), 16),
                (Some(DatasetKind::Sha256), 32), (Some(DatasetKind::Ipv4), 4), (Some(DatasetKind::Ip), 16),
            ];
            for (kind, len) in kinds {
                let value = match len {
                    usize::MAX => bytes.clone(),
                    len => bytes.iter().copied().chain(std::iter::repeat(7)).take(len).collect(),
                };
                prop_assert_eq!(super::value(kind, &written(kind, &value)), Ok(value));
            }
        }

        #[test]
        fn hostile_files_end(text in "(\\PC|[,{}\\[\\]\":0-9a-f\n]){0,200}") {
            for format in [DatasetFormat::Csv, DatasetFormat::Json, DatasetFormat::NdJson] {
                for kind in [DatasetKind::String, DatasetKind::Md5, DatasetKind::Ip] {
                    let source = DatasetSource {
                        format,
                        value_key: Some("a.b".into()),
                        ..DatasetSource::named("set", kind)
                    };
                    if let Err(fault) = read(&source, &text, &mut |_| {}) {
                        prop_assert!(fault.span.start <= fault.span.end && fault.span.end <= text.len());
                    }
                }
            }
        }
    }
}
