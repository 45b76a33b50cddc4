//! What a signature means, said as plainly as possible: the reference for the matcher.
//!
//! Everything here looks at a whole text at once, tries every place, and shares no code with the matcher.

use std::collections::BTreeSet;

use weir_rules::signature::{Condition, Pattern, Placement, Presence};

/// Where a pattern matched.
type Match = (usize, usize);

/// A regular expression over single bytes; small, slow and obvious.
#[derive(Clone, Debug)]
pub enum Regex {
    Byte(u8),
    Any,
    Sequence(Vec<Regex>),
    Either(Box<Regex>, Box<Regex>),
    Repeat { what: Box<Regex>, least: usize, most: usize },
}

impl Regex {
    /// In the syntax of PCRE.
    pub fn text(&self) -> String {
        match self {
            Regex::Byte(byte) => char::from(*byte).to_string(),
            Regex::Any => ".".to_owned(),
            Regex::Sequence(parts) => parts.iter().map(Regex::text).collect(),
            Regex::Either(one, other) => format!("(?:{}|{})", one.text(), other.text()),
            Regex::Repeat { what, least, most: usize::MAX } => format!("(?:{}){{{least},}}", what.text()),
            Regex::Repeat { what, least, most } => format!("(?:{}){{{least},{most}}}", what.text()),
        }
    }

    /// Where matches that start at `from` may end.
    pub fn ends(&self, text: &[u8], from: usize) -> BTreeSet<usize> {
        match self {
            Regex::Byte(byte) => (text.get(from) == Some(byte)).then_some(from + 1).into_iter().collect(),
            Regex::Any => text.get(from).filter(|&&b| b != b'\n').map(|_| from + 1).into_iter().collect(),
            Regex::Sequence(parts) => parts.iter().fold(BTreeSet::from([from]), |at, part| {
                at.into_iter().flat_map(|from| part.ends(text, from)).collect()
            }),
            Regex::Either(one, other) => &one.ends(text, from) | &other.ends(text, from),
            Regex::Repeat { what, least, most } => {
                let (mut now, mut all) = (BTreeSet::from([from]), BTreeSet::new());
                for round in 0..=(*most).min(text.len() + 1) {
                    if round >= *least {
                        all.extend(&now);
                    }
                    now = now.into_iter().flat_map(|from| what.ends(text, from)).collect();
                }
                all
            }
        }
    }
}

/// Judges texts; knows the expressions by their text.
pub struct Reference<'r> {
    pub regexes: &'r [Regex],
}

impl Reference<'_> {
    fn matches(&self, pattern: &Pattern, text: &[u8]) -> Vec<Match> {
        let starts = 0..=text.len();
        match pattern {
            Pattern::Literal { bytes, case } => {
                let is_at = |start: &usize| {
                    text.get(*start..start + bytes.len()).is_some_and(|found| match case.is_insensitive() {
                        true => found.eq_ignore_ascii_case(bytes),
                        false => found == &**bytes,
                    })
                };
                starts.filter(is_at).map(|start| (start, start + bytes.len())).collect()
            }
            Pattern::Regex { expression, .. } => {
                let regex = self.regex(expression);
                let all =
                    starts.flat_map(|start| regex.ends(text, start).into_iter().map(move |end| (start, end)));
                // The scanner knows no empty matches.
                all.filter(|(start, end)| start < end).collect()
            }
        }
    }

    /// The expression with this text; also where it was joined with the literal before it, as `(?i:\x61)(?:b+)`.
    fn regex(&self, text: &str) -> Regex {
        if let Some(known) = self.regexes.iter().find(|regex| regex.text() == text) {
            return known.clone();
        }
        let (literal, ignores_case) = match text.strip_prefix("(?-i:") {
            Some(literal) => (literal, false),
            None => (text.strip_prefix("(?i:").expect("a known regex"), true),
        };
        let (literal, rest) = literal.split_once(")(?:").expect("a literal and an expression");
        let byte = |hex| u8::from_str_radix(hex, 16).expect("a byte");
        let letter = |byte: u8| match ignores_case {
            true => Regex::Either(
                Regex::Byte(byte.to_ascii_lowercase()).into(),
                Regex::Byte(byte.to_ascii_uppercase()).into(),
            ),
            false => Regex::Byte(byte),
        };
        let letters = literal.split("\\x").skip(1).map(|hex| letter(byte(hex)));
        let rest = self.regex(rest.strip_suffix(')').expect("the end of the group"));
        Regex::Sequence(letters.chain([rest]).collect())
    }

    /// The matches of a condition that lie where it wants them, with its anchor's match ending at `anchor`.
    fn placed(&self, condition: &Condition, text: &[u8], anchor: usize) -> Vec<Match> {
        let is_literal = matches!(condition.pattern, Pattern::Literal { .. });
        let lies = |&(start, end): &Match| {
            let (start, end) = (start as i64, end as i64);
            match condition.placement {
                Placement::Absolute { offset, depth } => {
                    let from = i64::from(offset);
                    start >= from && depth.is_none_or(|depth| end <= from + i64::from(depth))
                }
                Placement::Relative { distance, within } => {
                    let from = anchor as i64 + i64::from(distance);
                    let bounded = if is_literal { end } else { start };
                    start >= from && within.is_none_or(|within| bounded <= from + i64::from(within))
                }
            }
        };
        self.matches(&condition.pattern, text).into_iter().filter(lies).collect()
    }

    /// What the conditions mean: one choice of matches has to meet them all.
    pub fn means(&self, conditions: &[Condition], text: &[u8]) -> bool {
        self.search(conditions, text, 0)
    }

    fn search(&self, conditions: &[Condition], text: &[u8], anchor: usize) -> bool {
        let Some((first, rest)) = conditions.split_first() else { return true };
        let placed = self.placed(first, text, anchor);
        match first.presence {
            Presence::Absent => placed.is_empty() && self.search(rest, text, anchor),
            Presence::Required => placed.iter().any(|&(_, end)| self.search(rest, text, end)),
        }
    }

    /// What the matcher promises: the same, but for negated relative conditions, which are judged each on its own.
    pub fn promises(&self, conditions: &[Condition], text: &[u8]) -> bool {
        let is_absent = |condition: &Condition| condition.presence == Presence::Absent;
        let required: Vec<Condition> = conditions.iter().filter(|c| !is_absent(c)).cloned().collect();
        let negated = conditions.iter().enumerate().filter(|(_, condition)| is_absent(condition));
        let mut negated = negated.map(|(index, condition)| {
            let before = conditions[..index].iter().filter(|c| !is_absent(c)).cloned();
            before.chain([condition.clone()]).collect::<Vec<_>>()
        });
        self.search(&required, text, 0) && negated.all(|conditions| self.search(&conditions, text, 0))
    }
}
