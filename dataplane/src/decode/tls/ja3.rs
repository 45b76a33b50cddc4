//! JA3 and JA3S: hellos as a line of decimal numbers, and its MD5 (Salesforce, 2017).
//!
//! ```text
//!  JA3:  version,ciphers,extensions,groups,point formats      771,4865-4866,0-23-65281,29-23,0
//!  JA3S: version,cipher,extensions                            771,4865,43-51
//! ```

use md5::{Digest, Md5};

use super::digits::{push_decimal, push_hex};
use super::hello::{ClientHello, ServerHello, extension};
use super::reader::{Reader, is_grease, numbers};

/// Writes the JA3 string of a ClientHello to `text`, in place of what is there. It is as long as the hello makes it:
/// at most three times the hello's length.
pub(super) fn write_client(hello: &ClientHello<'_>, text: &mut Vec<u8>) {
    let vector16 = |kind| hello.extensions.find(kind).and_then(|body| Reader::new(body).vector16());
    let groups = vector16(extension::SUPPORTED_GROUPS).unwrap_or(&[]);
    let formats = hello.extensions.find(extension::EC_POINT_FORMATS);
    let formats = formats.and_then(|body| Reader::new(body).vector8()).unwrap_or(&[]);
    text.clear();
    push_decimal(text, hello.version.0.into());
    push_list(text, numbers(hello.ciphers));
    push_list(text, hello.extensions.iter().map(|(kind, _)| kind));
    push_list(text, numbers(groups));
    push_list(text, formats.iter().copied().map(u16::from));
}

/// Writes the JA3S string of a ServerHello to `text`, in place of what is there.
pub(super) fn write_server(hello: &ServerHello<'_>, text: &mut Vec<u8>) {
    text.clear();
    push_decimal(text, hello.legacy_version.0.into());
    text.push(b',');
    push_decimal(text, hello.cipher.into());
    push_list(text, hello.extensions.iter().map(|(kind, _)| kind));
}

/// Writes the MD5 of a string in hex to `hash`, in place of what is there.
pub(super) fn write_hash(text: &[u8], hash: &mut Vec<u8>) {
    hash.clear();
    push_hex(hash, &Md5::digest(text));
}

fn push_list(text: &mut Vec<u8>, numbers: impl Iterator<Item = u16>) {
    let mut separator = b',';
    for number in numbers.filter(|&number| !is_grease(number)) {
        text.push(separator);
        separator = b'-';
        push_decimal(text, number.into());
    }
    if separator == b',' {
        text.push(b',');
    }
}
