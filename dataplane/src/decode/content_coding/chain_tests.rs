//! Bodies through chains, whole and in pieces.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use super::{Chain, ChainLimits, Coding, Output, Trouble};

/// "The quick brown fox …", ten times, by `brotli -q 9`.
const BROTLI: &[u8] = include_bytes!("fox.br");
const SENTENCE: &str = "The quick brown fox jumps over the lazy dog. ";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn text() -> Vec<u8> {
    SENTENCE.repeat(10).into_bytes()
}

/// Pushes the pieces of a body, and joins what comes out.
fn run<'a>(
    chain: &mut Chain,
    codings: &[Coding],
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<u8>, Vec<Trouble>) {
    let (mut bytes, mut troubles) = (Vec::new(), Vec::new());
    let mut tell = |output: Output<'_>| match output {
        Output::Bytes(chunk) => bytes.extend_from_slice(chunk),
        Output::Trouble(trouble) => troubles.push(trouble),
    };
    chain.clear();
    codings.iter().for_each(|&coding| chain.add(coding));
    pieces.into_iter().for_each(|piece| chain.push(piece, &mut tell));
    chain.finish(&mut tell);
    (bytes, troubles)
}

fn check(codings: &[Coding], sent: &[u8], meant: &[u8], troubles: &[Trouble]) {
    let mut chain = Chain::new(ChainLimits::default());
    for size in [usize::MAX, 1, 2, 7, 64] {
        let (bytes, found) = run(&mut chain, codings, sent.chunks(size.min(sent.len())));
        assert!(bytes == meant, "{codings:?} in pieces of {size}: {} bytes", bytes.len());
        assert_eq!(found, troubles, "{codings:?} in pieces of {size}");
    }
}

#[test]
fn undoes_every_coding() {
    let text = text();
    check(&[Coding::Gzip], &gzip(&text), &text, &[]);
    check(&[Coding::Deflate], &zlib(&text), &text, &[]);
    check(&[Coding::Deflate], &deflate(&text), &text, &[]);
    check(&[Coding::Brotli], BROTLI, &text, &[]);
    check(&[Coding::Zstd], &zstd(&text), &text, &[]);
    check(&[Coding::Zstd], &[zstd(&text), zstd(&text)].concat(), &text.repeat(2), &[]);
    check(&[Coding::Gzip], &[gzip(&text), gzip(&text)].concat(), &text.repeat(2), &[]);
    check(&[Coding::Gzip, Coding::Zstd, Coding::Deflate], &gzip(&zstd(&zlib(&text))), &text, &[]);
}

#[test]
fn skips_every_part_of_a_gzip_header() {
    let mut sent = vec![0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 3, 0, b'a', b'b', b'c'];
    sent.extend_from_slice(b"name\0comment\0\x12\x34");
    sent.extend_from_slice(&deflate(b"text"));
    sent.extend_from_slice(&[0; 8]);
    check(&[Coding::Gzip], &sent, b"text", &[]);
}

#[test]
fn what_is_not_coded_comes_as_it_was_sent() {
    check(&[Coding::Gzip], b"plain text", b"plain text", &[Trouble::Corrupt(Coding::Gzip)]);
    check(&[Coding::Gzip], b"\x1f\x8bplain", b"\x1f\x8bplain", &[Trouble::Corrupt(Coding::Gzip)]);
    check(&[Coding::Gzip], b"\x1f\x8b", b"\x1f\x8b", &[]);
    check(&[Coding::Deflate], b"x", b"x", &[]);
    let trailing = [gzip(b"text"), b"more".to_vec()].concat();
    check(&[Coding::Gzip], &trailing, b"textmore", &[Trouble::Corrupt(Coding::Gzip)]);
    let trailing = [zlib(b"text"), b"more".to_vec()].concat();
    check(&[Coding::Deflate], &trailing, b"textmore", &[Trouble::Corrupt(Coding::Deflate)]);
}

#[test]
fn a_bomb_is_stopped_near_the_limit() {
    let limits = ChainLimits { max_output: 1 << 30, max_ratio: 100, ratio_floor: 1 << 20 };
    let zeros = vec![0; 32 << 20];
    for (codings, sent) in [
        (&[Coding::Gzip][..], gzip(&zeros)),
        (&[Coding::Zstd], zstd(&zeros)),
        (&[Coding::Gzip, Coding::Gzip], gzip(&gzip(&zeros))),
    ] {
        let (bytes, troubles) = run(&mut Chain::new(limits), codings, [&sent[..]]);
        assert_eq!(troubles, [Trouble::Bomb], "{codings:?}");
        assert!(bytes.len() < 4 << 20, "{codings:?}: {}", bytes.len());
    }
    let limits = ChainLimits { max_output: 3 << 20, max_ratio: 5000, ratio_floor: 1 << 20 };
    let (bytes, troubles) = run(&mut Chain::new(limits), &[Coding::Gzip], [&gzip(&zeros)[..]]);
    assert_eq!((bytes.len() >> 20, troubles), (3, vec![Trouble::Bomb]));
}

#[test]
fn after_a_gap_bytes_come_as_they_were_sent() {
    let mut chain = Chain::new(ChainLimits::default());
    let mut troubles = Vec::new();
    let mut bytes = Vec::new();
    let mut tell = |output: Output<'_>| match output {
        Output::Bytes(chunk) => bytes.extend_from_slice(chunk),
        Output::Trouble(trouble) => troubles.push(trouble),
    };
    chain.clear();
    chain.add(Coding::Gzip);
    chain.push(&gzip(&text())[..10], &mut tell);
    chain.lose(&mut tell);
    chain.push(b"rest", &mut tell);
    assert_eq!(bytes, b"rest");
    assert_eq!(troubles, [Trouble::Corrupt(Coding::Gzip)]);
}

fn any_coding() -> impl Strategy<Value = Coding> {
    prop::sample::select(vec![Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damage_does_no_harm(
        coding in any_coding(),
        text in prop::collection::vec(0_u8..4, 0..3000),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in 1_usize..200,
    ) {
        let mut sent = match coding {
            Coding::Gzip => gzip(&text),
            Coding::Deflate => zlib(&text),
            Coding::Brotli => BROTLI.to_vec(),
            Coding::Zstd => zstd(&text),
        };
        for (at, byte) in damage {
            let at = at.index(sent.len());
            sent[at] = byte;
        }
        let mut chain = Chain::new(ChainLimits::default());
        let whole = run(&mut chain, &[coding], [&sent[..]]);
        let pieces = run(&mut chain, &[coding], sent.chunks(cut));
        // Where a damaged stream of these is given up depends on how much of it was there.
        if matches!(coding, Coding::Gzip | Coding::Deflate) || whole.1.is_empty() {
            prop_assert!(whole == pieces, "{coding:?} {:?} {:?}", whole.1, pieces.1);
        }
    }
}
