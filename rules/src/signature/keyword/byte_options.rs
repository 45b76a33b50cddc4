//! What `byte_test`, `byte_jump`, `byte_extract` and `byte_math` have in common: where a number lies and how it is
//! written.

use super::number::{number, unsigned};
use crate::signature::bytes::{Align, ByteField, Encoding, JumpFrom};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::operand::{Base, Operand};
use crate::signature::text::Piece;

/// The options behind the arguments that are known by their position.
#[derive(Debug, Default)]
pub(super) struct ByteOptions {
    pub base: Base,
    endian: Option<Encoding>,
    digits: Option<u8>,
    text: Text,
    pub align: Align,
    pub from: JumpFrom,
    pub multiplier: Option<u32>,
    pub post_offset: Option<Operand>,
    pub bitmask: Option<u32>,
}

/// Whether a number is written in digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Text {
    #[default]
    No,
    Yes,
}

impl ByteOptions {
    /// Takes one option in: `relative`, `little`, `string`, `multiplier 4`.
    pub fn take(&mut self, draft: &Draft<'_>, option: Piece<'_>) -> Result<(), Fault> {
        let (name, argument) = named_argument(option);
        match name.to_ascii_lowercase().as_str() {
            "relative" => self.base = Base::Previous,
            "big" => self.endian = Some(Encoding::BigEndian),
            "little" => self.endian = Some(Encoding::LittleEndian),
            "endian" => return self.take(draft, argument),
            "dce" => self.endian = Some(Encoding::Dce),
            "string" if argument.text.is_empty() => self.text = Text::Yes,
            "string" => {
                self.text = Text::Yes;
                return self.take(draft, argument);
            }
            "hex" => self.digits = Some(16),
            "dec" => self.digits = Some(10),
            "oct" => self.digits = Some(8),
            "align" => self.align = Align::Four,
            "from_beginning" => self.from = JumpFrom::Beginning,
            "from_end" => self.from = JumpFrom::End,
            "multiplier" => self.multiplier = Some(number(argument, 1..=65_535)?),
            "post_offset" => {
                self.post_offset = Some(super::operand::operand(draft, argument, -65_535..=65_535)?);
            }
            "bitmask" => self.bitmask = Some(bitmask(argument)?),
            _ => {
                return Err(Fault::error(option.span(), format!("{:?} is not an option here", option.text))
                    .with_help("options are relative, big, little, dce, string, hex, dec, oct, align, multiplier, post_offset, from_beginning, from_end, bitmask"));
            }
        }
        Ok(())
    }

    /// The number that the options describe. `least` is 0 where a number without bytes has a meaning.
    pub fn field(
        &self,
        bytes: Operand,
        offset: Operand,
        at: Piece<'_>,
        least: i64,
    ) -> Result<ByteField, Fault> {
        let encoding = match (self.text, self.digits, self.endian) {
            (Text::Yes, digits, _) => Encoding::Digits(digits.unwrap_or(10)),
            (Text::No, Some(_), _) => {
                return Err(Fault::error(at.span(), "hex, dec and oct are about numbers in digits")
                    .with_help("add string, or leave them out"));
            }
            (Text::No, None, endian) => endian.unwrap_or(Encoding::BigEndian),
        };
        let (least, most) = if matches!(encoding, Encoding::Digits(_)) { (0, 23) } else { (least, 8) };
        if bytes.fixed().is_some_and(|bytes| !(least..=most).contains(&bytes)) {
            return Err(Fault::error(at.span(), "a number of so many bytes can't be read")
                .with_help(format!("it has from {least} to {most}, or, in digits (string), up to 23")));
        }
        Ok(ByteField { bytes, offset, base: self.base, encoding, bitmask: self.bitmask })
    }
}

/// `multiplier 4` and `oper +`: a name and what it is given.
pub(in crate::signature) fn named_argument(option: Piece<'_>) -> (&str, Piece<'_>) {
    match option.text.split_once(char::is_whitespace) {
        Some((name, _)) => (name, option.skip(name.len()).trimmed()),
        None => (option.text, option.skip(option.text.len())),
    }
}

/// Bits in hexadecimal, with or without `0x`.
fn bitmask(value: Piece<'_>) -> Result<u32, Fault> {
    let most = u64::from(u32::MAX);
    let mask = match u64::from_str_radix(value.text, 16) {
        Ok(bits) if bits <= most => bits,
        _ => unsigned(value, most)?,
    };
    Ok(mask as u32)
}
