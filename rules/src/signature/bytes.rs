//! Conditions that read numbers out of a buffer: `byte_test`, `byte_jump`, `byte_extract`, `byte_math`.

use super::condition::Presence;
use super::operand::{Base, Operand, Variable};

/// Where a number lies in a buffer and how it is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteField {
    /// Bytes of the number. 0 in `byte_jump` means that there is none and the jump is by its offsets alone; with
    /// [`Encoding::Digits`], as many digits as there are.
    pub bytes: Operand,
    /// Where it starts.
    pub offset: Operand,
    /// From where `offset` counts.
    pub base: Base,
    /// How it is written.
    pub encoding: Encoding,
    /// Only these bits of it count, shifted down by the zeros at the mask's end.
    pub bitmask: Option<u32>,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// In binary, the high byte first; at most 8 bytes.
    BigEndian,
    /// In binary, the low byte first; at most 8 bytes.
    LittleEndian,
    /// In binary, in the order that the DCE/RPC header says.
    Dce,
    /// In digits of this base: 8, 10 or 16; at most 23 bytes.
    Digits(u8),
}

/// `byte_test`: a number of the buffer is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteTest {
    /// The number.
    pub field: ByteField,
    /// How it is compared.
    pub operator: Comparison,
    /// Whether the comparison must hold (`!` before the operator: must not).
    pub presence: Presence,
    /// To what.
    pub value: Operand,
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`
    Equal,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&`: they have a bit in common.
    And,
    /// `^`: they differ in a bit.
    Xor,
}

/// `byte_jump`: what follows is measured from where a number points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteJump {
    /// The number.
    pub field: ByteField,
    /// It is multiplied by this.
    pub multiplier: u32,
    /// Whether it is then rounded up to a multiple of four.
    pub align: Align,
    /// From where it is counted.
    pub from: JumpFrom,
    /// Added in the end; may be negative.
    pub post_offset: Operand,
}

/// Whether a number is rounded up to a multiple of four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// It stays.
    #[default]
    No,
    /// It is.
    Four,
}

/// From where a jump is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum JumpFrom {
    /// From the end of the number.
    #[default]
    Number,
    /// From the start of the buffer (`from_beginning`).
    Beginning,
    /// From the end of the buffer (`from_end`).
    End,
}

/// `byte_extract`: a number of the buffer is kept in a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteExtract {
    /// The number.
    pub field: ByteField,
    /// It is multiplied by this.
    pub multiplier: u32,
    /// Whether it is then rounded up to a multiple of four.
    pub align: Align,
    /// Where it is kept.
    pub into: Variable,
}

/// `byte_math`: a number of the buffer is calculated with, and the result kept in a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteMath {
    /// The number, the left side.
    pub field: ByteField,
    /// What is done.
    pub operator: Arithmetic,
    /// The right side.
    pub right: Operand,
    /// Where the result is kept.
    pub into: Variable,
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; by zero there is no result and the condition does not hold.
    Divide,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
}
