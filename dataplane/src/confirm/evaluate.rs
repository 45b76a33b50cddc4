//! Evaluation: the conditions one after another, and back to the next match of one where those behind it do not hold.
//!
//! A rule holds if there is a choice of matches with which all of its conditions hold. Only a `content` or `pcre` that
//! something behind it is counted from has choices to make; of the others the first match is as good as any.

use weir_rules::signature::{Base, Base64Mode, DataAt, Presence};

use super::base64_decode;
use super::byte_keywords;
use super::captures::{Captures, Mark};
use super::content::PreparedContent;
use super::dataset::Datasets;
use super::dataset_changes::{Changes, ChangesMark};
use super::entropy;
use super::limits::{Budget, Counters, Limits};
use super::program::{Decoder, Follow, Kind, Program, Step};
use super::regex::{PreparedRegex, Runner};
use super::size;
use super::transform::{self, Buffers};
use super::value::{Extent, Value};
use super::variables::Variables;

/// Why conditions do not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Another match of a condition before may help.
    Retry,
    /// Nothing helps.
    Final,
}

/// Whether conditions hold.
pub(super) type Outcome = Result<(), Failure>;

/// What an evaluation writes to.
pub(super) struct Work<'a> {
    pub variables: &'a mut Variables,
    pub captures: &'a mut Captures,
    pub changes: &'a mut Changes,
    pub runner: &'a mut Runner,
    pub counters: &'a mut Counters,
    pub budget: &'a mut Budget,
    pub decoded: &'a mut Vec<u8>,
    pub nested: &'a mut Buffers,
    pub datasets: &'a dyn Datasets,
    pub limits: &'a Limits,
}

impl Work<'_> {
    fn mark(&self) -> (Mark, ChangesMark) {
        (self.captures.mark(), self.changes.mark())
    }

    /// Forgets what was kept since a mark.
    fn rewind(&mut self, (captures, changes): (Mark, ChangesMark)) {
        self.captures.rewind(captures);
        self.changes.rewind(changes);
    }
}

/// The conditions of a buffer and the value they are asked of.
struct Run<'r, 'a> {
    value: Value<'r>,
    steps: &'r [Step],
    work: &'r mut Work<'a>,
}

/// Whether a value, transformed already, holds all that the steps ask.
pub(super) fn evaluate(steps: &[Step], value: Value<'_>, work: &mut Work<'_>) -> Outcome {
    Run { value, steps, work }.walk(0, 0)
}

impl Run<'_, '_> {
    /// Whether the steps from `at` on hold, if the match before them ended at `previous`.
    fn walk(&mut self, mut at: usize, mut previous: usize) -> Outcome {
        let steps = self.steps;
        while let Some(step) = steps.get(at) {
            at += 1;
            let outcome = match &step.kind {
                Kind::Content(content) if content.presence == Presence::Required => match step.follow {
                    Follow::Somebody => return self.try_contents(step, content, at, previous),
                    Follow::Nobody => self.first_content(content, previous).map(|end| previous = end),
                },
                Kind::Regex(regex) if regex.presence == Presence::Required => match step.follow {
                    Follow::Somebody => return self.try_matches(step, regex, at, previous),
                    Follow::Nobody => self.first_match(regex, previous).map(|end| previous = end),
                },
                other => self.ask(other, &mut previous),
            };
            match outcome {
                Ok(()) => {}
                Err(Failure::Final) => return Err(Failure::Final),
                Err(Failure::Retry) => return Err(step.failure),
            }
        }
        Ok(())
    }

    fn first_content(&mut self, content: &PreparedContent, previous: usize) -> Result<usize, Failure> {
        let window = content.window(previous, self.value, self.work.variables).ok_or(Failure::Retry)?;
        content.find(self.value, window, window.start, self.work.budget)?.ok_or(Failure::Retry)
    }

    /// Tries the matches of a content in order, until what follows holds.
    fn try_contents(
        &mut self,
        step: &Step,
        content: &PreparedContent,
        next: usize,
        previous: usize,
    ) -> Outcome {
        let window = content.window(previous, self.value, self.work.variables).ok_or(step.failure)?;
        let mut start = window.start;
        let mut failure = step.failure;
        while let Some(end) = content.find(self.value, window, start, self.work.budget)? {
            let mark = self.work.mark();
            match self.walk(next, end) {
                Err(Failure::Retry) => {}
                decided => return decided,
            }
            self.work.rewind(mark);
            failure = Failure::Retry;
            start = end.saturating_sub(content.len()) + 1;
        }
        Err(failure)
    }

    fn find(
        &mut self,
        regex: &PreparedRegex,
        origin: usize,
        start: usize,
    ) -> Result<(usize, usize), Failure> {
        let Work { runner, budget, counters, captures, .. } = self.work;
        let found = regex.find(self.value, origin, start, runner, budget, counters)?.ok_or(Failure::Retry)?;
        regex.capture_groups(self.value, origin, runner, captures, counters);
        Ok((found.start, found.end))
    }

    fn first_match(&mut self, regex: &PreparedRegex, previous: usize) -> Result<usize, Failure> {
        let origin = regex.origin(previous);
        self.find(regex, origin, origin).map(|(_, end)| end)
    }

    /// Tries the matches of an expression, one for each place where it may start, until what follows holds.
    fn try_matches(&mut self, step: &Step, regex: &PreparedRegex, next: usize, previous: usize) -> Outcome {
        let origin = regex.origin(previous);
        let mut start = origin;
        let mut failure = step.failure;
        loop {
            let mark = self.work.mark();
            let (found, end) = match self.find(regex, origin, start) {
                Ok(found) => found,
                Err(Failure::Retry) => return Err(failure),
                Err(Failure::Final) => return Err(Failure::Final),
            };
            match self.walk(next, end) {
                Err(Failure::Retry) => {}
                decided => return decided,
            }
            self.work.rewind(mark);
            failure = Failure::Retry;
            start = found.max(start) + 1;
        }
    }

    /// Asks a condition that has no choices; one that moves changes `previous`.
    fn ask(&mut self, kind: &Kind, previous: &mut usize) -> Outcome {
        let value = self.value;
        let Work { variables, runner, counters, budget, datasets, changes, .. } = &mut *self.work;
        if !matches!(kind, Kind::Content(_) | Kind::Regex(_)) {
            budget.spend(0).ok_or(Failure::Final)?;
        }
        let holds = match kind {
            Kind::Content(content) => return content.absent(value, *previous, variables, budget),
            Kind::Regex(regex) => return regex.absent(value, *previous, runner, budget, counters),
            Kind::ByteTest(test) => byte_keywords::test(test, value, *previous, variables).unwrap_or(false),
            Kind::ByteJump(jump) => moved(byte_keywords::jump(jump, value, *previous, variables), previous),
            Kind::ByteExtract(extract) => {
                moved(byte_keywords::extract(extract, value, *previous, variables), previous)
            }
            Kind::ByteMath(math) => moved(byte_keywords::math(math, value, *previous, variables), previous),
            Kind::DataAt(data_at) => data_at_holds(data_at, value, *previous, variables),
            Kind::Size(test) => size::holds(test, value),
            Kind::Entropy(entropy) => {
                budget.spend(value.len()).ok_or(Failure::Final)?;
                entropy::holds(entropy, value, *previous, variables).unwrap_or(false)
            }
            Kind::Dataset(dataset) => dataset.holds(value, *datasets, changes, counters),
            Kind::Base64Decode(decoder) => return self.decode(decoder, *previous),
        };
        if holds { Ok(()) } else { Err(Failure::Retry) }
    }

    /// Decodes, and asks what is to be asked of the result.
    fn decode(&mut self, decoder: &Decoder, previous: usize) -> Outcome {
        let Work { variables, budget, counters, limits, decoded: kept, .. } = &mut *self.work;
        let text = base64_decode::part(&decoder.decode, self.value, previous, variables);
        let text = text.ok_or(Failure::Retry)?;
        budget.spend(text.len()).ok_or(Failure::Final)?;
        let mut decoded = std::mem::take(*kept);
        decoded.clear();
        let _ = super::base64::decode(text, Base64Mode::Rfc4648, limits.transformed, &mut decoded);
        if decoded.len() == limits.transformed {
            counters.cut += 1;
        }
        let extent = if decoded.len() == limits.transformed { Extent::Cut } else { Extent::Whole };
        let value = Value { bytes: &decoded, skipped: 0, extent };
        let outcome = if decoded.is_empty() {
            Err(Failure::Retry)
        } else {
            decoder.programs.iter().try_for_each(|program| self.ask_decoded(program, value))
        };
        *self.work.decoded = decoded;
        outcome
    }

    fn ask_decoded(&mut self, program: &Program, value: Value<'_>) -> Outcome {
        let mut buffers = std::mem::take(self.work.nested);
        let Work { runner, counters, budget, limits, .. } = &mut *self.work;
        let outcome = match transform::apply(
            &program.transforms,
            value,
            &mut buffers,
            runner,
            budget,
            counters,
            limits,
        ) {
            Some(value) => evaluate(&program.steps, value, self.work),
            None => Err(Failure::Retry),
        };
        *self.work.nested = buffers;
        // A variable may have been used, and another match before may give it another value.
        outcome.map_err(|_| if self.work.budget.is_exhausted() { Failure::Final } else { Failure::Retry })
    }
}

/// Takes a place that what follows is counted from.
fn moved(place: Option<usize>, previous: &mut usize) -> bool {
    place.map(|place| *previous = place).is_some()
}

/// `isdataat`. From the start the number is a position that must be there, from the match before so many bytes.
fn data_at_holds(data_at: &DataAt, value: Value<'_>, previous: usize, variables: &Variables) -> bool {
    let Some(bytes) = variables.place(data_at.bytes) else { return false };
    let bytes = usize::try_from(bytes.max(0)).unwrap_or(usize::MAX);
    let there = match data_at.base {
        Base::Start => bytes < value.skipped + value.len(),
        Base::Previous => previous.saturating_add(bytes) <= value.len(),
    };
    match data_at.presence {
        Presence::Required => there,
        Presence::Absent => !there && value.extent.is_whole(),
    }
}
