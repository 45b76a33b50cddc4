//! What a signature asks of one group (a field in one direction), in the form the matcher works with.
//!
//! A signature is a list of conditions; a [`Plan`] turns them into [`Step`]s whose placement is either absolute or
//! anchored to an earlier step, and tells which pattern reports each of them. Patterns that several signatures share
//! are scanned for once.

use std::collections::HashMap;

use weir_rules::signature::{Condition, Pattern, Placement, Presence, RuleIndex, Signature};

/// How many conditions a signature can have, so that the state of a match fits a word.
pub const MAX_STEPS: usize = 64;

/// Where a match of a step must lie. Positions are offsets in the field, counted from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The match starts at `from` or later and ends at `to` or earlier.
    Absolute {
        /// First byte it may cover.
        from: u64,
        /// First byte that it may not cover.
        to: u64,
    },
    /// The match starts between `distance` and `reach` bytes after the end of the anchor's match, the latter less the
    /// length of the pattern.
    Anchored {
        /// The step whose match it is measured from.
        anchor: u8,
        /// Least distance, negative where the two may overlap.
        distance: i64,
        /// The match ends within this many bytes of the anchor's end; `None` for anywhere behind.
        reach: Option<i64>,
    },
}

/// One condition.
#[derive(Clone, Debug)]
pub struct Step {
    /// Length of what the pattern matches, where it is fixed; otherwise the scanner reports where a match starts.
    pub length: Option<u32>,
    /// Where it must lie.
    pub place: Place,
    /// Whether it must match or must not.
    pub presence: Presence,
    /// The steps anchored to this one.
    pub followers: Vec<u8>,
}

/// A signature in one group.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The signature.
    pub rule: RuleIndex,
    /// Its conditions.
    pub steps: Vec<Step>,
    /// A bit for each step that must match.
    pub required: u64,
}

impl Plan {
    /// Whether the first match of its only pattern is all that it asks for.
    pub fn is_single_pattern(&self) -> bool {
        matches!(
            self.steps.as_slice(),
            [Step { place: Place::Absolute { from: 0, to: u64::MAX }, presence: Presence::Required, .. }]
        )
    }
}

/// Text and flags of a pattern to scan for; equal ones are scanned for once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatternKey {
    /// In Hyperscan's syntax.
    pub expression: String,
    /// Letters match in either case.
    pub caseless: bool,
    /// `.` matches a line feed.
    pub dotall: bool,
    /// `^` and `$` match at lines.
    pub multiline: bool,
    /// How often it has to be reported.
    pub report: Report,
}

/// What the matcher needs to know of the matches of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// That there is one.
    Once,
    /// Where each of them ends.
    Ends,
    /// Where each of them starts and ends.
    Spans,
}

/// A place where a pattern is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Index of the plan.
    pub plan: u32,
    /// The step in it.
    pub step: u8,
}

/// The plans of a group and the patterns they wait for.
#[derive(Debug, Default)]
pub struct GroupPlan {
    /// One for each signature of the group.
    pub plans: Vec<Plan>,
    /// The patterns to compile; the position is the pattern's id.
    pub patterns: Vec<PatternKey>,
    /// Who waits for each pattern.
    pub uses: Vec<Vec<Use>>,
    ids: HashMap<PatternKey, usize>,
}

impl GroupPlan {
    /// Adds a plain signature, with all of its conditions.
    pub fn add(&mut self, rule: RuleIndex, signature: &Signature) {
        let conditions = signature.plain_conditions().unwrap_or_default();
        let steps = steps_of(conditions);
        let required = steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.presence == Presence::Required)
            .fold(0, |bits, (index, _)| bits | 1 << index);
        let plan = self.plans.len() as u32;
        for (index, (step, condition)) in steps.iter().zip(conditions).enumerate() {
            let key = pattern_key(condition, step);
            let id = *self.ids.entry(key.clone()).or_insert_with(|| {
                self.patterns.push(key);
                self.uses.push(Vec::new());
                self.patterns.len() - 1
            });
            self.uses[id].push(Use { plan, step: index as u8 });
        }
        self.plans.push(Plan { rule, steps, required });
    }
}

fn steps_of(conditions: &[Condition]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(conditions.len());
    let mut last_required = None;
    for (index, condition) in conditions.iter().take(MAX_STEPS).enumerate() {
        let length = match &condition.pattern {
            Pattern::Literal { bytes, .. } => Some(bytes.len() as u32),
            Pattern::Regex { .. } => None,
        };
        let place = place_of(&condition.placement, last_required);
        if let Place::Anchored { anchor, .. } = place {
            steps[usize::from(anchor)].followers.push(index as u8);
        }
        // A pattern that must not match has no end to measure from, so it does not move the anchor.
        if condition.presence == Presence::Required {
            last_required = Some(index as u8);
        }
        steps.push(Step { length, place, presence: condition.presence, followers: Vec::new() });
    }
    steps
}

fn place_of(placement: &Placement, anchor: Option<u8>) -> Place {
    match (*placement, anchor) {
        (Placement::Absolute { offset, depth }, _) => {
            let from = u64::from(offset);
            Place::Absolute { from, to: depth.map_or(u64::MAX, |depth| from + u64::from(depth)) }
        }
        // Nothing to measure from yet: the start of the field serves, as it does in Suricata.
        (Placement::Relative { distance, within }, None) => {
            let from = u64::try_from(distance).unwrap_or(0);
            let to = within.map_or(u64::MAX, |within| from + u64::from(within));
            Place::Absolute { from, to }
        }
        (Placement::Relative { distance, within }, Some(anchor)) => {
            let distance = i64::from(distance);
            Place::Anchored { anchor, distance, reach: within.map(|within| distance + i64::from(within)) }
        }
    }
}

fn pattern_key(condition: &Condition, step: &Step) -> PatternKey {
    let anywhere = step.place == Place::Absolute { from: 0, to: u64::MAX };
    let report = match step {
        _ if anywhere && step.followers.is_empty() => Report::Once,
        Step { length: None, place: Place::Anchored { .. }, .. } => Report::Spans,
        Step { length: None, place: Place::Absolute { from: 1.., .. }, .. } => Report::Spans,
        _ => Report::Ends,
    };
    match &condition.pattern {
        Pattern::Literal { bytes, case } => PatternKey {
            expression: literal_expression(bytes),
            caseless: case.is_insensitive(),
            dotall: false,
            multiline: false,
            report,
        },
        Pattern::Regex { expression, flags } => PatternKey {
            expression: if flags.extended { format!("(?x){expression}") } else { expression.clone() },
            caseless: flags.caseless,
            dotall: flags.dotall,
            multiline: flags.multiline,
            report,
        },
    }
}

/// Any bytes as a regular expression that matches just them.
fn literal_expression(bytes: &[u8]) -> String {
    let mut expression = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() {
            expression.push(char::from(byte));
        } else {
            expression.push_str(&format!("\\x{byte:02x}"));
        }
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_escaped_byte_by_byte() {
        assert_eq!(literal_expression(b"a.b\n\0"), "a\\x2eb\\x0a\\x00");
    }

    #[test]
    fn relative_to_nothing_is_relative_to_the_start_of_the_field() {
        let place = place_of(&Placement::Relative { distance: 4, within: Some(10) }, None);
        assert_eq!(place, Place::Absolute { from: 4, to: 14 });
    }
}
