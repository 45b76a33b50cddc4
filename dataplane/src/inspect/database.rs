//! Signatures compiled to Hyperscan databases: one for each field and direction that any signature looks at.
//!
//! A field that is a stream is scanned in streaming mode, the others in block mode. Databases are immutable and shared
//! by all workers; what a worker writes to is in [`super::Inspector`].

use std::collections::BTreeSet;
use std::fmt;

use hyperscan::{BlockDatabase, Builder, PatternFlags, Patterns, StreamingDatabase};
use weir_rules::diagnostic::Diagnostic;
use weir_rules::field::{Continuity, FieldId};
use weir_rules::signature::{
    Condition, FlowDirection, Presence, RuleIndex, RuleProtocol, Signature, SignatureSet,
};

use super::plan::{GroupPlan, PatternKey, Report};
use crate::flow::Direction;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// How often a group is compiled, each time without the patterns that Hyperscan refused before.
const MAX_ATTEMPTS: usize = 8;

/// A compiled database, in the mode of its field.
pub enum Database {
    /// For a field whose chunks continue each other.
    Streaming(StreamingDatabase),
    /// For a field whose chunks are complete in themselves.
    Block(BlockDatabase),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Database::Streaming(_) => "Streaming(..)",
            Database::Block(_) => "Block(..)",
        })
    }
}

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
        let mut report = CompileReport::default();
        let usable = usable_signatures(set, &mut report);
        let mut databases = Databases::default();
        let mut left_out = BTreeSet::new();
        for field in FieldId::ALL {
            for direction in [Direction::ToServer, Direction::ToClient] {
                let group = compile_group(set, &usable, field, direction, &mut left_out, &mut report);
                databases.groups[field.index()][direction.index()] = group;
            }
        }
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
        let mut alone = GroupPlan::default();
        alone.add(rule, conditions);
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
        let refused = alone.patterns.iter().zip(&alone.uses).find_map(|(key, uses)| {
            if matches!(key.report, Report::Once | Report::Ends) && key_is_literal(key) {
                return None;
            }
            let error = pattern(key, 0).info().err()?;
            Some((usize::from(uses.first()?.step), error))
        });
        match refused {
            Some((step, error)) => report.diagnostics.push(refusal(signature, step, &error)),
            None => usable.push(rule),
        }
    }
    usable
}

fn key_is_literal(key: &PatternKey) -> bool {
    !key.expression.bytes().any(|b| b"()[]{}|*+?.^$".contains(&b))
}

fn refusal(signature: &Signature, step: usize, error: &hyperscan::Error) -> Diagnostic {
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

/// Compiles the group of a field and direction. Signatures that Hyperscan refuses are added to `left_out`.
fn compile_group(
    set: &SignatureSet,
    usable: &[RuleIndex],
    field: FieldId,
    direction: Direction,
    left_out: &mut BTreeSet<RuleIndex>,
    report: &mut CompileReport,
) -> Option<Group> {
    for attempt in 0..MAX_ATTEMPTS {
        let plan = plan_group(set, usable, field, direction, left_out);
        if plan.patterns.is_empty() {
            return None;
        }
        let patterns: Patterns = plan.patterns.iter().enumerate().map(|(id, key)| pattern(key, id)).collect();
        let error = match build(&patterns, field.continuity()) {
            Ok(database) => return Some(Group { plan, database }),
            Err(error) => error,
        };
        // Hyperscan names one pattern, after it has compiled those before: so all are tried alone, once.
        let mut refused = if attempt == 0 { refused_alone(&plan, field.continuity()) } else { Vec::new() };
        if refused.is_empty() {
            let named = blame(&error).filter(|_| attempt + 1 < MAX_ATTEMPTS);
            let Some(named) = named else {
                report.diagnostics.extend(whole_group_refused(set, &plan, &error));
                return None;
            };
            refused.push((named, error));
        }
        for (id, error) in &refused {
            for usage in plan.uses.get(*id).into_iter().flatten() {
                let rule = plan.plans[usage.plan as usize].rule;
                if left_out.insert(rule)
                    && let Some(signature) = signature(set, rule)
                {
                    report.diagnostics.push(refusal(signature, usize::from(usage.step), error));
                }
            }
        }
    }
    None
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

fn build(patterns: &Patterns, continuity: Continuity) -> Result<Database, hyperscan::Error> {
    match continuity {
        Continuity::Streaming => patterns.build().map(Database::Streaming),
        Continuity::Block => patterns.build().map(Database::Block),
    }
}

/// The patterns that Hyperscan refuses, each compiled for itself.
fn refused_alone(plan: &GroupPlan, continuity: Continuity) -> Vec<(usize, hyperscan::Error)> {
    let unsure = plan.patterns.iter().enumerate().filter(|(_, key)| !key_is_literal(key));
    let compiled =
        unsure.map(|(id, key)| (id, build(&std::iter::once(pattern(key, 0)).collect(), continuity)));
    compiled.filter_map(|(id, built)| Some((id, built.err()?))).collect()
}

/// Which pattern Hyperscan says is at fault.
fn blame(error: &hyperscan::Error) -> Option<usize> {
    match error {
        hyperscan::Error::Hyperscan(hyperscan::HsError::CompileError(details)) => details.expression(),
        _ => None,
    }
}

fn whole_group_refused(set: &SignatureSet, plan: &GroupPlan, error: &hyperscan::Error) -> Option<Diagnostic> {
    let first = signature(set, plan.plans.first()?.rule)?;
    let message = format!("none of {} signatures of this kind compiles: {error}", plan.plans.len());
    Some(Diagnostic::error(&first.origin.source, 0..0, message))
}

fn pattern(key: &PatternKey, id: usize) -> hyperscan::Pattern {
    let mut flags = PatternFlags::empty();
    flags.set(PatternFlags::CASELESS, key.caseless);
    flags.set(PatternFlags::DOTALL, key.dotall);
    flags.set(PatternFlags::MULTILINE, key.multiline);
    flags.set(PatternFlags::SINGLEMATCH, key.report == Report::Once);
    flags.set(PatternFlags::SOM_LEFTMOST, key.report == Report::Spans);
    hyperscan::Pattern {
        expression: key.expression.clone(),
        flags,
        id: Some(id),
        ext: hyperscan::ExprExt::default(),
        som: None,
    }
}
