//! What signatures that need more than the stream matcher compiled to: prefilters by field, and whom to ask when.
//!
//! A signature is asked in one of two ways. One that names a field is asked for each transaction, when a value of its
//! field brings its fast pattern and whenever the transaction has come to a further stage. One that names packets,
//! numbers and payloads is asked for each packet.

use std::collections::HashMap;
use std::sync::Arc;

use weir_rules::diagnostic::Diagnostic;
use weir_rules::field::{Continuity, FieldId, Side};
use weir_rules::number::NumberId;
use weir_rules::signature::{Buffer, PacketCondition, RuleIndex, Signature, SignatureSet};

use super::first_look::{directions, first_look, is_flow_wide, may_stray};
use super::memory::Memory;
use super::names::StateNames;
use super::prefilter::{Prefilter, PrefilterBuilder, build_all};
use super::raised::Raised;
use super::shared_bits::SharedBits;
use super::support::unsupported;
use super::told::Told;
use crate::confirm::{Compiled, Confirmer, DatasetId, Limits, Sets};
use crate::database::Compiler;
use crate::dataset::{SetFiles, load_sets};
use crate::decode::AppEvent;
use crate::flow::Direction;
use crate::inspect::is_for_pcre;
use crate::reputation::Reputations;
use crate::semantics;

pub(super) const DIRECTIONS: [Direction; 2] = [Direction::ToServer, Direction::ToClient];
const FIELDS: usize = FieldId::ALL.len();

/// How a signature is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// By the stream matcher, or not at all.
    #[default]
    Elsewhere,
    /// For each packet.
    Packet,
    /// For each packet about which something was raised.
    Raised,
    /// For each transaction.
    Transaction,
    /// When something is wrong about which protocol a flow has.
    Detection,
}

/// What a rule set compiled to.
#[derive(Debug)]
pub struct DetectTable {
    confirmer: Confirmer,
    asked: Vec<Asked>,
    fields: [[Option<Prefilter>; 2]; FIELDS],
    packets: [Option<Prefilter>; 2],
    /// Signatures that ask for events, with all that they ask for.
    raised: Vec<(Raised, RuleIndex)>,
    /// Signatures that can match packets of no flow.
    strays: Vec<RuleIndex>,
    wanted: [[bool; 2]; FIELDS],
    in_body: [bool; FIELDS],
    /// All events that signatures ask for.
    events: Raised,
    /// Whether streams are to be followed though nothing looks into them.
    follows_streams: bool,
    // Asked for each flow and each segment: summed up once, when compiled.
    any_asked: bool,
    any_wanted: bool,
    any_meaning: bool,
    rdma_wanted: bool,
    sets: Arc<Sets>,
    any_set_changed: bool,
    told: Told,
    any_scores: bool,
    reputations: Arc<Reputations>,
    flow_wide: Vec<RuleIndex>,
    memories: HashMap<RuleIndex, Memory>,
    any_in_transactions: bool,
    names: StateNames,
    shared: Arc<SharedBits>,
}

/// What a rule set takes over from the one before, and the sizes of what it makes anew.
#[derive(Clone, Copy, Debug)]
pub struct Inheritance<'p> {
    /// The one before.
    pub previous: Option<&'p DetectTable>,
    /// Where the files of sets are.
    pub files: &'p SetFiles,
    /// Reputations of addresses.
    pub reputations: Option<&'p Arc<Reputations>>,
    /// Bits of hosts and pairs that can be set at once.
    pub shared_bits: usize,
}

/// Bits of hosts and pairs that can be set at once where nothing else is said; 16 bytes each.
pub const SHARED_BITS: usize = 1 << 18;

impl Default for Inheritance<'_> {
    fn default() -> Self {
        Inheritance { previous: None, files: &SetFiles::Nowhere, reputations: None, shared_bits: SHARED_BITS }
    }
}

/// What became of the signatures.
#[derive(Debug, Default)]
pub struct DetectReport {
    /// Signatures that can't be asked, and why.
    pub diagnostics: Vec<Diagnostic>,
}

impl DetectTable {
    /// Compiles the signatures of `set` that are not plain, or that only PCRE can run.
    pub fn compile(
        set: &SignatureSet,
        inheritance: Inheritance<'_>,
        compiler: &Compiler,
    ) -> (DetectTable, DetectReport) {
        let Compiled { confirmer, diagnostics, unusable } = Confirmer::compile(set, Limits::default());
        let mut report = DetectReport { diagnostics };
        let before = inheritance.previous.map(|table| &*table.sets);
        let loaded = load_sets(confirmer.datasets(), inheritance.files, before);
        report.diagnostics.extend(loaded.diagnostics);
        let mut build = Build::new(set.signatures.len(), inheritance);
        for (index, signature) in set.signatures.iter().enumerate() {
            let rule = RuleIndex(index as u32);
            let scanned_for = signature.plain_conditions().is_some() && !is_for_pcre(rule, signature);
            if scanned_for || unusable.binary_search(&rule).is_ok() {
                continue;
            }
            let lacks = confirmer.sets_of(rule).find(|set| loaded.failed.contains(set));
            let left = unsupported(signature)
                .or_else(|| build.category_missing(signature))
                .or_else(|| Some(format!("the dataset {} is not there", set_name(&confirmer, lacks?))))
                .or_else(|| build.add(rule, signature).err().map(str::to_owned));
            if let Some(reason) = left {
                report.diagnostics.push(left_out(signature, &reason));
            }
        }
        let table = build.finish(confirmer, Arc::new(loaded.sets), compiler, &mut report);
        (table, report)
    }

    /// The evaluator.
    pub fn confirmer(&self) -> &Confirmer {
        &self.confirmer
    }

    /// How a signature is asked.
    pub fn asked(&self, rule: RuleIndex) -> Asked {
        self.asked.get(rule.0 as usize).copied().unwrap_or_default()
    }

    /// Whether any signature is asked for transactions, so that streams have to be decoded.
    pub fn wants_transactions(&self) -> bool {
        self.any_wanted
    }

    /// Whether any signature asks for what is said in packets of RDMA, so that they have to be decoded.
    pub fn wants_rdma(&self) -> bool {
        self.rdma_wanted
    }

    /// Whether values of a number are to be kept.
    pub fn wants_number(&self, number: NumberId) -> bool {
        self.told.wants_number(number)
    }

    /// The signatures that a number makes candidates of its transaction.
    pub fn on_number(&self, number: NumberId) -> &[RuleIndex] {
        self.told.on_number(number)
    }

    /// Whether any signature asks for an event.
    pub fn wants_event(&self, event: AppEvent) -> bool {
        self.told.events.contains_key(event.0)
    }

    /// The signatures that an event makes candidates of its transaction.
    pub fn on_event(&self, event: AppEvent) -> &[RuleIndex] {
        self.told.events.get(event.0).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether any signature asks what is wrong about which protocol a flow has.
    pub fn wants_detection(&self) -> bool {
        self.told.any_detection
    }

    /// Whether any signature is asked at all.
    pub fn is_wanted(&self) -> bool {
        self.any_asked
    }

    /// Whether values of a field are to be kept.
    pub fn wants(&self, field: FieldId, direction: Direction) -> bool {
        self.wanted.get(field.index()).is_some_and(|wanted| wanted[direction.index()])
    }

    /// Whether a field is that of a body, or is read out of one.
    pub fn is_in_body(&self, field: FieldId) -> bool {
        self.in_body.get(field.index()).copied().unwrap_or(false)
    }

    /// Whether any signature asks what is meant by what is said.
    pub fn wants_meaning(&self) -> bool {
        self.any_meaning
    }

    /// The prefilter of a field.
    pub fn field(&self, field: FieldId, direction: Direction) -> Option<&Prefilter> {
        self.fields.get(field.index())?.get(direction.index())?.as_ref()
    }

    /// The prefilter of packets.
    pub fn packets(&self, direction: Direction) -> Option<&Prefilter> {
        self.packets.get(direction.index())?.as_ref()
    }

    /// Signatures that ask for events, with all that they ask for.
    pub fn raised(&self) -> &[(Raised, RuleIndex)] {
        &self.raised
    }

    /// Signatures that can match packets of no flow, those that ask for events aside.
    pub fn strays(&self) -> &[RuleIndex] {
        &self.strays
    }

    /// All events that signatures ask for.
    pub fn events(&self) -> Raised {
        self.events
    }

    /// Whether a signature asks how long streams are, or what is odd about them: they are followed then, though nothing
    /// looks into them.
    pub fn follows_streams(&self) -> bool {
        self.follows_streams
    }

    /// Every prefilter.
    pub fn prefilters(&self) -> impl Iterator<Item = &Prefilter> {
        self.fields.iter().flatten().chain(&self.packets).flatten()
    }

    /// The groups of fields there are.
    pub fn groups(&self) -> impl Iterator<Item = (FieldId, Direction, &Prefilter)> {
        FieldId::ALL.into_iter().flat_map(move |field| {
            DIRECTIONS
                .into_iter()
                .filter_map(move |direction| Some((field, direction, self.field(field, direction)?)))
        })
    }

    /// What a signature asks of and does to what is remembered; nothing, for most.
    pub fn memory(&self, rule: RuleIndex) -> Option<&Memory> {
        self.memories.get(&rule)
    }

    /// Whether any signature remembers something of a transaction.
    pub fn remembers_in_transactions(&self) -> bool {
        self.any_in_transactions
    }

    /// The sets that signatures ask for; those that signatures change outlive the rule set.
    pub fn sets(&self) -> &Arc<Sets> {
        &self.sets
    }

    /// Whether matches of any signature add to a score.
    pub fn has_scores(&self) -> bool {
        self.any_scores
    }

    /// The reputations of addresses.
    pub fn reputations(&self) -> &Reputations {
        &self.reputations
    }

    /// Signatures about nothing but what all packets of one direction of a flow have in common.
    pub fn flow_wide(&self) -> &[RuleIndex] {
        &self.flow_wide
    }

    /// Whether any signature changes a set.
    pub fn changes_sets(&self) -> bool {
        self.any_set_changed
    }

    /// The bits of hosts and pairs, which outlive the rule set.
    pub fn shared(&self) -> &Arc<SharedBits> {
        &self.shared
    }
}

fn set_name(confirmer: &Confirmer, set: DatasetId) -> &str {
    confirmer.datasets().get(set.0 as usize).map_or("", |named| &named.source.name)
}

fn left_out(signature: &Signature, reason: &str) -> Diagnostic {
    Diagnostic::error(
        &signature.origin.source,
        signature.origin.span.clone(),
        format!("this signature is left out: {reason}"),
    )
}

struct Build<'p> {
    inheritance: Inheritance<'p>,
    asked: Vec<Asked>,
    fields: Vec<[PrefilterBuilder; 2]>,
    packets: [PrefilterBuilder; 2],
    raised: Vec<(Raised, RuleIndex)>,
    strays: Vec<RuleIndex>,
    events: Raised,
    follows_streams: bool,
    wanted: [[bool; 2]; FIELDS],
    told: Told,
    names_protocol: bool,
    memories: HashMap<RuleIndex, Memory>,
    names: StateNames,
    any_scores: bool,
    flow_wide: Vec<RuleIndex>,
}

impl<'p> Build<'p> {
    fn new(signatures: usize, inheritance: Inheritance<'p>) -> Build<'p> {
        Build {
            inheritance,
            asked: vec![Asked::Elsewhere; signatures],
            fields: (0..FIELDS).map(|_| Default::default()).collect(),
            packets: Default::default(),
            raised: Vec::new(),
            strays: Vec::new(),
            events: Raised::default(),
            follows_streams: false,
            wanted: [[false; 2]; FIELDS],
            told: Told::default(),
            names_protocol: false,
            memories: HashMap::new(),
            any_scores: false,
            flow_wide: Vec::new(),
            names: inheritance.previous.map(|table| table.names.inherited()).unwrap_or_default(),
        }
    }

    fn add(&mut self, rule: RuleIndex, signature: &Signature) -> Result<(), &'static str> {
        self.any_scores |= signature.score.is_some();
        if !signature.state.is_empty() {
            let memory = Memory::new(signature, &mut self.names);
            let memory = memory.ok_or("there are too many names of bits and counters")?;
            self.memories.insert(rule, memory);
        }
        let fields: Vec<FieldId> = signature
            .buffers
            .iter()
            .filter_map(|buffer| match buffer.buffer {
                Buffer::Field(field) => Some(field),
                _ => None,
            })
            .collect();
        let names_protocol =
            |condition: &PacketCondition| matches!(condition, PacketCondition::AppProtocol { .. });
        self.names_protocol |= signature.app.is_some() || signature.packet.iter().any(names_protocol);
        self.told.want(signature);
        let events = Raised::asked_by(signature);
        self.events = self.events.union(events);
        self.follows_streams |=
            signature.packet.iter().any(|condition| matches!(condition, PacketCondition::StreamSize { .. }));
        let Some(&first) = fields.first() else {
            if !events.is_empty() {
                self.set_asked(rule, Asked::Raised);
                self.raised.push((events, rule));
                return Ok(());
            }
            if let Some(asked) = self.told.add(rule, signature) {
                self.set_asked(rule, asked);
                return Ok(());
            }
            self.set_asked(rule, Asked::Packet);
            if is_flow_wide(signature) {
                self.flow_wide.push(rule);
                return Ok(());
            }
            if may_stray(signature) {
                self.strays.push(rule);
            }
            let literal =
                first_look(signature, |buffer| buffer == Buffer::Payload).map(|(_, literal)| literal);
            for direction in directions(signature, Side::Either) {
                self.packets[direction.index()].add(rule, literal.clone());
            }
            return Ok(());
        };
        self.set_asked(rule, Asked::Transaction);
        for &field in &fields {
            for direction in directions(signature, field.side()) {
                self.wanted[field.index()][direction.index()] = true;
            }
        }
        let found = first_look(signature, |buffer| matches!(buffer, Buffer::Field(_)));
        let (field, literal) = match found {
            Some((Buffer::Field(field), literal)) => (field, Some(literal)),
            _ => (first, None),
        };
        for direction in directions(signature, field.side()) {
            if let Some(group) = self.fields.get_mut(field.index()) {
                group[direction.index()].add(rule, literal.clone());
            }
        }
        Ok(())
    }

    fn set_asked(&mut self, rule: RuleIndex, asked: Asked) {
        if let Some(slot) = self.asked.get_mut(rule.0 as usize) {
            *slot = asked;
        }
    }

    fn finish(
        self,
        confirmer: Confirmer,
        sets: Arc<Sets>,
        compiler: &Compiler,
        report: &mut DetectReport,
    ) -> DetectTable {
        let shared = self.shared_bits();
        let mut built = build_all(self.fields.into_iter().flatten().chain(self.packets), compiler, report);
        let mut next = || built.next().flatten();
        let fields = [(); FIELDS].map(|()| [next(), next()]);
        let packets = [next(), next()];
        DetectTable {
            confirmer,
            fields,
            packets,
            raised: self.raised,
            strays: self.strays,
            follows_streams: self.follows_streams || !self.events.stream.is_empty(),
            events: self.events,
            any_asked: self.asked.iter().any(|asked| *asked != Asked::Elsewhere),
            any_wanted: self.names_protocol
                || self.told.is_wanted()
                || self.wanted.iter().flatten().any(|&wanted| wanted),
            any_meaning: is_meaning_wanted(&self.wanted, &self.told),
            rdma_wanted: self.told.names("rdma.")
                || self.wanted[FieldId::RdmaCmPrivateData.index()].contains(&true),
            told: self.told,
            asked: self.asked,
            wanted: self.wanted,
            in_body: fields_of_bodies(),
            any_in_transactions: self.memories.values().any(Memory::uses_transaction),
            any_scores: self.any_scores,
            reputations: self.inheritance.reputations.cloned().unwrap_or_default(),
            flow_wide: self.flow_wide,
            any_set_changed: sets.tables.iter().any(|table| table.is_changed()),
            sets,
            memories: self.memories,
            names: self.names,
            shared,
        }
    }

    /// The category of addresses that a signature asks for and that there is not.
    fn category_missing(&self, signature: &Signature) -> Option<String> {
        signature.packet.iter().find_map(|condition| match condition {
            PacketCondition::AddressReputation { category, .. } => {
                let known = self.inheritance.reputations.is_some_and(|table| table.has_category(category));
                (!known).then(|| format!("no file of `reputation.categories` names {category}"))
            }
            _ => None,
        })
    }

    /// The bits of hosts that were there before, or room for them where a signature is about any.
    fn shared_bits(&self) -> Arc<SharedBits> {
        let used = self.memories.values().any(Memory::uses_shared);
        let before = self.inheritance.previous.map(|table| &table.shared);
        let room = if used { self.inheritance.shared_bits } else { 0 };
        match before {
            Some(before) if before.room() >= room => Arc::clone(before),
            _ => Arc::new(SharedBits::new(room)),
        }
    }
}

/// Whether any field, number or event is asked for that is read out of bodies.
fn is_meaning_wanted(wanted: &[[bool; 2]; FIELDS], told: &Told) -> bool {
    let mut fields = FieldId::ALL.into_iter().zip(wanted).filter(|(_, wanted)| wanted.contains(&true));
    let mut numbers = NumberId::ALL.into_iter().filter(|number| told.wants_number(*number));
    fields.any(|(field, _)| semantics::tells(field.name()))
        || numbers.any(|number| semantics::tells(number.name()))
        || semantics::event_names().any(|name| told.events.contains_key(name))
}

/// Which fields are those of a body, or are read out of one: they are decided about while it comes.
fn fields_of_bodies() -> [bool; FIELDS] {
    FieldId::ALL.map(|field| field.continuity() == Continuity::Streaming || semantics::tells(field.name()))
}
