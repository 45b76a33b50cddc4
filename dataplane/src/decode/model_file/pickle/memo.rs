//! The memo of a pickle machine.

use super::value::Value;

/// Values by number. CPython's grows to the highest number that is put; this one keeps the numbers below a limit.
#[derive(Debug, Default)]
pub(super) struct Memo {
    values: Vec<Value>,
    /// Numbers that are taken: MEMOIZE takes the one after them.
    count: u64,
    /// Something was put that is not kept.
    over: bool,
}

impl Memo {
    pub fn clear(&mut self) {
        self.values.clear();
        (self.count, self.over) = (0, false);
    }

    /// The number that MEMOIZE puts to.
    pub fn next(&self) -> u64 {
        self.count
    }

    /// Puts a value; returns whether it is kept.
    pub fn put(&mut self, number: u64, value: Value, max: usize) -> bool {
        let Some(at) = usize::try_from(number).ok().filter(|&at| at < max) else {
            self.count += 1;
            self.over = true;
            return false;
        };
        if at >= self.values.len() {
            self.values.resize(at + 1, Value::Absent);
        }
        if let Some(slot) = self.values.get_mut(at) {
            self.count += u64::from(*slot == Value::Absent);
            *slot = value;
        }
        true
    }

    /// What was put; `None` if nothing was.
    pub fn get(&self, number: u64) -> Option<Value> {
        let found = usize::try_from(number).ok().and_then(|at| self.values.get(at)).copied();
        match found {
            None | Some(Value::Absent) => self.over.then_some(Value::Lost),
            found => found,
        }
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.values.iter_mut()
    }
}
