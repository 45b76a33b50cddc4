//! One rule, from its text to a signature.

use std::sync::Arc;

use super::draft::{DEFAULT_PRIORITY, Draft};
use super::fault::Fault;
use super::fuse::fuse;
use super::header::{HeaderReader, ParsedHeader};
use super::keyword::{Applied, KeywordHints, apply};
use super::limits::Limits;
use super::rule::{Signature, SignatureId};
use super::text::{Options, Piece, RuleText, halves};
use crate::diagnostic::{Severity, Source};
use crate::origin::Origin;

/// The generator of rules that do not name one.
const DEFAULT_GENERATOR: u32 = 1;

/// What a rule came to.
pub(super) struct Parsed {
    /// The signature; none where any of the faults is an error.
    pub signature: Option<Signature>,
    pub faults: Vec<Fault>,
}

/// Parses a rule of `source`.
pub(super) fn parse(
    source: &Arc<Source>,
    rule: &RuleText<'_>,
    headers: &mut HeaderReader<'_>,
    hints: &mut KeywordHints,
    limits: &Limits,
) -> Parsed {
    if rule.text.len() > limits.rule_bytes {
        let fault = Fault::error(0..1, format!("a rule of {} bytes", rule.text.len()))
            .with_help(format!("the most is {}", limits.rule_bytes));
        return Parsed { signature: None, faults: vec![fault] };
    }
    let (header, body) = match halves(&rule.text) {
        Ok(halves) => halves,
        Err(fault) => return Parsed { signature: None, faults: vec![fault] },
    };
    let mut draft = Draft::new(limits);
    let header = headers.read(header, &mut draft.faults);
    read_options(body, &mut draft, hints);
    let signature = finish(source, rule, header, &mut draft);
    let mut faults = draft.faults;
    faults.sort_by_key(|fault| fault.span.start);
    let failed = faults.iter().any(|fault| fault.severity == Severity::Error);
    Parsed { signature: signature.filter(|_| !failed), faults }
}

fn read_options(body: Piece<'_>, draft: &mut Draft<'_>, hints: &mut KeywordHints) {
    let mut unsupported: Vec<Piece<'_>> = Vec::new();
    for (count, option) in Options::of(body).enumerate() {
        let option = match option {
            Ok(option) => option,
            Err(fault) => {
                draft.faults.push(fault);
                break;
            }
        };
        if count >= draft.limits.options {
            let limit = draft.limits.options;
            draft
                .faults
                .push(Fault::error(option.name.span(), format!("more than {limit} options in one rule")));
            break;
        }
        if draft.faults.len() >= draft.limits.mistakes {
            let message = "too many mistakes in one rule; the rest of it is not read";
            draft.faults.push(Fault::error(option.name.span(), message));
            break;
        }
        match apply(draft, option, hints) {
            Ok(Applied::Done) => {}
            Ok(Applied::Unsupported) => unsupported.push(option.name),
            Err(fault) => draft.faults.push(fault),
        }
    }
    draft.faults.extend(not_supported(&unsupported));
}

/// One finding for all keywords of a rule that Suricata has and weir has not.
fn not_supported(keywords: &[Piece<'_>]) -> Option<Fault> {
    let first = keywords.first()?;
    let mut names: Vec<&str> = keywords.iter().map(|keyword| keyword.text).collect();
    names.sort_unstable();
    names.dedup();
    let message = format!("known to Suricata, not supported yet: {}", names.join(", "));
    Some(Fault::error(first.span(), message).with_help("the rule is left out; the others are used"))
}

fn finish(
    source: &Arc<Source>,
    rule: &RuleText<'_>,
    header: Option<ParsedHeader>,
    draft: &mut Draft<'_>,
) -> Option<Signature> {
    let mut conditions = fuse(draft.take_conditions());
    for condition in &mut conditions {
        condition.span = rule.in_source(condition.span.clone());
    }
    let ParsedHeader { action, protocol, header } = header?;
    let Some(sid) = draft.sid else {
        // Only where the options could be read is it certain that there is none.
        if draft.faults.is_empty() {
            draft.faults.push(
                Fault::error(0..rule.text.len(), "a rule without a sid").with_help("add `sid:1000001;`"),
            );
        }
        return None;
    };
    let class_priority = draft.classification.map(|class| class.priority);
    Some(Signature {
        id: SignatureId { gid: draft.gid.unwrap_or(DEFAULT_GENERATOR), sid },
        rev: draft.rev.unwrap_or(0),
        msg: draft.msg.take().unwrap_or_default().into(),
        classification: draft.classification,
        priority: draft.priority.or(class_priority).unwrap_or(DEFAULT_PRIORITY),
        metadata: std::mem::take(&mut draft.metadata).into(),
        references: std::mem::take(&mut draft.references).into(),
        target: draft.target,
        action,
        report: draft.report,
        protocol,
        header,
        flow: draft.flow.unwrap_or_default(),
        conditions,
        origin: Origin { source: source.clone(), span: rule.span.clone(), line: rule.line },
    })
}
