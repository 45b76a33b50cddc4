//! Numbers that a rule says, or takes out of the traffic.

/// A variable of a signature: what `byte_extract` and `byte_math` put in and other conditions use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variable(pub u8);

/// The most variables of a signature.
pub const MAX_VARIABLES: usize = 64;

/// A number in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// As it is written.
    Number(i64),
    /// What was last put into a variable.
    Variable(Variable),
}

impl Operand {
    /// Nothing.
    pub const ZERO: Operand = Operand::Number(0);

    /// The number, where it is written.
    pub const fn fixed(self) -> Option<i64> {
        match self {
            Operand::Number(number) => Some(number),
            Operand::Variable(_) => None,
        }
    }
}

/// From where a place is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Base {
    /// From the start of the buffer.
    #[default]
    Start,
    /// From the end of the match before (`relative`); from the start of the buffer where there is none.
    Previous,
}
