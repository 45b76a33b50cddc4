//! Rules that never match, because an earlier one matches whatever they do.
//!
//! Only a single earlier rule that covers a later one is found; several that cover it together are not. That is what
//! mistakes look like in practice, and it costs a few passes over rows that are there anyway.

use super::decision::PolicyRuleId;
use super::matrix::Matrix;
use super::model::Model;

/// Words of rows that are looked at before the search ends, so that it is cheap for any policy.
const BUDGET: usize = 64 << 20;

/// Pairs of a rule and the earlier one that covers it.
pub(super) fn shadowed(model: &Model, matrix: &Matrix) -> Vec<(PolicyRuleId, PolicyRuleId)> {
    let mut found = Vec::new();
    let mut budget = BUDGET;
    let mut common: Vec<u64> = Vec::new();
    for (index, rule) in model.rules.iter().enumerate() {
        let words = index.div_ceil(64);
        common.clear();
        common.resize(words, u64::MAX);
        if let Some(last) = common.last_mut()
            && !index.is_multiple_of(64)
        {
            *last = (1 << (index % 64)) - 1;
        }
        for row in matrix.rows_of_rule(rule) {
            budget = budget.saturating_sub(words + 1);
            let mut any = 0;
            for (left, right) in common.iter_mut().zip(matrix.bits(row)) {
                *left &= right;
                any |= *left;
            }
            if any == 0 || budget == 0 {
                break;
            }
        }
        if budget == 0 {
            break;
        }
        if let Some((at, word)) = common.iter().enumerate().find(|(_, word)| **word != 0) {
            let earlier = at as u32 * 64 + word.trailing_zeros();
            found.push((PolicyRuleId(index as u32), PolicyRuleId(earlier)));
        }
    }
    found
}
