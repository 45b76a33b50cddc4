//! The stack of a pickle machine, as far down as is kept.
//!
//! CPython keeps a stack for each MARK; here it is one stack with a list of the heights at which marks were set, which
//! is the same: nothing below the last mark can be taken off before the mark is.

use std::collections::VecDeque;

use super::value::Value;

/// A value was asked for that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Underflow;

/// The stack: the topmost values, and how many there are below them.
#[derive(Debug, Default)]
pub(super) struct Stack {
    values: VecDeque<Value>,
    forgotten: u64,
    marks: VecDeque<u64>,
    forgotten_marks: u64,
}

impl Stack {
    pub fn clear(&mut self) {
        *self = Stack { values: std::mem::take(&mut self.values), ..Stack::default() };
        self.values.clear();
    }

    pub fn height(&self) -> u64 {
        self.forgotten + self.values.len() as u64
    }

    /// Whether there are marks.
    pub fn is_marked(&self) -> bool {
        !self.marks.is_empty() || self.forgotten_marks > 0
    }

    /// The height below which nothing may be taken.
    fn fence(&self) -> u64 {
        self.marks.back().copied().unwrap_or(if self.forgotten_marks > 0 { self.forgotten } else { 0 })
    }

    /// Pushes a value; returns whether all values are still known.
    pub fn push(&mut self, value: Value, max: usize) -> bool {
        self.values.push_back(value);
        let fits = self.values.len() <= max.max(1);
        if !fits {
            self.values.pop_front();
            self.forgotten += 1;
        }
        fits
    }

    pub fn mark(&mut self, max: usize) -> bool {
        self.marks.push_back(self.height());
        let fits = self.marks.len() <= max.max(1);
        if !fits {
            self.marks.pop_front();
            self.forgotten_marks += 1;
        }
        fits
    }

    pub fn top(&self) -> Result<Value, Underflow> {
        self.below_top(0)
    }

    /// The value so many below the top.
    pub fn below_top(&self, depth: usize) -> Result<Value, Underflow> {
        if self.height() <= self.fence() + depth as u64 {
            return Err(Underflow);
        }
        let at = self.values.len().checked_sub(depth + 1);
        Ok(at.and_then(|at| self.values.get(at)).copied().unwrap_or(Value::Lost))
    }

    pub fn pop(&mut self) -> Result<Value, Underflow> {
        let top = self.top()?;
        if self.values.pop_back().is_none() {
            self.forgotten = self.forgotten.saturating_sub(1);
        }
        Ok(top)
    }

    /// Takes off a mark alone, if it is at the top (POP does so).
    pub fn pop_mark_at_top(&mut self) -> bool {
        let at_top = self.marks.back() == Some(&self.height());
        if at_top {
            self.marks.pop_back();
        }
        at_top
    }

    /// How many known values there are above the last mark, with the first of them, and how many there are in all.
    pub fn above_mark(&self) -> Result<(impl Iterator<Item = Value> + '_, u64), Underflow> {
        if !self.is_marked() {
            return Err(Underflow);
        }
        let count = self.height().saturating_sub(self.fence());
        let known = usize::try_from(count).unwrap_or(usize::MAX).min(self.values.len());
        let range = self.values.len() - known..;
        Ok((self.values.range(range).copied(), count))
    }

    /// Takes off all down to and including the last mark.
    pub fn pop_to_mark(&mut self) -> Result<(), Underflow> {
        if !self.is_marked() {
            return Err(Underflow);
        }
        let height = self.fence();
        if self.marks.pop_back().is_none() {
            self.forgotten_marks -= 1;
        }
        let keep = usize::try_from(height.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.values.truncate(keep);
        self.forgotten = self.forgotten.min(height);
        Ok(())
    }

    /// All values that are known.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.values.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_below_a_mark_is_taken() {
        let mut stack = Stack::default();
        stack.push(Value::Int(1), 10);
        stack.mark(10);
        assert_eq!(stack.pop(), Err(Underflow));
        stack.push(Value::Int(2), 10);
        stack.push(Value::Int(3), 10);
        let (above, count) = stack.above_mark().unwrap();
        assert_eq!((above.collect::<Vec<_>>(), count), (vec![Value::Int(2), Value::Int(3)], 2));
        assert_eq!(stack.pop_to_mark(), Ok(()));
        assert_eq!(stack.pop(), Ok(Value::Int(1)));
        assert_eq!(stack.pop(), Err(Underflow));
        assert_eq!(stack.pop_to_mark(), Err(Underflow));
    }

    #[test]
    fn what_is_deep_down_is_forgotten_but_counted() {
        let mut stack = Stack::default();
        stack.mark(10);
        for at in 0..5 {
            assert_eq!(stack.push(Value::Int(at), 2), at < 2);
        }
        assert_eq!(stack.height(), 5);
        let (above, count) = stack.above_mark().unwrap();
        assert_eq!((above.collect::<Vec<_>>(), count), (vec![Value::Int(3), Value::Int(4)], 5));
        assert_eq!(
            [stack.pop(), stack.pop(), stack.pop()],
            [Ok(Value::Int(4)), Ok(Value::Int(3)), Ok(Value::Lost)]
        );
        assert_eq!(stack.height(), 2);
        assert_eq!(stack.pop_to_mark(), Ok(()));
        assert_eq!(stack.height(), 0);
    }
}
