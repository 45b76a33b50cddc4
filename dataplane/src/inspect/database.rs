//! Signatures compiled to Hyperscan databases: one for each field and direction that any signature looks at.
//!
//! A field that is a stream is scanned in streaming mode, the others in block mode. Databases are immutable and shared
//! by all workers; what a worker writes to is in [`super::Inspector`].

use std::fmt;

use hyperscan::{BlockDatabase, Builder, PatternFlags, Patterns, StreamingDatabase};
use weir_rules::diagnostic::Diagnostic;
use weir_rules::field::{Continuity, FieldId};
use weir_rules::signature::{FlowDirection, Presence, RuleIndex, RuleProtocol, Signature, SignatureSet};

use super::plan::{GroupPlan, PatternKey, Report};
use crate::flow::Direction;

/// How often a database is compiled again without the pattern that Hyperscan refused.
const MAX_RETRIES: usize = 64;

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
        for field in FieldId::ALL {
            for direction in [Direction::ToServer, Direction::ToClient] {
                let group = compile_group(set, &usable, field, direction, &mut report);
                databases.groups[field.index()][direction.index()] = group;
            }
        }
        databases.header_only = usable
            .iter()
            .copied()
            .filter(|&rule| {
                signature(set, rule).and_then(Signature::plain_conditions).is_some_and(<[_]>::is_empty)
            })
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
        let Some(conditions) = signature.plain_conditions() else {
            report.diagnostics.push(beyond_scanner(signature));
            continue;
        };
        let mut alone = GroupPlan::default();
        alone.add(rule, signature);
        let only_negated = conditions.iter().all(|c| c.presence == Presence::Absent);
        if let Some(condition) = conditions.first().filter(|_| only_negated) {
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

/// A signature that asks for more than the scanner alone can decide must not be taken for one that asks for less.
fn beyond_scanner(signature: &Signature) -> Diagnostic {
    let need = signature.need().unwrap_or_default();
    let message = format!("{} is left out: it needs {need}, which is not inspected yet", signature.id);
    let origin = &signature.origin;
    Diagnostic::error(&origin.source, origin.span.clone(), message)
        .with_help("signatures of content and pcre on the payload of ip, tcp, udp and icmp are in force")
}

fn key_is_literal(key: &PatternKey) -> bool {
    !key.expression.bytes().any(|b| b"()[]{}|*+?.^$".contains(&b))
}

fn refusal(signature: &Signature, step: usize, error: &hyperscan::Error) -> Diagnostic {
    let conditions = signature.plain_conditions().unwrap_or_default();
    let span = conditions.get(step).map_or(0..0, |condition| condition.span.clone());
    Diagnostic::error(&signature.origin.source, span, format!("the scanner can't run this pattern: {error}"))
        .with_help("back-references, look-around and possessive repeats can't be scanned in a stream")
}

fn looks_at(signature: &Signature, field: FieldId, direction: Direction) -> bool {
    let protocol = match signature.protocol {
        RuleProtocol::Ip => true,
        RuleProtocol::Tcp | RuleProtocol::TcpStream => field == FieldId::TcpStream,
        RuleProtocol::Udp => field == FieldId::UdpPayload,
        _ => field == FieldId::PacketPayload,
    };
    let towards = match signature.flow.direction {
        Some(FlowDirection::ToServer) => direction == Direction::ToServer,
        Some(FlowDirection::ToClient) => direction == Direction::ToClient,
        None => true,
    };
    let scanned = signature.plain_conditions().is_some_and(|conditions| !conditions.is_empty());
    protocol && towards && scanned
}

fn compile_group(
    set: &SignatureSet,
    usable: &[RuleIndex],
    field: FieldId,
    direction: Direction,
    report: &mut CompileReport,
) -> Option<Group> {
    let mut left_out: Vec<RuleIndex> = Vec::new();
    for _ in 0..MAX_RETRIES {
        let mut plan = GroupPlan::default();
        for &rule in usable.iter().filter(|rule| !left_out.contains(rule)) {
            if let Some(signature) = signature(set, rule)
                && looks_at(signature, field, direction)
            {
                plan.add(rule, signature);
            }
        }
        if plan.patterns.is_empty() {
            return None;
        }
        let patterns: Patterns = plan.patterns.iter().enumerate().map(|(id, key)| pattern(key, id)).collect();
        let built = match field.continuity() {
            Continuity::Streaming => patterns.build().map(Database::Streaming),
            Continuity::Block => patterns.build().map(Database::Block),
        };
        match built {
            Ok(database) => return Some(Group { plan, database }),
            Err(error) => {
                let culprit = blame(&error).and_then(|id| plan.uses.get(id)).and_then(|uses| uses.first());
                let Some(usage) = culprit else {
                    report.diagnostics.extend(whole_group_refused(set, &plan, &error));
                    return None;
                };
                let rule = plan.plans[usage.plan as usize].rule;
                if let Some(signature) = signature(set, rule) {
                    report.diagnostics.push(refusal(signature, usize::from(usage.step), &error));
                }
                left_out.push(rule);
            }
        }
    }
    None
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
