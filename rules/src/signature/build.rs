//! From the draft of a rule to the conditions on its buffers, with their places checked.

use std::ops::Range;

use super::buffer::{Buffer, BufferCondition, BufferMatch, Content};
use super::draft::{Draft, DraftCondition, DraftContent, DraftKind, FastHint, Start};
use super::fast_pattern::{FastPattern, FastPatternChoice};
use super::fault::{Complaint, Fault};
use super::operand::{Base, Operand};
use super::text::RuleText;
use super::value_check::check;

/// What the conditions of a draft come to.
pub(super) struct Built {
    pub buffers: Vec<BufferMatch>,
    /// The content that the rule names for it.
    pub fast: Option<FastPattern>,
}

/// Builds the conditions; what is wrong with them becomes faults of the draft.
pub(super) fn build(draft: &mut Draft<'_>, rule: &RuleText<'_>) -> Built {
    draft.leave_buffer();
    base64_is_decoded_first(draft);
    let groups = std::mem::take(&mut draft.groups);
    let mut lists: Vec<Vec<BufferCondition>> = groups.iter().map(|_| Vec::new()).collect();
    let mut fast = None;
    for mut condition in std::mem::take(&mut draft.conditions) {
        let (Some(group), Some(list)) = (groups.get(condition.group), lists.get_mut(condition.group)) else {
            continue;
        };
        if let (DraftKind::Content(content), true) = (&mut condition.kind, group.transforms.is_empty())
            && let Err(complaint) = check(group.buffer, content)
        {
            draft.faults.push(complaint.at(condition.span.clone()));
        }
        let hint = match &mut condition.kind {
            DraftKind::Content(content) => content.fast.take().map(|hint| (hint, content.bytes.len())),
            DraftKind::Done(_) => None,
        };
        if let Some((hint, length)) = hint {
            let named = named_fast_pattern(hint, length, condition.group, list.len(), &condition.span);
            match named {
                Ok(named) if fast.is_none() => fast = Some(named),
                Ok(_) => draft.faults.push(
                    Fault::error(condition.span.clone(), "fast_pattern is given twice")
                        .with_help("leave one out"),
                ),
                Err(fault) => draft.faults.push(fault),
            }
        }
        match finished(condition, rule) {
            Ok(condition) => list.push(condition),
            Err(fault) => draft.faults.push(fault),
        }
    }
    // Every group has a condition unless a modifier moved it away.
    let mut kept = Vec::with_capacity(groups.len());
    for (at, (group, conditions)) in groups.into_iter().zip(lists).enumerate() {
        if conditions.is_empty() {
            continue;
        }
        if let Some(fast) = fast.as_mut().filter(|fast: &&mut FastPattern| usize::from(fast.buffer) == at) {
            fast.buffer = kept.len() as u16;
        }
        kept.push(BufferMatch {
            buffer: group.buffer,
            direction: group.direction,
            transforms: group.transforms.into(),
            conditions: conditions.into(),
        });
    }
    Built { buffers: kept, fast }
}

fn base64_is_decoded_first(draft: &mut Draft<'_>) {
    let decodes = |c: &DraftCondition| matches!(c.kind, DraftKind::Done(BufferCondition::Base64Decode(_)));
    let asked = draft.groups.iter().find(|group| group.buffer == Buffer::Base64);
    if let Some(asked) = asked
        && !draft.conditions.iter().any(decodes)
    {
        draft.faults.push(
            Fault::error(asked.span.clone(), "base64_data without base64_decode")
                .with_help("add base64_decode before it"),
        );
    }
}

fn named_fast_pattern(
    hint: FastHint,
    length: usize,
    group: usize,
    condition: usize,
    span: &Range<usize>,
) -> Result<FastPattern, Fault> {
    let part = match hint {
        FastHint::Whole => 0..length.min(usize::from(u16::MAX)) as u16,
        FastHint::Part(part) if usize::from(part.end) <= length => part,
        FastHint::Part(_) => {
            return Err(Fault::error(span.clone(), "fast_pattern names bytes behind the end of the content")
                .with_help(format!("the content has {length} bytes; write `fast_pattern:offset,length;`")));
        }
    };
    let choice = FastPatternChoice::Named;
    Ok(FastPattern { buffer: group as u16, condition: condition as u16, part, choice })
}

fn finished(condition: DraftCondition, rule: &RuleText<'_>) -> Result<BufferCondition, Fault> {
    let span = rule.in_source(condition.span.clone());
    let span = span.start as u32..span.end as u32;
    match condition.kind {
        DraftKind::Content(content) => {
            content.placed(span).map(BufferCondition::Content).map_err(|c| c.at(condition.span))
        }
        DraftKind::Done(BufferCondition::Regex(mut regex)) => {
            regex.span = span;
            Ok(BufferCondition::Regex(regex))
        }
        DraftKind::Done(done) => Ok(done),
    }
}

impl DraftContent {
    fn placed(self, span: Range<u32>) -> Result<Content, Complaint> {
        let length = self.bytes.len() as i64;
        let absolute = self.offset.is_some() || self.depth.is_some();
        let relative = self.distance.is_some() || self.within.is_some();
        let (base, from, room) = match (self.start, absolute, relative) {
            (Start::First, false, false) => (Base::Start, Operand::ZERO, Some(Operand::Number(length))),
            (Start::First, ..) => {
                return Err(Complaint::new(
                    "startswith is a place already: no offset, depth, distance or within besides it",
                ));
            }
            (_, true, true) => {
                return Err(Complaint::new(
                    "offset and depth count from the start, distance and within from the match before",
                )
                .with_help("use one pair or the other"));
            }
            (_, false, true) => (Base::Previous, self.distance.unwrap_or(Operand::ZERO), self.within),
            _ => (Base::Start, self.offset.unwrap_or(Operand::ZERO), self.depth),
        };
        if let Some(room) = room.and_then(Operand::fixed).filter(|&room| room < length) {
            return Err(shorter(if base == Base::Start { "depth" } else { "within" }, room, length));
        }
        Ok(Content {
            bytes: self.bytes,
            case: self.case,
            presence: self.presence,
            base,
            from,
            room,
            end: self.end,
            span,
        })
    }
}

fn shorter(name: &str, value: i64, length: i64) -> Complaint {
    Complaint::new(format!("{name} is {value}, but the content has {length} bytes, so it can't match"))
        .with_help(format!("{name} counts to the end of the content: at least {length}"))
}
