//! The Huffman code of HPACK (RFC 7541 §5.2, appendix B).
//!
//! The code is canonical: codes of one length follow each other in the order of their symbols, so the lengths tell all.
//! Codes of up to eight bits, nearly all that is sent, are looked up at once; longer ones by their length.

/// Bits of the code of each symbol. The last is the end of a string, which is never sent.
#[rustfmt::skip]
const LENGTHS: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

const SYMBOLS: usize = 257;
const END: u16 = 256;
const LONGEST: usize = 30;
const FAST: u32 = 8;

/// What the lengths come to.
struct Tables {
    /// By the next eight bits: symbol and length, the length 0 where the code is longer.
    fast: [(u8, u8); 256],
    /// By length: the first code, how many there are, and where their symbols begin.
    codes: [(u32, u32, u16); LONGEST + 1],
    /// All symbols, by length and then by value.
    symbols: [u16; SYMBOLS],
}

static TABLES: Tables = tables();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn tables() -> Tables {
    let mut made = Tables { fast: [(0, 0); 256], codes: [(0, 0, 0); LONGEST + 1], symbols: [0; SYMBOLS] };
    let (mut code, mut at, mut length) = (0_u32, 0, 1);
    while length <= LONGEST {
        code <<= 1;
        let (first, begin) = (code, at);
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if LENGTHS[symbol] as usize == length {
                made.symbols[at] = symbol as u16;
                if length as u32 <= FAST {
                    let free = FAST - length as u32;
                    let mut tail = 0;
                    while tail < 1 << free {
                        made.fast[((code << free) | tail) as usize] = (symbol as u8, length as u8);
                        tail += 1;
                    }
                }
                (code, at) = (code + 1, at + 1);
            }
            symbol += 1;
        }
        made.codes[length] = (first, code - first, begin as u16);
        length += 1;
    }
    made
}

/// Bytes that are not a string in this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotHuffman;

/// Appends what `bytes` mean to `out`: at most 8/5 of their number.
pub(super) fn decode(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), NotHuffman> {
    let (mut bits, mut held) = (0_u64, 0_u32);
    let mut rest = bytes.iter();
    loop {
        while held <= 56 {
            let Some(&byte) = rest.next() else { break };
            bits = bits << 8 | u64::from(byte);
            held += 8;
        }
        let Some((symbol, length)) = next(bits, held) else { break };
        let Ok(octet) = u8::try_from(symbol) else { return Err(NotHuffman) };
        out.push(octet);
        held -= length;
    }
    // What is left is padding: the start of the code of the end, which is all ones (§5.2).
    let padding = (1_u64 << held.min(8)) - 1;
    if held < 8 && bits & padding == padding { Ok(()) } else { Err(NotHuffman) }
}

/// The next symbol and the length of its code, if all of it is there.
fn next(bits: u64, held: u32) -> Option<(u16, u32)> {
    let front = if held >= FAST { bits >> (held - FAST) } else { bits << (FAST - held) };
    let &(symbol, length) = TABLES.fast.get((front & 0xff) as usize)?;
    if length > 0 {
        return (u32::from(length) <= held).then_some((u16::from(symbol), u32::from(length)));
    }
    for length in FAST + 1..=(LONGEST as u32).min(held) {
        let code = (bits >> (held - length)) as u32 & ((1 << length) - 1);
        let &(first, count, begin) = TABLES.codes.get(length as usize)?;
        if let Some(index) = code.checked_sub(first).filter(|&index| index < count) {
            let symbol = TABLES.symbols.get(usize::from(begin) + index as usize).copied().unwrap_or(END);
            return Some((symbol, length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The slow way: code by code.
    fn encode(text: &[u8]) -> Vec<u8> {
        let mut codes = vec![(0_u32, 0_u8); SYMBOLS];
        let mut code = 0_u32;
        for length in 1..=30_u8 {
            code <<= 1;
            for (symbol, _) in LENGTHS.iter().enumerate().filter(|(_, found)| **found == length) {
                codes[symbol] = (code, length);
                code += 1;
            }
        }
        let mut bits: Vec<bool> = Vec::new();
        for &octet in text {
            let (code, length) = codes[usize::from(octet)];
            bits.extend((0..length).rev().map(|bit| code >> bit & 1 == 1));
        }
        while !bits.len().is_multiple_of(8) {
            bits.push(true);
        }
        bits.chunks(8).map(|byte| byte.iter().fold(0, |all, &bit| all << 1 | u8::from(bit))).collect()
    }

    #[test]
    fn the_code_is_complete_and_that_of_the_rfc() {
        let share: f64 = LENGTHS.iter().map(|&length| 0.5_f64.powi(i32::from(length))).sum();
        assert_eq!(share, 1.0);
        // RFC 7541 appendix C.4.1.
        let wire = [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        let mut out = Vec::new();
        assert_eq!(decode(&wire, &mut out), Ok(()));
        assert_eq!(out, b"www.example.com");
        assert_eq!(encode(b"www.example.com"), wire);
    }

    #[test]
    fn padding_is_ones_and_short() {
        for (wire, good) in [
            (&[0x1f][..], true),                // `a` and three ones
            (&[0x1e], false),                   // a zero in the padding
            (&[0x1f, 0xff], false),             // eleven ones
            (&[0xff, 0xff, 0xff, 0xff], false), // the end itself
            (&[], true),
        ] {
            assert_eq!(decode(wire, &mut Vec::new()).is_ok(), good, "{wire:02x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut out = Vec::new();
            prop_assert_eq!(decode(&encode(&text), &mut out), Ok(()));
            prop_assert_eq!(out, text);
        }

        #[test]
        fn anything_is_survived(wire in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut out = Vec::new();
            let _ = decode(&wire, &mut out);
            prop_assert!(out.len() * 5 <= wire.len() * 8);
        }
    }
}
