//! A place in a frame, and what is left of the packet from there on.

use super::ParseError;

/// Where a parser stands. `rest` ends where the headers before said the packet ends, which may be before the frame
/// does: padding is out of reach. Parsers move it along rather than returning another, so that it can stay in registers
/// where they are inlined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'f> {
    rest: &'f [u8],
    at: usize,
}

impl<'f> Cursor<'f> {
    pub(super) const fn new(frame: &'f [u8]) -> Cursor<'f> {
        Cursor { rest: frame, at: 0 }
    }

    /// The offset from the start of the frame.
    pub(super) const fn at(self) -> usize {
        self.at
    }

    /// The offset, as packets hold it.
    pub(super) fn offset(self) -> Result<u16, ParseError> {
        u16::try_from(self.at).map_err(|_| ParseError::OffsetTooLarge)
    }

    /// What is left.
    pub(super) const fn rest(self) -> &'f [u8] {
        self.rest
    }

    /// How much is left, as packets hold it. No packet claims more than 65,535 bytes of itself.
    pub(super) fn len(self) -> u16 {
        u16::try_from(self.rest.len()).unwrap_or(u16::MAX)
    }

    /// The next `N` bytes, which stay where they are.
    pub(super) fn peek<const N: usize>(self) -> Option<&'f [u8; N]> {
        self.rest.first_chunk()
    }

    /// Goes behind the next `len` bytes; stays where it is where there are less.
    pub(super) fn skip(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.at += len;
        Some(())
    }

    /// Leaves out what lies behind the next `len` bytes.
    pub(super) fn keep(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(..len)?;
        Some(())
    }
}
