//! The variables of the signature under evaluation.

use weir_rules::signature::{MAX_VARIABLES, Operand, Variable};

/// What `byte_extract` and `byte_math` put in. One that nothing was put into has no value.
#[derive(Clone, Debug)]
pub(super) struct Variables {
    values: [u64; MAX_VARIABLES],
    known: u64,
}

const _: () = assert!(MAX_VARIABLES <= u64::BITS as usize, "a bit of `known` for each variable");

impl Default for Variables {
    fn default() -> Variables {
        Variables { values: [0; MAX_VARIABLES], known: 0 }
    }
}

impl Variables {
    /// Forgets all.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.known = 0;
    }

    /// Puts a value in.
    #[inline]
    pub(super) fn set(&mut self, variable: Variable, value: u64) {
        if let Some(slot) = self.values.get_mut(usize::from(variable.0)) {
            *slot = value;
            self.known |= 1 << variable.0;
        }
    }

    /// The value of a variable; none where it has none.
    #[inline]
    pub(super) fn get(&self, variable: Variable) -> Option<u64> {
        let value = *self.values.get(usize::from(variable.0))?;
        (self.known >> variable.0 & 1 == 1).then_some(value)
    }

    /// The number that an operand stands for, as 64 bits without a sign.
    #[inline]
    pub(super) fn bits(&self, operand: Operand) -> Option<u64> {
        match operand {
            Operand::Number(number) => Some(number.cast_unsigned()),
            Operand::Variable(variable) => self.get(variable),
        }
    }

    /// The place that an operand stands for. One that no buffer can have is beyond the end of all.
    #[inline]
    pub(super) fn place(&self, operand: Operand) -> Option<i64> {
        match operand {
            Operand::Number(number) => Some(number),
            Operand::Variable(variable) => Some(i64::try_from(self.get(variable)?).unwrap_or(i64::MAX)),
        }
    }
}
