//! From matches of patterns to hits of signatures.
//!
//! Hyperscan tells that pattern 17 ended at byte 4,711, in no particular order within one scan. The matcher sorts
//! what a scan reported, walks the steps of the signatures that wait for each pattern, and reports a signature once
//! all of its steps are where they must be. Signatures of a single pattern skip all that.

use weir_rules::field::FieldId;
use weir_rules::signature::{RuleAction, RuleIndex};

use super::plan::{GroupPlan, Plan};
use super::progress::{Cover, Fired, ProgressSlab};
use super::walk::{Span, Walk, is_complete, lies};
use crate::confirm::FoundElement;
use crate::decode::TransactionId;
use crate::flow::Direction;

/// Hits of which one packet is reported to have; more are acted on and counted.
pub const MAX_HITS: usize = 64;

/// Matches that wait for their turn during a scan. When they fill up, they are walked early.
const PENDING: usize = 4096;

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

/// A signature that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub rule: RuleIndex,
    /// Of which rule set: the epoch of its inspector. After a reload, one packet can have hits of two rule sets.
    pub epoch: u8,
    /// In which field; `None` where the header alone decided.
    pub field: Option<FieldId>,
    /// In which direction of the flow.
    pub direction: Direction,
    /// Offset in the field behind the last byte of the match with which all was there that must be.
    pub offset: u64,
    /// Whether it shows as an event.
    pub reporting: Reporting,
}

/// Whether a hit shows as an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reporting {
    /// It does.
    #[default]
    Event,
    /// It does not, by the `threshold` of its signature; its action is carried out.
    Suppressed,
}

/// The hits of one packet.
///
/// Whether a hit counts is decided by the header of its signature, later: so there has to be room for hits of all
/// signatures, or a packet that is full of harmless ones could hide the one that forbids it.
#[derive(Debug)]
pub struct Hits {
    list: Vec<Hit>,
    /// Elements of sets that hits are about.
    explained: Vec<(RuleIndex, FoundElement)>,
    /// Transactions in which signatures that have a score matched.
    scored: Vec<(RuleIndex, TransactionId)>,
    /// Actions that are done in place of those of the signatures.
    actions: Vec<(RuleIndex, RuleAction)>,
    lost: u64,
}

/// Elements of sets, and transactions, that are kept for the hits of one packet.
const MAX_EXPLAINED: usize = 64;

impl Default for Hits {
    fn default() -> Hits {
        Hits {
            list: Vec::with_capacity(MAX_HITS),
            explained: Vec::with_capacity(MAX_EXPLAINED),
            scored: Vec::with_capacity(MAX_EXPLAINED),
            actions: Vec::with_capacity(MAX_EXPLAINED),
            lost: 0,
        }
    }
}

impl Hits {
    /// No hits and no room for any, to stand in for what is lent out.
    pub const fn none() -> Hits {
        Hits { list: Vec::new(), explained: Vec::new(), scored: Vec::new(), actions: Vec::new(), lost: 0 }
    }

    /// Room for all hits that one packet can have of `signatures` signatures: each in both directions.
    pub fn for_signatures(signatures: usize) -> Hits {
        Hits {
            list: Vec::with_capacity(signatures * 2 + MAX_HITS),
            explained: Vec::with_capacity(MAX_EXPLAINED),
            scored: Vec::with_capacity(MAX_EXPLAINED),
            actions: Vec::with_capacity(MAX_EXPLAINED),
            lost: 0,
        }
    }

    /// Takes over the room of `other`, where that is more.
    pub fn take_room(&mut self, other: &mut Hits) {
        if other.list.capacity() > self.list.capacity() {
            std::mem::swap(&mut self.list, &mut other.list);
            self.list.clear();
        }
    }

    /// Forgets them all; keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.explained.clear();
        self.scored.clear();
        self.actions.clear();
    }

    /// Does another action than that of a signature.
    pub fn act(&mut self, rule: RuleIndex, action: RuleAction) {
        if self.actions.len() < self.actions.capacity() {
            self.actions.push((rule, action));
        }
    }

    /// The action for a signature.
    pub fn action(&self, rule: RuleIndex, own: RuleAction) -> RuleAction {
        self.actions.iter().find(|&&(of, _)| of == rule).map_or(own, |&(_, action)| action)
    }

    /// Notes in which transaction a signature matched; what does not fit counts for its flow.
    pub fn score(&mut self, rule: RuleIndex, transaction: TransactionId) {
        if self.scored.len() < self.scored.capacity() {
            self.scored.push((rule, transaction));
        }
    }

    /// The transactions in which a signature matched.
    pub fn scored(&self, rule: RuleIndex) -> impl Iterator<Item = TransactionId> {
        self.scored.iter().filter(move |&&(of, _)| of == rule).map(|&(_, transaction)| transaction)
    }

    /// Notes an element of a set that a signature's match is about; what does not fit is not told of.
    pub fn explain(&mut self, rule: RuleIndex, element: FoundElement) {
        if self.explained.len() < self.explained.capacity() {
            self.explained.push((rule, element));
        }
    }

    /// The elements that matches of a signature are about.
    pub fn explanations(&self, rule: RuleIndex) -> impl Iterator<Item = FoundElement> {
        self.explained.iter().filter(move |&&(of, _)| of == rule).map(|&(_, element)| element)
    }

    /// Adds one, or counts it as lost where there is no room.
    pub fn push(&mut self, hit: Hit) {
        if self.list.len() == self.list.capacity() {
            self.forget_repeated();
        }
        if self.list.len() < self.list.capacity() {
            self.list.push(hit);
        } else {
            self.lost += 1;
        }
    }

    /// Keeps the first of several hits of a signature. Behind a gap a stream is scanned as if it were another.
    #[cold]
    fn forget_repeated(&mut self) {
        let key = |hit: &Hit| (hit.rule, hit.epoch, hit.direction.index());
        self.list.sort_unstable_by_key(|hit| (key(hit), hit.offset));
        self.list.dedup_by_key(|hit| key(hit));
    }

    /// Puts hits in the order of a key, then of their places. A hostile packet can have thousands of them.
    pub fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&Hit) -> K) {
        self.list.sort_unstable_by_key(|hit| (key(hit), hit.offset, hit.rule, hit.direction.index()));
    }

    /// Keeps the hits that `keep` says to keep.
    pub fn retain(&mut self, keep: impl FnMut(&mut Hit) -> bool) {
        self.list.retain_mut(keep);
    }

    /// Counts a hit that is not reported.
    pub fn lose(&mut self) {
        self.lost += 1;
    }

    /// What was hit.
    pub fn as_slice(&self) -> &[Hit] {
        &self.list
    }

    /// How many were not reported since the start.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

#[derive(Clone, Copy, Debug)]
struct RawMatch {
    pattern: u32,
    start: u64,
    end: u64,
}

/// What a scan is about, and where its state is.
#[derive(Debug)]
pub struct ScanScope<'a> {
    /// The group that is scanned.
    pub group: &'a GroupPlan,
    /// The field, for the hits.
    pub field: FieldId,
    /// The direction, for the hits.
    pub direction: Direction,
    /// The epoch of the rule set, for the hits.
    pub epoch: u8,
    /// What offset zero of the scanner is in the field.
    pub base: u64,
    /// The list of progress of the stream.
    pub head: &'a mut u32,
    /// Where the hits go.
    pub hits: &'a mut Hits,
}

impl ScanScope<'_> {
    /// A hit of `rule` that a match which ends at `end` completed.
    fn hit(&self, rule: RuleIndex, end: u64) -> Hit {
        let (epoch, field, direction) = (self.epoch, Some(self.field), self.direction);
        Hit { rule, epoch, field, direction, offset: self.base + end, reporting: Reporting::Event }
    }
}

/// What went wrong or was inexact, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatcherCounters {
    /// Matches that Hyperscan reported.
    pub matches: u64,
    /// Signatures that could not be followed for want of `inspect.progress`.
    pub progress_full: u64,
    /// Windows that were widened; see [`super::progress`].
    pub widened: u64,
}

/// Walks the matches of a worker's scans.
#[derive(Debug)]
pub struct Matcher {
    pending: Vec<RawMatch>,
    slab: ProgressSlab,
    counters: MatcherCounters,
}

impl Matcher {
    /// With room for `progress` signatures under way at once.
    pub fn new(progress: usize) -> Matcher {
        Matcher {
            pending: Vec::with_capacity(PENDING),
            slab: ProgressSlab::new(progress),
            counters: MatcherCounters::default(),
        }
    }

    /// Counters since the start.
    pub fn counters(&self) -> MatcherCounters {
        self.counters
    }

    /// Entries of progress in use.
    pub fn live_progress(&self) -> usize {
        self.slab.live()
    }

    /// Forgets the progress of a stream.
    pub fn release(&mut self, head: &mut u32) {
        self.slab.release(head);
    }

    /// Takes one match as Hyperscan reports it. Must not panic: it runs inside a C callback.
    pub fn on_match(&mut self, scope: &mut ScanScope<'_>, pattern: u32, start: u64, end: u64) {
        self.counters.matches += 1;
        let Some(uses) = scope.group.uses.get(pattern as usize) else { return };
        let mut wanted = false;
        for usage in uses {
            match scope.group.plans.get(usage.plan as usize) {
                Some(plan) if plan.is_single_pattern() => {
                    let hit = scope.hit(plan.rule, end);
                    scope.hits.push(hit);
                }
                Some(_) => wanted = true,
                None => {}
            }
        }
        if wanted {
            if self.pending.len() >= PENDING {
                self.walk(scope);
            }
            self.pending.push(RawMatch { pattern, start, end });
        }
    }

    /// Walks what the scan reported, and reports the signatures that are complete.
    pub fn finish(&mut self, scope: &mut ScanScope<'_>) {
        if self.pending.is_empty() {
            return;
        }
        self.walk(scope);
        self.slab.for_each(*scope.head, |progress| {
            let Some(plan) = scope.group.plans.get(progress.plan as usize) else { return };
            if progress.fired == Fired::No && is_complete(plan, progress) {
                progress.fired = Fired::Yes;
                let end = progress.complete_at.unwrap_or(0).unsigned_abs();
                let hit = scope.hit(plan.rule, end);
                scope.hits.push(hit);
            }
        });
    }

    fn walk(&mut self, scope: &mut ScanScope<'_>) {
        self.pending.sort_unstable_by_key(|m| (m.end, m.start, m.pattern));
        for index in 0..self.pending.len() {
            let Some(&found) = self.pending.get(index) else { break };
            let Some(uses) = scope.group.uses.get(found.pattern as usize) else { continue };
            for usage in uses {
                let Some(plan) = scope.group.plans.get(usage.plan as usize) else { continue };
                if !plan.is_single_pattern() {
                    self.step(scope.head, plan, usage.plan, usage.step, found);
                }
            }
        }
        self.pending.clear();
    }

    fn step(&mut self, head: &mut u32, plan: &Plan, plan_index: u32, step_index: u8, found: RawMatch) {
        let Some(step) = plan.steps.get(usize::from(step_index)) else { return };
        let start = match step.length {
            Some(length) => found.end.saturating_sub(u64::from(length)),
            None => found.start,
        };
        let cover = lies(step, start, found.end);
        if cover == Cover::None {
            return;
        }
        let Some(progress) = self.slab.entry(head, plan_index) else {
            self.counters.progress_full += 1;
            return;
        };
        if progress.fired == Fired::No {
            let span = Span { start: signed(start), end: signed(found.end) };
            self.counters.widened +=
                Walk::new(plan, progress, span.end).matched(step_index, step, span, cover);
        }
    }
}
