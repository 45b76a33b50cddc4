//! What a worker needs to evaluate, and the questions that it asks.

use std::fmt;
use std::sync::Arc;

use weir_rules::signature::RuleIndex;

use super::captures::{Captured, Captures};
use super::compile::Confirmer;
use super::dataset::Datasets;
use super::dataset_changes::{Changes, FoundElement};
use super::evaluate::{Work, evaluate};
use super::limits::{Budget, Counters};
use super::program::{Absence, Kind, Program};
use super::regex::Runner;
use super::transform::{self, Buffers};
use super::value::Value;
use super::variables::Variables;
use crate::profile::RuleProfile;

/// All memory that evaluations of one worker write to. It belongs to the [`Confirmer`] it was made for.
pub struct Scratch {
    variables: Variables,
    captures: Captures,
    changes: Changes,
    runner: Runner,
    counters: Counters,
    buffers: Buffers,
    nested: Buffers,
    decoded: Vec<u8>,
    datasets: Arc<dyn Datasets>,
    /// What signatures cost, where somebody asks.
    pub(crate) profile: Option<Box<RuleProfile>>,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("counters", &self.counters).finish_non_exhaustive()
    }
}

impl Scratch {
    /// What a worker needs; nothing is allocated later.
    pub fn new(confirmer: &Confirmer, datasets: Arc<dyn Datasets>) -> Scratch {
        let limits = &confirmer.limits;
        Scratch {
            variables: Variables::default(),
            captures: Captures::new(limits.captured),
            changes: Changes::new(),
            runner: Runner {
                locations: confirmer.expressions.iter().map(|expression| expression.locations()).collect(),
            },
            counters: Counters::default(),
            buffers: Buffers::new(limits.transformed),
            nested: Buffers::new(limits.transformed),
            decoded: Vec::with_capacity(limits.transformed),
            datasets,
            profile: None,
        }
    }

    /// Begins with a candidate: forgets the variables and groups of the one before. They are kept from one buffer of a
    /// rule to the next, so the buffers are asked in the order of the rule.
    pub fn begin(&mut self) {
        self.variables.clear();
        self.captures.clear();
        self.changes.clear();
    }

    /// Carries out what the candidate, which holds in all its buffers, does to sets. Returns whether that changed what
    /// it should; if not, the candidate does not match after all.
    pub fn commit(&mut self) -> bool {
        self.changes.commit(&*self.datasets, &mut self.counters)
    }

    /// Elements of sets that the candidate was found to be about.
    pub fn found(&self) -> &[FoundElement] {
        self.changes.found()
    }

    /// What evaluations did since the start.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The groups of expressions that the candidate's rule keeps, as far as it matched.
    pub fn captured<'s>(
        &'s self,
        confirmer: &'s Confirmer,
        rule: RuleIndex,
    ) -> impl Iterator<Item = Captured<'s>> {
        self.captures.iter().filter_map(move |(regex, group, bytes)| {
            let programs = confirmer.rules.get(rule.0 as usize)?;
            let mut kinds = programs.iter().flat_map(|program| &program.steps).map(|step| &step.kind);
            kinds.find_map(|kind| match kind {
                Kind::Regex(found) if found.expression.number == regex => {
                    Some(Captured { capture: found.capture(group)?, bytes })
                }
                _ => None,
            })
        })
    }
}

impl Confirmer {
    /// Whether `value` is what the rule asks of the buffer at this position of its `buffers`.
    ///
    /// What `base64_decode` gives is asked together with the buffer that it is decoded from; for the rule's
    /// [`Buffer::Base64`](weir_rules::signature::Buffer::Base64) the answer is therefore yes, whatever the value.
    pub fn matches(&self, rule: RuleIndex, buffer: usize, value: Value<'_>, scratch: &mut Scratch) -> bool {
        let Some(program) = self.program(rule, buffer) else { return false };
        if program.asked_by_decoder {
            return true;
        }
        scratch.counters.evaluations += 1;
        if program.absence == Absence::Required {
            return false;
        }
        let matched = self.run(program, value, scratch);
        scratch.counters.matches += u64::from(matched);
        matched
    }

    /// Whether the rule is content with the buffer not being there (`absent`).
    pub fn matches_absent(&self, rule: RuleIndex, buffer: usize) -> bool {
        self.program(rule, buffer).is_some_and(|p| p.absence != Absence::Fails || p.asked_by_decoder)
    }

    fn run(&self, program: &Program, value: Value<'_>, scratch: &mut Scratch) -> bool {
        let mut budget = Budget::new(self.limits.steps);
        let mut buffers = std::mem::take(&mut scratch.buffers);
        let transformed = transform::apply(
            &program.transforms,
            value,
            &mut buffers,
            &mut scratch.runner,
            &mut budget,
            &mut scratch.counters,
            &self.limits,
        );
        let (mark, changes) = (scratch.captures.mark(), scratch.changes.mark());
        let matched = transformed.is_some_and(|value| {
            let mut work = Work {
                variables: &mut scratch.variables,
                captures: &mut scratch.captures,
                changes: &mut scratch.changes,
                runner: &mut scratch.runner,
                counters: &mut scratch.counters,
                budget: &mut budget,
                decoded: &mut scratch.decoded,
                nested: &mut scratch.nested,
                datasets: &*scratch.datasets,
                limits: &self.limits,
            };
            evaluate(&program.steps, value, &mut work).is_ok()
        });
        if !matched {
            scratch.captures.rewind(mark);
            scratch.changes.rewind(changes);
        }
        scratch.buffers = buffers;
        scratch.counters.steps += u64::from(self.limits.steps - budget.left());
        scratch.counters.step_limits += u64::from(budget.is_exhausted());
        matched
    }
}
