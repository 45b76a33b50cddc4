//! JA4 (FoxIO): what a client is able to do, as a fingerprint that survives shuffled extensions.
//!
//! ```text
//!  t13d1516h2_8daaf6152771_e5627efa2ab1
//!  │││ │ │ │  │            └ SHA-256 of the sorted extensions, without server name and ALPN, and of the signature
//!  │││ │ │ │  │              algorithms in their order
//!  │││ │ │ │  └ SHA-256 of the sorted cipher suites
//!  │││ │ │ └ first and last character of the first application protocol
//!  │││ │ └ how many extensions
//!  │││ └ how many cipher suites
//!  ││└ d: a server name is there; i: none
//!  │└ the highest version
//!  └ t: TLS over TCP
//! ```

use sha2::{Digest, Sha256};

use super::digits::{hex16, push_hex, push_two_digits};
use super::hello::{ClientHello, extension};
use super::hello_fields::Scratch;
use super::reader::{Reader, is_grease, numbers};
use super::version::TlsVersion;

/// Writes the JA4 of a ClientHello, whose first application protocol is `protocol`, to `scratch.more`.
pub(super) fn write(hello: &ClientHello<'_>, protocol: Option<&[u8]>, scratch: &mut Scratch) {
    let Scratch { text, more: fingerprint, numbers: sorted } = scratch;
    let offered = hello.supported_versions().filter(|&version| !is_grease(version)).max();
    let extensions = hello.extensions.iter().map(|(kind, _)| kind).filter(|&kind| !is_grease(kind));
    let has_name = hello.extensions.find(extension::SERVER_NAME).is_some();

    fingerprint.clear();
    fingerprint.push(b't');
    fingerprint.extend_from_slice(version_code(offered.map_or(hello.version, TlsVersion)));
    fingerprint.push(if has_name { b'd' } else { b'i' });
    sorted.clear();
    sorted.extend(numbers(hello.ciphers).filter(|&cipher| !is_grease(cipher)));
    sorted.sort_unstable();
    push_two_digits(fingerprint, sorted.len());
    push_two_digits(fingerprint, extensions.clone().count());
    fingerprint.extend_from_slice(&protocol_code(protocol.unwrap_or(&[])));

    text.clear();
    push_list(text, sorted.iter().copied());
    push_hash(fingerprint, text);

    sorted.clear();
    sorted.extend(extensions.filter(|&kind| kind != extension::SERVER_NAME && kind != extension::ALPN));
    sorted.sort_unstable();
    text.clear();
    push_list(text, sorted.iter().copied());
    let algorithms = hello.extensions.find(extension::SIGNATURE_ALGORITHMS);
    let algorithms = numbers(algorithms.and_then(|body| Reader::new(body).vector16()).unwrap_or(&[]));
    let mut algorithms = algorithms.filter(|&algorithm| !is_grease(algorithm)).peekable();
    if algorithms.peek().is_some() {
        text.push(b'_');
        push_list(text, algorithms);
    }
    push_hash(fingerprint, text);
}

const fn version_code(version: TlsVersion) -> &'static [u8; 2] {
    match version {
        TlsVersion::TLS13 => b"13",
        TlsVersion::TLS12 => b"12",
        TlsVersion::TLS11 => b"11",
        TlsVersion::TLS10 => b"10",
        TlsVersion::SSL3 => b"s3",
        TlsVersion::SSL2 => b"s2",
        _ => b"00",
    }
}

/// The first and last character; of the hex digits, where one of the two bytes is neither letter nor digit.
fn protocol_code(protocol: &[u8]) -> [u8; 2] {
    let (Some(&first), Some(&last)) = (protocol.first(), protocol.last()) else { return *b"00" };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [first, last];
    }
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    [digit(first >> 4), digit(last & 15)]
}

fn push_list(text: &mut Vec<u8>, numbers: impl Iterator<Item = u16>) {
    let start = text.len();
    for number in numbers {
        let [a, b, c, d] = hex16(number);
        text.extend_from_slice(&[a, b, c, d, b',']);
    }
    if text.len() > start {
        text.pop();
    }
}

/// The first twelve digits of the hash; zeros for nothing.
fn push_hash(fingerprint: &mut Vec<u8>, text: &[u8]) {
    fingerprint.push(b'_');
    match Sha256::digest(text).first_chunk::<6>() {
        Some(start) if !text.is_empty() => push_hex(fingerprint, start),
        _ => fingerprint.extend_from_slice(b"000000000000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_that_are_not_letters_are_told_in_hex() {
        let cases: [(&[u8], &[u8; 2]); 9] = [
            (b"", b"00"),
            (b"h2", b"h2"),
            (b"http/1.1", b"h1"),
            (b"x", b"xx"),
            (&[0xab], b"ab"),
            (&[0xab, 0xcd], b"ad"),
            (&[0x30, 0xab], b"3b"),
            (&[0x30, 0x31, 0xab, 0xcd], b"3d"),
            (&[0x30, 0xab, 0xcd, 0x31], b"01"),
        ];
        for (protocol, code) in cases {
            assert_eq!(&protocol_code(protocol), code, "{protocol:02x?}");
        }
    }
}
