//! `content`: bytes that must, or must not, be there.

use weir_rules::signature::{Base, Content, End, Operand, Presence};

use super::evaluate::{Failure, Outcome};
use super::limits::Budget;
use super::literal::Literal;
use super::place::{self, Window};
use super::value::{Extent, Value};
use super::variables::Variables;

/// A content, prepared.
#[derive(Clone, Debug)]
pub(super) struct PreparedContent {
    literal: Literal,
    pub(super) presence: Presence,
    base: Base,
    from: Operand,
    room: Option<Operand>,
    end: End,
}

impl PreparedContent {
    pub(super) fn new(content: &Content) -> PreparedContent {
        PreparedContent {
            literal: Literal::new(&content.bytes, content.case),
            presence: content.presence,
            base: content.base,
            from: content.from,
            room: content.room,
            end: content.end,
        }
    }

    /// Bytes of the literal.
    pub(super) fn len(&self) -> usize {
        self.literal.len()
    }

    /// Where it may lie, seen from the end of the match before.
    #[inline]
    pub(super) fn window(&self, previous: usize, value: Value<'_>, variables: &Variables) -> Option<Window> {
        let base = place::origin(self.base, previous, value);
        Window::of(base, self.from, self.room, value.len(), variables)
    }

    /// Where its first match in the window ends, from `start` on.
    #[inline]
    pub(super) fn find(
        &self,
        value: Value<'_>,
        window: Window,
        start: usize,
        budget: &mut Budget,
    ) -> Result<Option<usize>, Failure> {
        let Some(haystack) = value.bytes.get(start..window.end).filter(|h| h.len() >= self.len()) else {
            budget.spend(0).ok_or(Failure::Final)?;
            return Ok(None);
        };
        if self.end == End::OfBuffer {
            budget.spend(0).ok_or(Failure::Final)?;
            let ends = value.extent.is_whole() && window.end == value.len();
            let last = haystack.len() - self.len();
            let found = ends && haystack.get(last..).is_some_and(|bytes| self.literal.is(bytes));
            return Ok(found.then_some(window.end));
        }
        budget.spend(self.literal.cost(haystack.len())).ok_or(Failure::Final)?;
        Ok(self.literal.find(haystack).map(|at| start + at + self.len()))
    }

    /// Whether a content that must not be there is not.
    pub(super) fn absent(
        &self,
        value: Value<'_>,
        previous: usize,
        variables: &Variables,
        budget: &mut Budget,
    ) -> Outcome {
        let window = self.window(previous, value, variables).ok_or(Failure::Final)?;
        let undecided = value.extent == Extent::Open && (window.beyond || self.end == End::OfBuffer);
        match self.find(value, window, window.start, budget)? {
            None if !undecided => Ok(()),
            _ => Err(Failure::Retry),
        }
    }
}
