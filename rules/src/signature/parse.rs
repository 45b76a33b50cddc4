//! One rule, from its text to a signature.

use std::sync::Arc;

use super::agreement::{Agreed, agree};
use super::build::{Built, build};
use super::draft::{Draft, Requirement};
use super::fast_pattern::choose;
use super::fault::Fault;
use super::flow::StreamOption;
use super::header::{HeaderReader, ParsedHeader};
use super::keyword::{KeywordHints, apply};
use super::limits::Limits;
use super::plain::{has_payload_protocol, plain};
use super::protocol::Decoded;
use super::rule::{Signature, SignatureId};
use super::text::{Options, Piece, RuleText, halves};
use crate::diagnostic::{Severity, Source};
use crate::origin::Origin;

/// The generator of rules that do not name one.
const DEFAULT_GENERATOR: u32 = 1;

/// Priority where neither `priority` nor `classtype` says.
const DEFAULT_PRIORITY: u8 = 3;

/// What a rule came to.
pub(super) struct Parsed {
    pub outcome: Outcome,
    pub faults: Vec<Fault>,
}

/// What became of a rule.
pub(super) enum Outcome {
    /// It is used.
    Signature(Box<Signature>),
    /// It is right, and needs what weir has no decoder for: this.
    Undecoded(Box<str>),
    /// It is for another engine (`requires`).
    Unmet,
    /// Any of the faults is an error.
    Wrong,
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
        return Parsed { outcome: Outcome::Wrong, faults: vec![fault] };
    }
    let (header, body) = match halves(&rule.text) {
        Ok(halves) => halves,
        Err(fault) => return Parsed { outcome: Outcome::Wrong, faults: vec![fault] },
    };
    let mut draft = Draft::new(limits);
    let header = headers.read(header, &mut draft.faults);
    read_options(body, &mut draft, hints);
    if draft.requirement == Requirement::Unmet {
        // What the rest of it says is none of this engine's business.
        return Parsed { outcome: Outcome::Unmet, faults: Vec::new() };
    }
    let signature = finish(source, rule, header, &mut draft);
    let mut faults = draft.faults;
    faults.sort_by_key(|fault| fault.span.start);
    let failed = faults.iter().any(|fault| fault.severity == Severity::Error);
    let outcome = match (failed, draft.undecoded, signature) {
        (false, Some(what), Some(_)) => Outcome::Undecoded(what),
        (false, None, Some(signature)) => Outcome::Signature(Box::new(signature)),
        _ => Outcome::Wrong,
    };
    Parsed { outcome, faults }
}

fn read_options(body: Piece<'_>, draft: &mut Draft<'_>, hints: &mut KeywordHints) {
    for (count, option) in Options::of(body).enumerate() {
        let option = match option {
            Ok(option) => option,
            Err(fault) => {
                draft.faults.push(fault);
                break;
            }
        };
        if count >= draft.limits.options {
            let message = format!("more than {} options in one rule", draft.limits.options);
            draft.faults.push(Fault::error(option.name.span(), message));
            break;
        }
        if draft.faults.len() >= draft.limits.mistakes {
            let message = "too many mistakes in one rule; the rest of it is not read";
            draft.faults.push(Fault::error(option.name.span(), message));
            break;
        }
        if let Err(fault) = apply(draft, option, hints) {
            draft.faults.push(fault);
        }
        if draft.requirement == Requirement::Unmet {
            break;
        }
    }
}

fn finish(
    source: &Arc<Source>,
    rule: &RuleText<'_>,
    header: Option<ParsedHeader>,
    draft: &mut Draft<'_>,
) -> Option<Signature> {
    let Built { buffers, fast } = build(draft, rule);
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
    let flow = draft.flow.unwrap_or_default();
    let agreed = agree(&protocol, &header, flow, &buffers).map_err(|c| c.at(0..rule.text.len()));
    let Agreed { transport, app } = agreed.map_err(|fault| draft.faults.push(fault)).ok()?;
    if let Some(app) = app.filter(|app| app.decoded() == Decoded::No) {
        draft.leave_out(app.name());
    }
    let class_priority = draft.classification.map(|class| class.priority);
    let mut signature = Signature {
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
        protocol: transport,
        app,
        hook: protocol.hook,
        header,
        flow,
        numbers: std::mem::take(&mut draft.numbers).into(),
        packet: std::mem::take(&mut draft.packet).into(),
        state: std::mem::take(&mut draft.state).into(),
        threshold: draft.threshold,
        detection_filter: draft.detection_filter,
        tag: draft.tag,
        score: draft.score,
        variables: std::mem::take(&mut draft.variables).into(),
        plain: None,
        fast_pattern: choose(&buffers, fast),
        buffers: buffers.into(),
        origin: Origin { source: source.clone(), span: rule.span.clone(), line: rule.line },
    };
    signature.plain = if beyond_payload(&signature) { None } else { plain(&signature.buffers) };
    Some(signature)
}

/// Whether a signature asks for more than header, flow and what buffers hold.
fn beyond_payload(signature: &Signature) -> bool {
    !has_payload_protocol(signature)
        || signature.app.is_some()
        || signature.hook.is_some()
        || !signature.numbers.is_empty()
        || !signature.packet.is_empty()
        || !signature.state.is_empty()
        || signature.threshold.is_some()
        || signature.detection_filter.is_some()
        || signature.tag.is_some()
        || signature.score.is_some()
        || signature.flow.fragments.is_some()
        || signature.flow.stream == Some(StreamOption::Excluded)
}
