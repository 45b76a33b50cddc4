//! What each opcode says about whether the bytes are a pickle at all.

use super::machine::Operation;
use super::opcode::{FRAME, STOP};
use super::voice::Sign;

/// Octets below are control characters, of which texts have few.
const FIRST_PRINTABLE: u64 = 0x20;
/// Lengths of four bytes that have a zero among them.
const SHORT: u64 = 1 << 24;
/// Lengths of frames that can be.
const LONGEST_FRAME: u64 = 1 << 48;

/// What an opcode that was possible in its place says.
pub(super) fn sign(operation: &Operation<'_>) -> Sign {
    let number = operation.number;
    let if_small = |limit: u64, sign: Sign| if number < limit { sign } else { Sign::None };
    match operation.code {
        b'N' | b'V' | b'P' | b'Q' | b'c' | b'i' | b'G' | STOP => Sign::None,
        b'p' | 0x93 | 0x94 => Sign::Proof,
        FRAME => if_small(LONGEST_FRAME, Sign::Proof),
        b'q' => if_small(FIRST_PRINTABLE, Sign::Proof),
        b'r' => if_small(SHORT, Sign::Proof),
        b'S' | b'g' => Sign::Strong,
        b'K' | b'h' | b'U' | b'C' => if_small(FIRST_PRINTABLE, Sign::Strong),
        b'X' | b'T' | b'B' | b'j' | b'J' => if_small(SHORT, Sign::Strong),
        b'R' => Sign::Strong,
        code if code.is_ascii() => Sign::Weak,
        _ => Sign::Strong,
    }
}
