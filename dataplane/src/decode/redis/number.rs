//! A number up to the end of its line, which may come in pieces.

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// So many.
    Count(u64),
    /// -1: there is nothing.
    Null,
}

/// A line that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoNumber;

/// A number as far as it was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NumberReader {
    value: u64,
    digits: u8,
    is_negative: bool,
    is_at_end: bool,
}

impl NumberReader {
    /// Takes bytes off the front; a number when its line has ended.
    pub fn read(&mut self, bytes: &mut &[u8]) -> Result<Option<Number>, NoNumber> {
        const MOST_DIGITS: u8 = 19;
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            match byte {
                b'\n' if self.is_at_end => {
                    let number = match std::mem::take(self) {
                        NumberReader { is_negative: true, value: 1, digits: 1, .. } => Number::Null,
                        NumberReader { is_negative: false, value, .. } => Number::Count(value),
                        NumberReader { .. } => return Err(NoNumber),
                    };
                    return Ok(Some(number));
                }
                _ if self.is_at_end => return Err(NoNumber),
                b'\r' if self.digits > 0 => self.is_at_end = true,
                b'-' if self.digits == 0 && !self.is_negative => self.is_negative = true,
                b'0'..=b'9' if self.digits < MOST_DIGITS => {
                    self.value = self.value * 10 + u64::from(byte - b'0');
                    self.digits += 1;
                }
                _ => return Err(NoNumber),
            }
        }
        Ok(None)
    }
}
