//! What each signature costs, where somebody asks: how often it was looked at, and how long that took.
//!
//! Off, it is a branch for each scan and each confirmation. On, the clock is read twice for each of them, some 40 ns that
//! are in the figures: they tell signatures apart, and are no measure of throughput.

use std::time::Duration;

use weir_rules::signature::RuleIndex;

/// What one signature cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCost {
    /// Matches of its patterns, or times that its fast pattern was found, or times that it was asked without one.
    pub candidates: u64,
    /// Times that the full rule was evaluated.
    pub confirmations: u64,
    /// Times that it held, before header, numbers and state were asked.
    pub matches: u64,
    /// Time for all of that; that of Hyperscan is not in it, which scans for all signatures at once.
    pub time: Duration,
}

/// What each signature of a rule set cost.
#[derive(Clone, Debug, Default)]
pub struct RuleProfile {
    costs: Vec<RuleCost>,
}

impl RuleProfile {
    /// For so many signatures.
    pub fn new(signatures: usize) -> RuleProfile {
        RuleProfile { costs: vec![RuleCost::default(); signatures] }
    }

    /// A signature may match.
    pub fn nominated(&mut self, rule: RuleIndex) {
        self.with(rule, |cost| cost.candidates += 1);
    }

    /// The full rule was evaluated.
    pub fn confirmed(&mut self, rule: RuleIndex, time: Duration, held: bool) {
        self.with(rule, |cost| {
            cost.confirmations += 1;
            cost.matches += u64::from(held);
            cost.time += time;
        });
    }

    /// A pattern of some signatures was found, and they were moved on by it together.
    pub fn walked(&mut self, rules: impl ExactSizeIterator<Item = RuleIndex>, time: Duration) {
        let share = time / u32::try_from(rules.len().max(1)).unwrap_or(u32::MAX);
        for rule in rules {
            self.with(rule, |cost| {
                cost.candidates += 1;
                cost.time += share;
            });
        }
    }

    /// A signature of the stream matcher was found.
    pub fn hit(&mut self, rule: RuleIndex) {
        self.with(rule, |cost| cost.matches += 1);
    }

    /// Adds what another profile of the same rule set found.
    pub fn add(&mut self, other: &RuleProfile) {
        for (cost, more) in self.costs.iter_mut().zip(&other.costs) {
            cost.candidates += more.candidates;
            cost.confirmations += more.confirmations;
            cost.matches += more.matches;
            cost.time += more.time;
        }
    }

    /// The signatures that were looked at, those that took longest first.
    pub fn slowest_first(&self) -> Vec<(RuleIndex, RuleCost)> {
        let asked = |(_, cost): &(RuleIndex, RuleCost)| *cost != RuleCost::default();
        let numbered = self.costs.iter().enumerate().map(|(at, &cost)| (RuleIndex(at as u32), cost));
        let mut costs: Vec<_> = numbered.filter(asked).collect();
        costs.sort_by_key(|(rule, cost)| {
            (std::cmp::Reverse((cost.time, cost.confirmations, cost.candidates)), *rule)
        });
        costs
    }

    fn with(&mut self, rule: RuleIndex, change: impl FnOnce(&mut RuleCost)) {
        if let Some(cost) = self.costs.get_mut(rule.0 as usize) {
            change(cost);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_add_up_and_the_slowest_comes_first() {
        let mut profile = RuleProfile::new(3);
        profile.nominated(RuleIndex(2));
        profile.confirmed(RuleIndex(2), Duration::from_nanos(5), true);
        profile.walked([RuleIndex(0), RuleIndex(2)].into_iter(), Duration::from_nanos(20));
        profile.hit(RuleIndex(0));
        profile.hit(RuleIndex(99));
        let mut both = RuleProfile::new(3);
        both.add(&profile);
        both.add(&profile);
        let costs = both.slowest_first();
        assert_eq!(costs.iter().map(|(rule, _)| rule.0).collect::<Vec<_>>(), [2, 0]);
        assert_eq!(
            costs[0].1,
            RuleCost { candidates: 4, confirmations: 2, matches: 2, time: Duration::from_nanos(30) }
        );
        assert_eq!(costs[1].1.matches, 2);
    }
}
