//! Scores: signatures that add to a total (`score`), and the totals that act.
//!
//! As the OWASP core rule set does with its anomaly scores: a signature that is a weak sign says how much it weighs, the
//! totals from which something is done are configured. What matches in a transaction counts for that, anything else for
//! its flow, and a transaction is judged by both totals together. A signature counts once for each total, so that one
//! weak sign, repeated, stays a weak sign.

use weir_rules::signature::RuleIndex;

use crate::decode::TransactionId;

/// Signatures that one total remembers. Those behind count too, and may count again.
pub const MAX_CONTRIBUTORS: usize = 16;

/// Totals that one flow keeps: its own, and those of live transactions. The oldest makes room.
const MAX_TOTALS: usize = 33;

/// The totals from which something is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoreLimits {
    /// It is reported.
    pub alert: Option<i32>,
    /// What completes it is dropped.
    pub drop: Option<i32>,
    /// What completes it is dropped, and the ends are told.
    pub reject: Option<i32>,
}

/// What is done about a total, from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScoreAction {
    /// It is reported.
    Alert,
    /// The packet is dropped.
    Drop,
    /// The packet is dropped, and the ends are told.
    Reject,
}

impl ScoreAction {
    /// The name in events.
    pub const fn name(self) -> &'static str {
        match self {
            ScoreAction::Alert => "alert",
            ScoreAction::Drop => "drop",
            ScoreAction::Reject => "reject",
        }
    }
}

impl ScoreLimits {
    /// Whether anything is ever done.
    pub fn is_empty(&self) -> bool {
        *self == ScoreLimits::default()
    }

    /// What is done about a total, and from which total on. Dropping and rejecting come before reporting, whatever their
    /// limits; of the two, the one that was reached with the greater limit.
    fn action(&self, total: i32) -> Option<(ScoreAction, i32)> {
        let reached =
            |action, limit: Option<i32>| limit.filter(|&limit| total >= limit).map(|limit| (action, limit));
        let severe = [reached(ScoreAction::Drop, self.drop), reached(ScoreAction::Reject, self.reject)];
        let severe = severe.into_iter().flatten().max_by_key(|&(_, limit)| limit);
        severe.or_else(|| reached(ScoreAction::Alert, self.alert))
    }
}

/// A total that has come to where something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// What is done.
    pub action: ScoreAction,
    /// The total.
    pub total: i32,
    /// From which total on it is done.
    pub limit: i32,
    /// Of which transaction; none for the flow.
    pub transaction: Option<TransactionId>,
    /// What made it up, as far as that is remembered; the last made it reach the limit.
    pub contributors: [Option<RuleIndex>; MAX_CONTRIBUTORS],
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Total {
    of: Option<TransactionId>,
    sum: i32,
    rules: Vec<RuleIndex>,
    done: Option<ScoreAction>,
}

/// The totals of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores(Vec<Total>);

impl Scores {
    /// Adds what a signature's match weighs; tells where that makes a total reach a limit for which nothing was done yet.
    pub fn add(
        &mut self,
        of: Option<TransactionId>,
        rule: RuleIndex,
        score: i16,
        limits: &ScoreLimits,
    ) -> Option<Reached> {
        let of_flow = self.0.iter().find(|total| total.of.is_none()).map_or(0, |total| total.sum);
        let total = self.total(of)?;
        if total.rules.contains(&rule) {
            return None;
        }
        total.sum = total.sum.saturating_add(score.into());
        if total.rules.len() < MAX_CONTRIBUTORS {
            total.rules.push(rule);
        }
        let sum = if of.is_some() { total.sum.saturating_add(of_flow) } else { total.sum };
        let (action, limit) = limits.action(sum)?;
        if total.done >= Some(action) {
            return None;
        }
        total.done = Some(action);
        let mut contributors = [None; MAX_CONTRIBUTORS];
        // The last comes in any case.
        let known = total.rules.iter().copied().filter(|&known| known != rule).chain([rule]);
        let known: usize = contributors.iter_mut().zip(known).map(|(slot, rule)| *slot = Some(rule)).count();
        debug_assert!(known > 0);
        Some(Reached { action, total: sum, limit, transaction: of, contributors })
    }

    fn total(&mut self, of: Option<TransactionId>) -> Option<&mut Total> {
        if let Some(at) = self.0.iter().position(|total| total.of == of) {
            return self.0.get_mut(at);
        }
        if self.0.len() >= MAX_TOTALS
            && let Some(oldest) = self.0.iter().position(|total| total.of.is_some())
        {
            self.0.remove(oldest);
        }
        self.0.push(Total { of, ..Total::default() });
        self.0.last_mut()
    }

    /// Forgets transactions: those of a datagram end with it.
    pub fn forget_transactions(&mut self) {
        self.0.retain(|total| total.of.is_none());
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ScoreLimits = ScoreLimits { alert: Some(5), drop: Some(10), reject: None };
    const FIRST: Option<TransactionId> = Some(TransactionId(1));
    const SECOND: Option<TransactionId> = Some(TransactionId(2));

    fn add(
        scores: &mut Scores,
        of: Option<TransactionId>,
        rule: u32,
        score: i16,
    ) -> Option<(ScoreAction, i32)> {
        scores.add(of, RuleIndex(rule), score, &LIMITS).map(|reached| (reached.action, reached.total))
    }

    #[test]
    fn weak_signs_add_up_and_one_alone_does_not() {
        let mut scores = Scores::default();
        for _ in 0..10 {
            assert_eq!(add(&mut scores, FIRST, 1, 4), None);
        }
        assert_eq!(add(&mut scores, SECOND, 2, 4), None, "another transaction");
        assert_eq!(add(&mut scores, FIRST, 2, 4), Some((ScoreAction::Alert, 8)));
        assert_eq!(add(&mut scores, FIRST, 3, 1), None, "it was told");
        assert_eq!(add(&mut scores, FIRST, 4, 1), Some((ScoreAction::Drop, 10)));
        assert_eq!(add(&mut scores, FIRST, 5, 9), None);
    }

    #[test]
    fn a_flow_weighs_on_its_transactions_and_some_signs_are_good() {
        let mut scores = Scores::default();
        assert_eq!(add(&mut scores, None, 1, 4), None);
        assert_eq!(add(&mut scores, FIRST, 2, -3), None);
        assert_eq!(add(&mut scores, FIRST, 3, 3), None);
        assert_eq!(add(&mut scores, SECOND, 3, 3), Some((ScoreAction::Alert, 7)));
        scores.forget_transactions();
        assert_eq!(add(&mut scores, None, 4, 6), Some((ScoreAction::Drop, 10)));
    }

    #[test]
    fn the_contributors_are_told_and_memory_is_bounded() {
        let mut scores = Scores::default();
        let mut reached = None;
        for rule in 0..40 {
            reached =
                scores.add(FIRST, RuleIndex(rule), 1, &ScoreLimits { drop: Some(40), ..LIMITS }).or(reached);
        }
        let reached = reached.expect("the limit");
        assert_eq!((reached.total, reached.limit), (40, 40));
        assert!(reached.contributors.iter().all(Option::is_some));
        for transaction in 0..100 {
            add(&mut scores, Some(TransactionId(transaction)), 1, 1);
        }
        assert!(scores.0.len() <= MAX_TOTALS);
    }

    #[test]
    fn the_greater_limit_says_what_is_done() {
        let limits = ScoreLimits { alert: Some(20), drop: Some(10), reject: Some(15) };
        for (total, action) in [
            (9, None),
            (10, Some(ScoreAction::Drop)),
            (15, Some(ScoreAction::Reject)),
            (25, Some(ScoreAction::Reject)),
        ] {
            assert_eq!(limits.action(total).map(|(action, _)| action), action, "{total}");
        }
        assert!(ScoreLimits::default().is_empty());
    }
}
