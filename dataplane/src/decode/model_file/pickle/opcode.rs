//! The opcodes of pickles, protocols 0 to 5, and what follows each (CPython: `Lib/pickletools.py`).

/// What follows an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// Nothing.
    None,
    /// So many bytes, a little-endian number (BINFLOAT: eight that mean nothing here).
    Fixed(u8),
    /// A little-endian length of so many bytes, and as many bytes.
    Counted(u8),
    /// A line, up to LF.
    Line,
    /// Two lines.
    TwoLines,
}

pub(super) const PROTO: u8 = 0x80;
pub(super) const FRAME: u8 = 0x95;
pub(super) const STOP: u8 = b'.';

/// What follows this opcode; `None` if there is none of this code.
pub(super) fn argument(code: u8) -> Option<Argument> {
    Some(match code {
        b'(' | b'.' | b'0' | b'1' | b'2' | b'N' | b'Q' | b'R' | b'a' | b'b' | b'd' | b'e' | b'l' | b'o'
        | b's' | b't' | b'u' | b'}' | b']' | b')' => Argument::None,
        // NEWOBJ; TUPLE1 to NEWFALSE; EMPTY_SET to MEMOIZE; NEXT_BUFFER, READONLY_BUFFER.
        0x81 | 0x85..=0x89 | 0x8f..=0x94 | 0x97 | 0x98 => Argument::None,
        b'K' | b'h' | b'q' | PROTO | 0x82 => Argument::Fixed(1),
        b'M' | 0x83 => Argument::Fixed(2),
        b'J' | b'j' | b'r' | 0x84 => Argument::Fixed(4),
        b'G' | FRAME => Argument::Fixed(8),
        b'U' | b'C' | 0x8a | 0x8c => Argument::Counted(1),
        b'T' | b'X' | b'B' | 0x8b => Argument::Counted(4),
        0x8d | 0x8e | 0x96 => Argument::Counted(8),
        b'F' | b'I' | b'L' | b'P' | b'S' | b'V' | b'g' | b'p' => Argument::Line,
        b'c' | b'i' => Argument::TwoLines,
        _ => return None,
    })
}

/// Whether a pickle can begin with it: it needs nothing on the stack.
pub(in super::super) fn can_begin(code: u8) -> bool {
    matches!(
        code,
        b'(' | b')' | b']' | b'}' | b'N' | b'I' | b'J' | b'K' | b'L' | b'M' | b'F' | b'G' | b'S' | b'T' | b'U' | b'V'
            | b'X' | b'B' | b'C' | b'P' | b'c' | PROTO | 0x82..=0x84 | 0x88..=0x8f | FRAME | 0x96 | 0x97
    )
}

/// The names of the opcodes that run something, or may.
pub(super) fn name_if_it_runs(code: u8) -> Option<&'static str> {
    Some(match code {
        b'c' => "GLOBAL",
        b'i' => "INST",
        b'o' => "OBJ",
        b'R' => "REDUCE",
        b'b' => "BUILD",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        0x81 => "NEWOBJ",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        0x92 => "NEWOBJ_EX",
        0x93 => "STACK_GLOBAL",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sixty_eight() {
        assert_eq!((0..=u8::MAX).filter(|&code| argument(code).is_some()).count(), 68);
        assert!((0..=u8::MAX).filter(|&code| can_begin(code)).all(|code| argument(code).is_some()));
        assert!(
            (0..=u8::MAX)
                .filter(|&code| name_if_it_runs(code).is_some())
                .all(|code| argument(code).is_some())
        );
    }
}
