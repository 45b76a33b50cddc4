//! Signatures compiled to Hyperscan databases: one for each field and direction that any signature looks at.
//!
//! A field that is a stream is scanned in streaming mode, the others in block mode. Databases are immutable and shared
//! by all workers; what a worker writes to is in [`super::Inspector`].

use std::collections::BTreeSet;

use hyperscan::PatternFlags;
use weir_rules::diagnostic::Diagnostic;
use weir_rules::field::{Continuity, FieldId};
use weir_rules::signature::{
    Condition, FlowDirection, Presence, RuleIndex, RuleProtocol, Signature, SignatureSet,
};

use super::plan::{GroupPlan, PatternKey, Report};
use super::refused::{is_for_pcre, refused};
use crate::database::{Compiler, Database, PatternSet, Refused, ScanMode, ScanPattern};
use crate::flow::Direction;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// How often a group is compiled, each time without the patterns that Hyperscan refused before.
const MAX_ATTEMPTS: usize = 8;

/// The signatures of one field and direction.
#[derive(Debug)]
pub struct Group {
    /// Signatures and patterns.
    pub plan: GroupPlan,
    /// What to scan with.
    pub database: Database,
}

/// Everything that signatures compiled to.
#[derive(Debug)]
pub struct Databases {
    groups: [[Option<Group>; 2]; FieldId::ALL.len()],
    header_only: Vec<RuleIndex>,
}

impl Default for Databases {
    fn default() -> Databases {
        Databases { groups: [const { [const { None }; 2] }; FieldId::ALL.len()], header_only: Vec::new() }
    }
}

/// What became of the signatures.
#[derive(Debug, Default)]
pub struct CompileReport {
    /// Signatures that can't be compiled, and why. The others are in force.
    pub diagnostics: Vec<Diagnostic>,
}

/// The size of a group, for people.
#[derive(Clone, Copy, Debug)]
pub struct GroupSummary {
    /// The field.
    pub field: FieldId,
    /// The direction.
    pub direction: Direction,
    /// Signatures that look at it.
    pub signatures: usize,
    /// Distinct patterns.
    pub patterns: usize,
    /// Bytes of the database.
    pub database_bytes: usize,
    /// Bytes of state for each stream; zero in block mode.
    pub stream_bytes: usize,
}

impl Databases {
    /// Compiles `set`. A signature that Hyperscan refuses is reported and left out.
    pub fn compile(set: &SignatureSet) -> (Databases, CompileReport) {
        Databases::compile_with(set, &Compiler::default())
    }

    /// As [`compile`](Self::compile), by `compiler`.
    pub fn compile_with(set: &SignatureSet, compiler: &Compiler) -> (Databases, CompileReport) {
        let mut report = CompileReport::default();
        let usable = usable_signatures(set, &mut report);
        let mut databases = Databases::default();
        compile_groups(set, &usable, compiler, &mut databases, &mut report);
        databases.header_only = usable
            .iter()
            .copied()
            .filter(|&rule| signature(set, rule).is_some_and(|s| conditions(s).is_empty()))
            .collect();
        (databases, report)
    }

    /// The group of a field and direction, where any signature looks at it.
    pub fn group(&self, field: FieldId, direction: Direction) -> Option<&Group> {
        self.groups.get(field.index())?.get(direction.index())?.as_ref()
    }

    /// Signatures without patterns: the header decides.
    pub fn header_only(&self) -> &[RuleIndex] {
        &self.header_only
    }

    /// The groups there are.
    pub fn groups(&self) -> impl Iterator<Item = (FieldId, Direction, &Group)> {
        FieldId::ALL.into_iter().flat_map(move |field| {
            [Direction::ToServer, Direction::ToClient]
                .into_iter()
                .filter_map(move |direction| Some((field, direction, self.group(field, direction)?)))
        })
    }

    /// What `weir check` prints.
    pub fn summary(&self) -> Vec<GroupSummary> {
        self.groups()
            .map(|(field, direction, group)| {
                let (database_bytes, stream_bytes) = match &group.database {
                    Database::Streaming(db) => (db.size().unwrap_or(0), db.stream_size().unwrap_or(0)),
                    Database::Block(db) => (db.size().unwrap_or(0), 0),
                };
                let (signatures, patterns) = (group.plan.plans.len(), group.plan.patterns.len());
                GroupSummary { field, direction, signatures, patterns, database_bytes, stream_bytes }
            })
            .collect()
    }
}

fn signature(set: &SignatureSet, rule: RuleIndex) -> Option<&Signature> {
    set.signatures.get(rule.0 as usize)
}

/// Leaves out what can be seen to be wrong without compiling everything.
fn usable_signatures(set: &SignatureSet, report: &mut CompileReport) -> Vec<RuleIndex> {
    let mut usable = Vec::with_capacity(set.signatures.len());
    for (index, signature) in set.signatures.iter().enumerate() {
        let rule = RuleIndex(index as u32);
        let Some(conditions) = signature.plain_conditions() else { continue };
        let only_negated = conditions.iter().all(|c| c.presence == Presence::Absent);
        if let (true, Some(condition)) = (only_negated, conditions.first()) {
            report.diagnostics.push(
                Diagnostic::error(
                    &signature.origin.source,
                    condition.span.clone(),
                    "a signature of negated patterns only can't be decided while a stream is still open",
                )
                .with_help("add a content or pcre that must match"),
            );
            continue;
        }
        match refused(rule, signature) {
            // Asked elsewhere.
            Some(_) if is_for_pcre(rule, signature) => {}
            Some((step, error)) => report.diagnostics.push(refusal(signature, step, &error)),
            None => usable.push(rule),
        }
    }
    usable
}

fn refusal(signature: &Signature, step: usize, error: &str) -> Diagnostic {
    let span = conditions(signature).get(step).map_or(0..0, |condition| condition.span.clone());
    Diagnostic::error(&signature.origin.source, span, format!("the scanner can't run this pattern: {error}"))
        .with_help("back-references, look-around and possessive repeats can't be scanned in a stream")
}

/// What a plain signature asks for; nothing of any other.
fn conditions(signature: &Signature) -> &[Condition] {
    signature.plain_conditions().unwrap_or_default()
}

fn looks_at(signature: &Signature, field: FieldId, direction: Direction) -> bool {
    let protocol = match field {
        FieldId::TcpStream => signature.protocol.covers(TCP),
        FieldId::UdpPayload => signature.protocol.covers(UDP),
        // What is left over is of any other protocol.
        FieldId::PacketPayload => !matches!(
            signature.protocol,
            RuleProtocol::Tcp | RuleProtocol::TcpStream | RuleProtocol::TcpPacket | RuleProtocol::Udp
        ),
        _ => false,
    };
    let towards = match signature.flow.direction {
        Some(FlowDirection::ToServer) => direction == Direction::ToServer,
        Some(FlowDirection::ToClient) => direction == Direction::ToClient,
        None => true,
    };
    protocol && towards && !conditions(signature).is_empty()
}

/// Compiles the groups side by side, and those of them again of which Hyperscan refuses signatures, without these.
fn compile_groups(
    set: &SignatureSet,
    usable: &[RuleIndex],
    compiler: &Compiler,
    databases: &mut Databases,
    report: &mut CompileReport,
) {
    let mut left_out = BTreeSet::new();
    let directions = [Direction::ToServer, Direction::ToClient];
    let mut wanted: Vec<(FieldId, Direction)> =
        FieldId::ALL.into_iter().flat_map(|field| directions.map(|direction| (field, direction))).collect();
    for attempt in 1..=MAX_ATTEMPTS {
        let planned = wanted.drain(..).map(|(field, direction)| {
            (field, direction, plan_group(set, usable, field, direction, &left_out))
        });
        let groups: Vec<_> = planned.filter(|(.., plan)| !plan.patterns.is_empty()).collect();
        let sets: Vec<_> = groups.iter().map(|(field, _, plan)| pattern_set(plan, *field)).collect();
        for ((field, direction, plan), built) in groups.into_iter().zip(compiler.compile(&sets)) {
            match built {
                Ok(database) => {
                    databases.groups[field.index()][direction.index()] = Some(Group { plan, database });
                }
                Err(refused) if refused.patterns.is_empty() || attempt == MAX_ATTEMPTS => {
                    report.diagnostics.extend(whole_group_refused(set, &plan, &refused.message));
                }
                Err(refused) => {
                    leave_out(set, &plan, &refused, &mut left_out, report);
                    wanted.push((field, direction));
                }
            }
        }
        if wanted.is_empty() {
            return;
        }
    }
}

/// Leaves out the signatures whose patterns are refused.
fn leave_out(
    set: &SignatureSet,
    plan: &GroupPlan,
    refused: &Refused,
    left_out: &mut BTreeSet<RuleIndex>,
    report: &mut CompileReport,
) {
    for (id, error) in &refused.patterns {
        for usage in plan.uses.get(*id as usize).into_iter().flatten() {
            let Some(rule) = plan.plans.get(usage.plan as usize).map(|plan| plan.rule) else { continue };
            if left_out.insert(rule)
                && let Some(signature) = signature(set, rule)
            {
                report.diagnostics.push(refusal(signature, usize::from(usage.step), error));
            }
        }
    }
}

fn plan_group(
    set: &SignatureSet,
    usable: &[RuleIndex],
    field: FieldId,
    direction: Direction,
    left_out: &BTreeSet<RuleIndex>,
) -> GroupPlan {
    let mut plan = GroupPlan::default();
    for &rule in usable.iter().filter(|rule| !left_out.contains(rule)) {
        if let Some(signature) = signature(set, rule)
            && looks_at(signature, field, direction)
        {
            plan.add(rule, conditions(signature));
        }
    }
    plan
}

fn pattern_set(plan: &GroupPlan, field: FieldId) -> PatternSet {
    let mode = match field.continuity() {
        Continuity::Streaming => ScanMode::Streaming,
        Continuity::Block => ScanMode::Block,
    };
    PatternSet { patterns: plan.patterns.iter().map(scan_pattern).collect(), mode }
}

fn whole_group_refused(set: &SignatureSet, plan: &GroupPlan, error: &str) -> Option<Diagnostic> {
    let first = signature(set, plan.plans.first()?.rule)?;
    let message = format!("none of {} signatures of this kind compiles: {error}", plan.plans.len());
    Some(Diagnostic::error(&first.origin.source, 0..0, message))
}

pub(super) fn scan_pattern(key: &PatternKey) -> ScanPattern {
    let mut flags = PatternFlags::empty();
    flags.set(PatternFlags::CASELESS, key.caseless);
    flags.set(PatternFlags::DOTALL, key.dotall);
    flags.set(PatternFlags::MULTILINE, key.multiline);
    flags.set(PatternFlags::SINGLEMATCH, key.report == Report::Once);
    flags.set(PatternFlags::SOM_LEFTMOST, key.report == Report::Spans);
    ScanPattern { expression: key.expression.clone(), flags }
}
