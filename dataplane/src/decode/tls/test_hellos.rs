//! Connections for tests: recorded ones, and hellos put together from parts.

use crate::flow::Direction;

/// The payloads of a capture in their order, with their directions.
pub(super) fn fixture(text: &str) -> Vec<(Direction, Vec<u8>)> {
    let line = |line: &str| {
        let (side, hex) = line.split_once(' ').unwrap();
        let direction = if side == ">" { Direction::ToServer } else { Direction::ToClient };
        let bytes = hex
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        (direction, bytes.collect())
    };
    text.lines().map(line).collect()
}

pub(super) const TLS10: &str = include_str!("fixtures/tls10_download.hex");
pub(super) const TLS12_MTLS: &str = include_str!("fixtures/tls12_mtls_spiffe.hex");
pub(super) const TLS12_ZERO: &str = include_str!("fixtures/tls12_issuer_zero.hex");
pub(super) const TLS12_ALPN: &str = include_str!("fixtures/tls12_random.hex");
pub(super) const TLS13: &str = include_str!("fixtures/tls13_openai.hex");
pub(super) const TLS13_DRAFT: &str = include_str!("fixtures/tls13_draft28.hex");
pub(super) const TLS13_RESUMED: &str = include_str!("fixtures/tls13_draft28_b.hex");

/// Every recorded connection.
pub(super) const ALL: [&str; 7] =
    [TLS10, TLS12_MTLS, TLS12_ZERO, TLS12_ALPN, TLS13, TLS13_DRAFT, TLS13_RESUMED];

pub(super) fn vector16(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

pub(super) fn numbers16(numbers: &[u16]) -> Vec<u8> {
    vector16(&numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<_>>())
}

/// A record around a fragment.
pub(super) fn record(kind: u8, fragment: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1][..], &vector16(fragment)].concat()
}

/// A handshake message.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = (body.len() as u32).to_be_bytes();
    [&[kind, a, b, c][..], body].concat()
}

/// The body of a ClientHello.
pub(super) fn client_hello(version: u16, ciphers: &[u16], extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend_from_slice(&[7; 32]);
    body.push(0);
    body.extend(numbers16(ciphers));
    body.extend_from_slice(&[1, 0]);
    append_extensions(&mut body, extensions);
    body
}

/// The body of a ServerHello.
pub(super) fn server_hello(
    version: u16,
    random: [u8; 32],
    cipher: u16,
    extensions: &[(u16, Vec<u8>)],
) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend_from_slice(&random);
    body.push(0);
    body.extend_from_slice(&cipher.to_be_bytes());
    body.push(0);
    append_extensions(&mut body, extensions);
    body
}

fn append_extensions(body: &mut Vec<u8>, extensions: &[(u16, Vec<u8>)]) {
    if extensions.is_empty() {
        return;
    }
    let list =
        extensions.iter().flat_map(|(kind, value)| [&kind.to_be_bytes()[..], &vector16(value)].concat());
    body.extend(vector16(&list.collect::<Vec<_>>()));
}

/// The extension of these server names, with their types.
pub(super) fn server_names(names: &[(u8, &[u8])]) -> Vec<u8> {
    vector16(
        &names.iter().flat_map(|&(kind, name)| [&[kind][..], &vector16(name)].concat()).collect::<Vec<_>>(),
    )
}
