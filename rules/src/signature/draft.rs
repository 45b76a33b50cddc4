//! A rule while it is read: what its options said so far.
//!
//! Contents and the like are kept in one list in the order of the rule, each with the group (a buffer and its
//! transforms) that it is about. A modifier of old rules (`http_uri;`) moves the content before it to another group.
//! What the draft comes to in the end is in `build`.

use std::ops::Range;

use super::buffer::{Buffer, BufferCondition, End};
use super::classification::Classification;
use super::condition::{Case, Presence};
use super::fault::{Complaint, Fault};
use super::flow::{FlowDirection, FlowOptions};
use super::limits::Limits;
use super::numeric::NumberCondition;
use super::operand::{Base, MAX_VARIABLES, Operand, Variable};
use super::packet::PacketCondition;
use super::rule::{Reference, ReportAs, Target};
use super::state::{DetectionFilter, StateCondition, Tag, Threshold};
use super::transform::Transform;
use crate::field::Count;

/// A `content` whose modifiers may still come.
#[derive(Debug)]
pub(super) struct DraftContent {
    pub bytes: Box<[u8]>,
    pub case: Case,
    pub presence: Presence,
    pub offset: Option<Operand>,
    pub depth: Option<Operand>,
    pub distance: Option<Operand>,
    pub within: Option<Operand>,
    pub start: Start,
    pub end: End,
    pub fast: Option<FastHint>,
}

/// Whether a content must be the first of its buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Start {
    #[default]
    Anywhere,
    /// `startswith`
    First,
}

/// What `fast_pattern` says of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FastHint {
    Whole,
    Part(Range<u16>),
}

/// A condition on a buffer.
#[derive(Debug)]
pub(super) struct DraftCondition {
    /// Position of its group.
    pub group: usize,
    /// Bytes in the text of the rule.
    pub span: Range<usize>,
    pub kind: DraftKind,
}

#[derive(Debug)]
pub(super) enum DraftKind {
    Content(DraftContent),
    Done(BufferCondition),
}

/// A buffer with its transforms.
#[derive(Debug)]
pub(super) struct DraftGroup {
    pub buffer: Buffer,
    pub direction: Option<FlowDirection>,
    pub transforms: Vec<Transform>,
    /// Where the rule names it.
    pub span: Range<usize>,
}

/// The sticky buffer that conditions go to.
#[derive(Debug)]
struct Sticky {
    buffer: Buffer,
    direction: Option<FlowDirection>,
    transforms: Vec<Transform>,
    span: Range<usize>,
    /// Its group, once there is a condition on it.
    group: Option<usize>,
}

/// Whether the engine is what a rule requires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Requirement {
    #[default]
    Met,
    Unmet,
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
    pub score: Option<i16>,
    pub metadata: Vec<(Box<str>, Box<str>)>,
    pub references: Vec<Reference>,
    pub target: Option<Target>,
    pub report: ReportAs,
    pub flow: Option<FlowOptions>,
    pub numbers: Vec<NumberCondition>,
    pub packet: Vec<PacketCondition>,
    pub state: Vec<StateCondition>,
    pub threshold: Option<Threshold>,
    pub detection_filter: Option<DetectionFilter>,
    pub tag: Option<Tag>,
    pub requirement: Requirement,
    pub groups: Vec<DraftGroup>,
    pub conditions: Vec<DraftCondition>,
    pub variables: Vec<Box<str>>,
    sticky: Option<Sticky>,
    /// What weir has no decoder for, or does not do.
    pub undecoded: Option<Box<str>>,
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
            score: None,
            metadata: Vec::new(),
            references: Vec::new(),
            target: None,
            report: ReportAs::Event,
            flow: None,
            numbers: Vec::new(),
            packet: Vec::new(),
            state: Vec::new(),
            threshold: None,
            detection_filter: None,
            tag: None,
            requirement: Requirement::Met,
            groups: Vec::new(),
            conditions: Vec::new(),
            variables: Vec::new(),
            sticky: None,
            undecoded: None,
            faults: Vec::new(),
        }
    }

    /// Makes a sticky buffer the one that conditions go to.
    pub fn select(&mut self, buffer: Buffer, direction: Option<FlowDirection>, span: Range<usize>) {
        self.leave_buffer();
        self.sticky = Some(Sticky { buffer, direction, transforms: Vec::new(), span, group: None });
    }

    /// Back to the payload (`pkt_data`).
    pub fn select_payload(&mut self) {
        self.leave_buffer();
    }

    /// Says so where nothing was asked of the selected buffer.
    pub fn leave_buffer(&mut self) {
        let Some(sticky) = self.sticky.take() else { return };
        if sticky.group.is_none() && sticky.buffer != Buffer::Undecoded {
            let message = format!("nothing is asked of {}", sticky.buffer.name());
            let help = "what a buffer must hold stands behind it: `http.uri; content:\"/x\";`";
            self.faults.push(Fault::error(sticky.span, message).with_help(help));
        }
    }

    /// The selected sticky buffer.
    pub fn selected(&self) -> Option<Buffer> {
        self.sticky.as_ref().map(|sticky| sticky.buffer)
    }

    /// Adds a transform to the selected buffer.
    pub fn add_transform(&mut self, transform: Transform) -> Result<(), Complaint> {
        let Some(sticky) = &mut self.sticky else {
            return Err(Complaint::new("there is no buffer before it").with_help(
                "a transform follows the buffer that it changes: `http.uri; to_lowercase; content:…;`",
            ));
        };
        // Behind a condition it starts anew: what follows is about the bytes after one more transform.
        sticky.group = None;
        sticky.transforms.push(transform);
        Ok(())
    }

    /// The group of a buffer, made where there is none that can be used.
    pub fn group(&mut self, buffer: Buffer, span: Range<usize>) -> usize {
        self.group_with(buffer, None, &[], span)
    }

    fn group_with(
        &mut self,
        buffer: Buffer,
        direction: Option<FlowDirection>,
        transforms: &[Transform],
        span: Range<usize>,
    ) -> usize {
        let single = !matches!(buffer, Buffer::Field(field) if field.count() == Count::Each);
        let known = self.groups.iter().position(|group| {
            single && group.buffer == buffer && group.transforms == transforms && group.direction == direction
        });
        known.unwrap_or_else(|| {
            self.groups.push(DraftGroup { buffer, direction, transforms: transforms.to_vec(), span });
            self.groups.len() - 1
        })
    }

    /// The group that conditions go to.
    pub fn current_group(&mut self, span: Range<usize>) -> usize {
        let Some(mut sticky) = self.sticky.take() else { return self.group(Buffer::Payload, span) };
        let group = sticky.group.unwrap_or_else(|| {
            self.group_with(sticky.buffer, sticky.direction, &sticky.transforms, sticky.span.clone())
        });
        sticky.group = Some(group);
        self.sticky = Some(sticky);
        group
    }

    /// Adds a condition on the selected buffer.
    pub fn add(&mut self, kind: DraftKind, span: Range<usize>) -> Result<(), Fault> {
        let group = self.current_group(span.clone());
        self.add_to(group, kind, span)
    }

    /// Adds a condition on a group.
    pub fn add_to(&mut self, group: usize, kind: DraftKind, span: Range<usize>) -> Result<(), Fault> {
        let limit = self.limits.conditions;
        if self.conditions.len() >= limit {
            return Err(Fault::error(span, format!("more than {limit} conditions on buffers in one rule"))
                .with_help("split it into several rules"));
        }
        self.conditions.push(DraftCondition { group, span, kind });
        Ok(())
    }

    /// Adds a condition that has no modifiers.
    ///
    /// Where no buffer is selected, one that counts from the match before is about the buffer of that match, which an
    /// older modifier may have moved: `content:"id="; http_uri; byte_test:2,>,5,0,relative;`.
    pub fn add_done(&mut self, condition: BufferCondition, span: Range<usize>) -> Result<(), Fault> {
        let relative = condition.base() == Some(Base::Previous);
        let group = match self.conditions.last() {
            Some(before) if relative && self.sticky.is_none() => before.group,
            _ => self.current_group(span.clone()),
        };
        self.add_to(group, DraftKind::Done(condition), span)
    }

    /// The `content` that a modifier stands behind.
    pub fn last_content(&mut self) -> Result<&mut DraftContent, Complaint> {
        self.last_content_at().map(|(_, content)| content)
    }

    fn last_content_at(&mut self) -> Result<(usize, &mut DraftContent), Complaint> {
        let found = self.conditions.iter_mut().enumerate().rev().find_map(|(at, c)| match &mut c.kind {
            DraftKind::Content(content) => Some((at, content)),
            DraftKind::Done(_) => None,
        });
        found.ok_or_else(|| {
            Complaint::new("there is no content before it").with_help("it changes the content before it")
        })
    }

    /// Moves the last content from the payload to another buffer (`http_uri`).
    pub fn move_last_content(&mut self, buffer: Buffer) -> Result<(), Complaint> {
        if let Some(sticky) = &self.sticky {
            return Err(Complaint::new(format!(
                "the content before it is about {} already",
                sticky.buffer.name()
            ))
            .with_help(format!(
                "leave it out, or write `{};` before the content in its stead",
                buffer.name()
            )));
        }
        let (at, _) = self.last_content_at()?;
        let span = self.conditions.get(at).map_or(0..0, |condition| condition.span.clone());
        let group = self.group(buffer, span);
        if let Some(condition) = self.conditions.get_mut(at) {
            condition.group = group;
        }
        Ok(())
    }

    /// The variable of this name, which must have been filled before.
    pub fn variable(&self, name: &str) -> Result<Variable, Complaint> {
        let at = self.variables.iter().position(|known| &**known == name);
        at.map(|at| Variable(at as u8)).ok_or_else(|| {
            let complaint = Complaint::new(format!("there is no variable {name:?} before it"));
            complaint.with_help("write a number, or fill the variable by byte_extract or byte_math first")
        })
    }

    /// The variable of this name, made where there is none.
    pub fn define(&mut self, name: &str) -> Result<Variable, Complaint> {
        if let Ok(known) = self.variable(name) {
            return Ok(known);
        }
        if self.variables.len() >= MAX_VARIABLES {
            return Err(Complaint::new(format!("more than {MAX_VARIABLES} variables in one rule")));
        }
        self.variables.push(name.into());
        Ok(Variable((self.variables.len() - 1) as u8))
    }

    /// Says that the rule needs what weir has not; the first such thing counts.
    pub fn leave_out(&mut self, name: &str) {
        self.undecoded.get_or_insert_with(|| name.into());
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
