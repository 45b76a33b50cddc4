//! Compiling: from the signatures to what is shared by all workers.

use std::ops::Range;

use weir_rules::diagnostic::Diagnostic;
use weir_rules::signature::{
    Absent, Buffer, BufferCondition, BufferMatch, DataReputation, Dataset, DatasetOperation, DatasetSource,
    Encoding, RuleIndex, Signature, SignatureSet,
};

use super::content::PreparedContent;
use super::dataset::{DatasetId, PreparedDataset, Question};
use super::dataset_table::SetUse;
use super::evaluate::Failure;
use super::limits::{Limits, MAX_CONDITIONS};
use super::named_sets::{NamedSet, NamedSets};
use super::program::{Absence, Decoder, Kind, Program, Step, Ties};
use super::regex::{Expression, PreparedRegex};
use super::transform::PreparedTransform;

/// The full rules: what each signature asks of the complete values of its buffers.
#[derive(Clone, Debug, Default)]
pub struct Confirmer {
    pub(super) rules: Box<[Box<[Program]>]>,
    pub(super) expressions: Box<[Expression]>,
    pub(super) limits: Limits,
    sets: NamedSets,
}

/// What signatures compiled to.
#[derive(Debug)]
pub struct Compiled {
    /// Shared by all workers.
    pub confirmer: Confirmer,
    /// What is wrong, at its place.
    pub diagnostics: Vec<Diagnostic>,
    /// Signatures that can't be confirmed and must not be in force, in order.
    pub unusable: Vec<RuleIndex>,
}

impl Confirmer {
    /// Compiles the signatures. One that can't be is reported, and never matches.
    pub fn compile(set: &SignatureSet, limits: Limits) -> Compiled {
        let mut builder =
            Builder { limits, rule: RuleIndex(0), expressions: Vec::new(), sets: NamedSets::default() };
        let mut compiled =
            Compiled { confirmer: Confirmer::default(), diagnostics: Vec::new(), unusable: Vec::new() };
        let mut rules = Vec::with_capacity(set.signatures.len());
        for (rule, signature) in set.iter() {
            let expressions = builder.expressions.len();
            builder.rule = rule;
            rules.push(builder.signature(signature).unwrap_or_else(|fault| {
                builder.expressions.truncate(expressions);
                compiled.diagnostics.push(fault.into_diagnostic(signature));
                compiled.unusable.push(rule);
                Box::default()
            }));
        }
        compiled.confirmer = Confirmer {
            rules: rules.into_boxed_slice(),
            expressions: builder.expressions.into_boxed_slice(),
            limits,
            sets: builder.sets,
        };
        compiled
    }

    /// The sets that rules name; the position is the [`DatasetId`].
    pub fn datasets(&self) -> &[NamedSet] {
        self.sets.sets()
    }

    /// The sets that a rule names.
    pub fn sets_of(&self, rule: RuleIndex) -> impl Iterator<Item = DatasetId> {
        self.sets.of(rule).map(|(set, _)| set)
    }

    /// Whether a rule changes sets.
    pub fn changes_sets(&self, rule: RuleIndex) -> bool {
        self.sets.of(rule).any(|(_, usage)| usage == SetUse::Changed)
    }

    /// The program of a buffer of a rule, by its position among the rule's.
    pub(super) fn program(&self, rule: RuleIndex, buffer: usize) -> Option<&Program> {
        self.rules.get(rule.0 as usize)?.get(buffer)
    }
}

/// Why a signature can't be confirmed.
struct Fault {
    span: Option<Range<u32>>,
    message: String,
    help: &'static str,
}

impl Fault {
    fn new(message: impl Into<String>, help: &'static str) -> Fault {
        Fault { span: None, message: message.into(), help }
    }

    fn into_diagnostic(self, signature: &Signature) -> Diagnostic {
        let span = match self.span {
            Some(span) => span.start as usize..span.end as usize,
            None => signature.origin.span.clone(),
        };
        Diagnostic::error(&signature.origin.source, span, self.message).with_help(self.help)
    }
}

struct Builder {
    limits: Limits,
    /// The one that is compiled.
    rule: RuleIndex,
    expressions: Vec<Expression>,
    sets: NamedSets,
}

impl Builder {
    fn signature(&mut self, signature: &Signature) -> Result<Box<[Program]>, Fault> {
        let mut programs: Vec<Program> = Vec::with_capacity(signature.buffers.len());
        for buffer in &signature.buffers {
            let mut program = self.program(signature, buffer)?;
            if program.buffer == Buffer::Base64 {
                let decoder = programs.iter_mut().rev().find_map(last_decoder);
                let decoder = decoder.ok_or_else(|| {
                    Fault::new(
                        "base64_data without a base64_decode before it",
                        "put a base64_decode before it",
                    )
                })?;
                decoder.programs = decoder.programs.iter().cloned().chain([program.clone()]).collect();
                program.asked_by_decoder = true;
            }
            programs.push(program);
        }
        Ok(programs.into_boxed_slice())
    }

    fn program(&mut self, signature: &Signature, buffer: &BufferMatch) -> Result<Program, Fault> {
        let mut transforms = Vec::with_capacity(buffer.transforms.len());
        for transform in &buffer.transforms {
            let number = self.expressions.len() as u32;
            let prepared = PreparedTransform::new(transform, number, &self.limits).map_err(|error| {
                Fault::new(format!("pcrexform: {error}"), "write an expression that PCRE takes")
            })?;
            self.expressions.extend(prepared.expression().cloned());
            transforms.push(prepared);
        }
        let mut absence = Absence::Fails;
        let mut steps = Vec::with_capacity(buffer.conditions.len());
        for condition in &buffer.conditions {
            match condition {
                BufferCondition::Absent(Absent::Only) => absence = Absence::Required,
                BufferCondition::Absent(Absent::OrElse) => absence = Absence::Holds,
                other => steps.push(self.step(signature, other)?),
            }
        }
        if steps.len() > MAX_CONDITIONS {
            let message = format!("more than {MAX_CONDITIONS} conditions on {}", buffer.buffer.name());
            return Err(Fault::new(message, "split the rule"));
        }
        Ok(Program {
            buffer: buffer.buffer,
            transforms: transforms.into_boxed_slice(),
            steps: chain(steps),
            absence,
            asked_by_decoder: false,
        })
    }

    fn step(
        &mut self,
        signature: &Signature,
        condition: &BufferCondition,
    ) -> Result<(Kind, Ties, Failure), Fault> {
        let (kind, ties) = match condition {
            BufferCondition::Content(content) => {
                (Kind::Content(PreparedContent::new(content)), Ties::of_content(content))
            }
            BufferCondition::Regex(regex) => {
                let number = self.expressions.len() as u32;
                let prepared = PreparedRegex::new(regex, number, &self.limits).map_err(|error| Fault {
                    span: Some(regex.span.clone()),
                    message: format!("pcre: {error}"),
                    help: "write an expression that PCRE takes",
                })?;
                self.expressions.push(prepared.expression.clone());
                (Kind::Regex(prepared), Ties::of_regex(regex.base, regex.presence))
            }
            BufferCondition::ByteTest(test) => {
                (Kind::ByteTest(order_known(test.field.encoding, **test)?), Ties::of_test(test))
            }
            BufferCondition::ByteJump(jump) => {
                (Kind::ByteJump(order_known(jump.field.encoding, **jump)?), Ties::of_jump(jump))
            }
            BufferCondition::ByteExtract(extract) => (
                Kind::ByteExtract(order_known(extract.field.encoding, **extract)?),
                Ties::of_extract(extract),
            ),
            BufferCondition::ByteMath(math) => {
                (Kind::ByteMath(order_known(math.field.encoding, **math)?), Ties::of_math(math))
            }
            BufferCondition::DataAt(data_at) => (Kind::DataAt(*data_at), Ties::of_data_at(data_at)),
            BufferCondition::Size(test) => (Kind::Size(test.clone()), Ties::default()),
            BufferCondition::Base64Decode(decode) => {
                let decoder = Decoder { decode: *decode, programs: Box::default() };
                (Kind::Base64Decode(decoder), Ties::of_decode(decode))
            }
            BufferCondition::Entropy(entropy) => (Kind::Entropy(*entropy), Ties::of_entropy(entropy)),
            BufferCondition::Dataset(dataset) => {
                (Kind::Dataset(self.dataset(signature, dataset)?), Ties::default())
            }
            BufferCondition::DataReputation(reputation) => {
                (Kind::Dataset(self.reputation(signature, reputation)?), Ties::default())
            }
            BufferCondition::Absent(_) => {
                return Err(Fault::new("absent stands where no condition can", "write absent once"));
            }
        };
        Ok((kind, ties, ties.failure()))
    }

    fn dataset(&mut self, signature: &Signature, dataset: &Dataset) -> Result<PreparedDataset, Fault> {
        let usage = match dataset.operation {
            DatasetOperation::IsSet | DatasetOperation::IsNotSet => SetUse::Asked,
            DatasetOperation::Set | DatasetOperation::Unset => SetUse::Changed,
        };
        let set = self.set(signature, &dataset.set, usage)?;
        Ok(PreparedDataset { set, kind: dataset.set.kind, question: Question::Operation(dataset.operation) })
    }

    fn reputation(
        &mut self,
        signature: &Signature,
        reputation: &DataReputation,
    ) -> Result<PreparedDataset, Fault> {
        let question = Question::Reputation(reputation.relation, reputation.value);
        let set = self.set(signature, &reputation.set, SetUse::Asked)?;
        Ok(PreparedDataset { set, kind: reputation.set.kind, question })
    }

    fn set(
        &mut self,
        signature: &Signature,
        source: &DatasetSource,
        usage: SetUse,
    ) -> Result<DatasetId, Fault> {
        let named = self.sets.name(self.rule, signature, source, usage);
        named.map_err(|message| Fault::new(message, "rules that name one set say the same of it"))
    }
}

/// Ties conditions to those behind them.
fn chain(steps: Vec<(Kind, Ties, Failure)>) -> Box<[Step]> {
    let ties: Vec<Ties> = steps.iter().map(|&(_, ties, _)| ties).collect();
    let follow = |at: usize| Ties::follow(ties.get(at + 1..).unwrap_or_default());
    steps
        .into_iter()
        .enumerate()
        .map(|(at, (kind, _, failure))| Step { kind, failure, follow: follow(at) })
        .collect()
}

fn last_decoder(program: &mut Program) -> Option<&mut Decoder> {
    program.steps.iter_mut().rev().find_map(|step| match &mut step.kind {
        Kind::Base64Decode(decoder) => Some(decoder),
        _ => None,
    })
}

/// Refuses numbers in the byte order of a DCE/RPC header, for which there is no decoder.
fn order_known<T>(encoding: Encoding, condition: T) -> Result<T, Fault> {
    match encoding {
        Encoding::Dce => {
            Err(Fault::new("there is no decoder for DCE/RPC, which `dce` needs", "say the byte order"))
        }
        _ => Ok(condition),
    }
}
