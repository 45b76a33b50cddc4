//! A rule while it is read: what its options said so far, and what it comes to in the end.

use std::ops::Range;

use super::classification::Classification;
use super::condition::{Case, Condition, Pattern, Placement, Presence};
use super::fault::{Complaint, Fault};
use super::flow::FlowOptions;
use super::limits::{Limits, MAX_CONDITIONS};
use super::rule::{Reference, ReportAs, Target};

/// Priority where neither `priority` nor `classtype` says.
pub(super) const DEFAULT_PRIORITY: u8 = 3;

/// A `content` or `pcre` whose modifiers may still come.
#[derive(Debug)]
pub(super) struct DraftCondition {
    pub pattern: Pattern,
    pub presence: Presence,
    /// Bytes in the text of the rule.
    pub span: Range<usize>,
    pub place: DraftPlace,
}

/// Where it must lie, as its modifiers say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DraftPlace {
    pub offset: Option<u32>,
    pub depth: Option<u32>,
    pub distance: Option<i32>,
    pub within: Option<u32>,
    pub start: Start,
}

/// Whether the pattern must be the first of the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Start {
    #[default]
    Anywhere,
    /// `startswith`
    First,
}

impl DraftCondition {
    pub fn new(pattern: Pattern, presence: Presence, span: Range<usize>) -> DraftCondition {
        DraftCondition { pattern, presence, span, place: DraftPlace::default() }
    }

    /// The bytes that a literal has; none for a regular expression.
    fn length(&self) -> u32 {
        match &self.pattern {
            Pattern::Literal { bytes, .. } => u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            Pattern::Regex { .. } => 0,
        }
    }

    fn placement(&self) -> Result<Placement, Complaint> {
        let DraftPlace { offset, depth, distance, within, start } = self.place;
        let absolute = offset.is_some() || depth.is_some();
        let relative = distance.is_some() || within.is_some();
        let length = self.length();
        let literal = matches!(self.pattern, Pattern::Literal { .. });
        let too_short = |bound: Option<u32>| bound.filter(|&bytes| literal && bytes < length);
        match (start, absolute, relative) {
            (Start::First, false, false) => Ok(Placement::Absolute { offset: 0, depth: Some(length) }),
            (Start::First, ..) => Err(Complaint::new(
                "startswith is a place already: no offset, depth, distance or within besides it",
            )),
            (_, true, true) => Err(Complaint::new(
                "offset and depth count from the start, distance and within from the match before",
            )
            .with_help("use one pair or the other")),
            (_, false, true) => match too_short(within) {
                Some(within) => Err(shorter("within", within, length)),
                None => Ok(Placement::Relative { distance: distance.unwrap_or(0), within }),
            },
            _ => match too_short(depth) {
                Some(depth) => Err(shorter("depth", depth, length)),
                None => Ok(Placement::Absolute { offset: offset.unwrap_or(0), depth }),
            },
        }
    }
}

fn shorter(name: &str, value: u32, length: u32) -> Complaint {
    Complaint::new(format!("{name} is {value}, but the content has {length} bytes, so it can't match"))
        .with_help(format!("{name} counts to the end of the content: at least {length}"))
}

/// What the options of a rule said so far.
#[derive(Debug)]
pub(super) struct Draft<'l> {
    pub limits: &'l Limits,
    pub msg: Option<String>,
    pub gid: Option<u32>,
    pub sid: Option<u32>,
    pub rev: Option<u32>,
    pub classification: Option<&'static Classification>,
    pub priority: Option<u8>,
    pub metadata: Vec<(Box<str>, Box<str>)>,
    pub references: Vec<Reference>,
    pub target: Option<Target>,
    pub report: ReportAs,
    pub flow: Option<FlowOptions>,
    conditions: Vec<DraftCondition>,
    /// Findings that do not make the rule useless, or that the rest of the rule can be read in spite of.
    pub faults: Vec<Fault>,
}

impl<'l> Draft<'l> {
    pub fn new(limits: &'l Limits) -> Draft<'l> {
        Draft {
            limits,
            msg: None,
            gid: None,
            sid: None,
            rev: None,
            classification: None,
            priority: None,
            metadata: Vec::new(),
            references: Vec::new(),
            target: None,
            report: ReportAs::Event,
            flow: None,
            conditions: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub fn add_condition(&mut self, condition: DraftCondition) -> Result<(), Complaint> {
        let limit = self.limits.conditions.min(MAX_CONDITIONS);
        if self.conditions.len() >= limit {
            return Err(Complaint::new(format!("more than {limit} contents and pcres in one rule"))
                .with_help("split it into several rules"));
        }
        self.conditions.push(condition);
        Ok(())
    }

    /// The `content` that a modifier stands behind.
    pub fn last_content(&mut self) -> Result<&mut DraftCondition, Complaint> {
        self.conditions
            .iter_mut()
            .rev()
            .find(|condition| matches!(condition.pattern, Pattern::Literal { .. }))
            .ok_or_else(|| {
                Complaint::new("there is no content before it").with_help("it changes the content before it")
            })
    }

    /// Makes the last `content` match letters in either case.
    pub fn ignore_case(&mut self) -> Result<(), Complaint> {
        if let Pattern::Literal { case, .. } = &mut self.last_content()?.pattern {
            *case = Case::Insensitive;
        }
        Ok(())
    }

    /// The conditions, with their places checked; spans are still those of the rule's text.
    pub fn take_conditions(&mut self) -> Vec<Condition> {
        let drafts = std::mem::take(&mut self.conditions);
        let mut conditions = Vec::with_capacity(drafts.len());
        for draft in drafts {
            match draft.placement() {
                Ok(placement) => conditions.push(Condition {
                    pattern: draft.pattern,
                    placement,
                    presence: draft.presence,
                    span: draft.span,
                }),
                Err(complaint) => self.faults.push(complaint.at(draft.span)),
            }
        }
        conditions
    }
}

/// Sets what may be given once.
pub(super) fn set_once<T>(slot: &mut Option<T>, value: T) -> Result<(), Complaint> {
    match slot {
        Some(_) => Err(Complaint::new("given twice").with_help("leave one out")),
        None => {
            *slot = Some(value);
            Ok(())
        }
    }
}
