//! `pcre`: expressions, compiled by PCRE with bounds on what a run may do.

use pcre2::bytes::{CaptureLocations, Regex as Pcre, RegexBuilder};
use weir_rules::signature::{Base, Capture, Presence, Regex};

use super::captures::Captures;
use super::evaluate::{Failure, Outcome};
use super::expression;
use super::limits::{Budget, Counters, Limits};
use super::value::{Extent, Value};

/// What a worker needs to run expressions: PCRE writes where groups lie.
pub(super) struct Runner {
    /// One for each expression, by its number.
    pub locations: Box<[CaptureLocations]>,
}

/// An expression, compiled.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    regex: Pcre,
    /// Its number among all of the [`Confirmer`](super::Confirmer)'s.
    pub(super) number: u32,
}

/// Where an expression matched, in bytes of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Matched {
    pub start: usize,
    pub end: usize,
}

impl Expression {
    /// Compiles the text of a transform, which has no flags.
    pub(super) fn plain(text: &str, number: u32, limits: &Limits) -> Result<Expression, pcre2::Error> {
        let (verbs, body) = expression::leading_verbs(text);
        let regex = builder().build(&expression::limited(verbs, body, limits))?;
        Ok(Expression { regex, number })
    }

    /// What a worker needs to run it.
    pub(super) fn locations(&self) -> CaptureLocations {
        self.regex.capture_locations()
    }

    /// Groups of the expression.
    pub(super) fn groups(&self) -> usize {
        self.regex.captures_len().saturating_sub(1)
    }

    /// Finds the first match that starts at `start` or behind it. A run that PCRE gives up is counted, and is an error.
    pub(super) fn find(
        &self,
        subject: &[u8],
        start: usize,
        runner: &mut Runner,
        counters: &mut Counters,
    ) -> Result<Option<Matched>, Unfinished> {
        let Some(locations) = runner.locations.get_mut(self.number as usize) else { return Err(Unfinished) };
        if start > subject.len() {
            return Ok(None);
        }
        counters.regex_runs += 1;
        match self.regex.captures_read_at(locations, subject, start) {
            Ok(found) => Ok(found.map(|found| Matched { start: found.start(), end: found.end() })),
            Err(_) => {
                counters.regex_limits += 1;
                Err(Unfinished)
            }
        }
    }
}

/// PCRE gave a run up: for a limit, or for text that is not UTF-8 where the expression asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfinished;

fn builder() -> RegexBuilder {
    let mut builder = RegexBuilder::new();
    builder.jit_if_available(true);
    builder
}

/// A `pcre`, prepared.
#[derive(Clone, Debug)]
pub(super) struct PreparedRegex {
    pub(super) expression: Expression,
    pub(super) presence: Presence,
    base: Base,
    captures: Box<[Capture]>,
}

impl PreparedRegex {
    pub(super) fn new(regex: &Regex, number: u32, limits: &Limits) -> Result<PreparedRegex, pcre2::Error> {
        let flags = regex.flags;
        let compiled = builder()
            .caseless(flags.caseless)
            .dotall(flags.dotall)
            .multi_line(flags.multiline)
            .extended(flags.extended)
            .build(&expression::expression(regex, limits))?;
        Ok(PreparedRegex {
            expression: Expression { regex: compiled, number },
            presence: regex.presence,
            base: regex.base,
            captures: regex.captures.clone(),
        })
    }

    /// What becomes of a group, counted from 0.
    pub(super) fn capture(&self, group: u32) -> Option<&Capture> {
        self.captures.get(group as usize)
    }

    /// Where its subject starts. Of a value whose beginning is gone, it is what there is.
    pub(super) fn origin(&self, previous: usize) -> usize {
        match self.base {
            Base::Start => 0,
            Base::Previous => previous,
        }
    }

    /// The first match from `start` on; both are places in the value.
    pub(super) fn find(
        &self,
        value: Value<'_>,
        origin: usize,
        start: usize,
        runner: &mut Runner,
        budget: &mut Budget,
        counters: &mut Counters,
    ) -> Result<Option<Matched>, Failure> {
        let subject = value.bytes.get(origin..).unwrap_or_default();
        budget.spend(subject.len()).ok_or(Failure::Final)?;
        let found = self.expression.find(subject, start.saturating_sub(origin), runner, counters);
        let found = found.map_err(|Unfinished| Failure::Retry)?;
        Ok(found.map(|Matched { start, end }| Matched { start: origin + start, end: origin + end }))
    }

    /// Keeps the groups of the match that was just found.
    pub(super) fn capture_groups(
        &self,
        value: Value<'_>,
        origin: usize,
        runner: &Runner,
        captures: &mut Captures,
        counters: &mut Counters,
    ) {
        let Some(locations) = runner.locations.get(self.expression.number as usize) else { return };
        for (group, _) in (0u32..).zip(&self.captures) {
            let Some((start, end)) = locations.get(group as usize + 1) else { continue };
            let bytes = value.bytes.get(origin + start..origin + end).unwrap_or_default();
            if captures.keep(self.expression.number, group, bytes).is_none() {
                counters.captures_lost += 1;
            }
        }
    }

    /// Whether an expression that must not match does not.
    pub(super) fn absent(
        &self,
        value: Value<'_>,
        previous: usize,
        runner: &mut Runner,
        budget: &mut Budget,
        counters: &mut Counters,
    ) -> Outcome {
        let origin = self.origin(previous);
        match self.find(value, origin, origin, runner, budget, counters)? {
            None if value.extent != Extent::Open => Ok(()),
            _ => Err(Failure::Retry),
        }
    }
}
