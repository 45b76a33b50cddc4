//! The signatures of all files together.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::expression::Evaluator;
use super::header::HeaderReader;
use super::keyword::KeywordHints;
use super::limits::Limits;
use super::parse::{Outcome, parse};
use super::rule::{RuleIndex, Signature, SignatureId};
use super::text::Rules;
use super::variables::Variables;
use crate::diagnostic::{Diagnostic, Source};

/// The signatures of a rule set, in the order of their files.
#[derive(Debug, Default)]
pub struct SignatureSet {
    /// The signatures; the position is the [`RuleIndex`].
    pub signatures: Vec<Signature>,
}

impl SignatureSet {
    /// The signature at an index.
    pub fn get(&self, index: RuleIndex) -> Option<&Signature> {
        self.signatures.get(index.0 as usize)
    }

    /// Indices and signatures.
    pub fn iter(&self) -> impl Iterator<Item = (RuleIndex, &Signature)> {
        self.signatures.iter().enumerate().map(|(at, signature)| (RuleIndex(at as u32), signature))
    }
}

/// What rule files came to.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The signatures that are right.
    pub set: SignatureSet,
    /// What there is to say, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// Rules that were left out for an error.
    pub failed: usize,
    /// Rules that are right but need what weir has no decoder for, by what that is. The first of each has a warning: it
    /// is not their writer who can mend it.
    pub undecoded: BTreeMap<Box<str>, usize>,
    /// Rules that are for another engine (`requires`).
    pub unmet: usize,
}

/// Parses rule files with the default [`Limits`].
pub fn load(sources: &[Arc<Source>], variables: &Variables) -> Loaded {
    load_with(sources, variables, &Limits::default())
}

/// Parses rule files. A rule with an error is left out and counted; the others load.
pub fn load_with(sources: &[Arc<Source>], variables: &Variables, limits: &Limits) -> Loaded {
    let mut headers = HeaderReader {
        addresses: Evaluator::new(variables, limits.nesting),
        ports: Evaluator::new(variables, limits.nesting),
    };
    let mut hints = KeywordHints::default();
    let mut collector = Collector { loaded: Loaded::default(), known: HashMap::new(), limits };
    let mut rules = 0;
    for source in sources {
        for rule in Rules::of(&source.text) {
            if rules >= limits.rules {
                let message =
                    format!("more than {} rules; this one and those behind it are left out", limits.rules);
                collector.say(Diagnostic::error(source, rule.span, message));
                collector.loaded.failed += 1;
                return collector.loaded;
            }
            rules += 1;
            let parsed = parse(source, &rule, &mut headers, &mut hints, limits);
            for fault in parsed.faults {
                collector.say(fault.into_diagnostic(source, &rule));
            }
            let loaded = &mut collector.loaded;
            match parsed.outcome {
                Outcome::Signature(signature) => collector.add(*signature),
                Outcome::Undecoded(what) => collector.undecoded(what, source, rule.span),
                Outcome::Unmet => loaded.unmet += 1,
                Outcome::Wrong => loaded.failed += 1,
            }
        }
    }
    collector.loaded
}

struct Collector<'l> {
    loaded: Loaded,
    known: HashMap<SignatureId, usize>,
    limits: &'l Limits,
}

impl Collector<'_> {
    fn say(&mut self, diagnostic: Diagnostic) {
        if self.loaded.diagnostics.len() < self.limits.diagnostics {
            self.loaded.diagnostics.push(diagnostic);
        }
    }

    /// Counts a rule that needs `what`.
    fn undecoded(&mut self, what: Box<str>, source: &Arc<Source>, span: Range<usize>) {
        let message =
            format!("{what} is not decoded by weir; this rule and others that need it are left out");
        let rules = self.loaded.undecoded.entry(what).or_default();
        *rules += 1;
        if *rules == 1 {
            self.say(Diagnostic::warning(source, span, message));
        }
    }

    /// Adds a signature. Of two with one number the higher revision counts, of equal revisions the first.
    fn add(&mut self, signature: Signature) {
        let signatures = &mut self.loaded.set.signatures;
        let at = match self.known.entry(signature.id) {
            Entry::Vacant(entry) => {
                entry.insert(signatures.len());
                signatures.push(signature);
                return;
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        let Some(known) = signatures.get_mut(at) else { return };
        let (kept, replaced) = if signature.rev > known.rev {
            let replaced = std::mem::replace(known, signature);
            (&*known, replaced)
        } else {
            (&*known, signature)
        };
        let message = format!("{} rev {} is there twice and left out here", replaced.id, replaced.rev);
        let help =
            format!("rev {} at {} is used; give this rule another sid, or delete it", kept.rev, kept.origin);
        let origin = &replaced.origin;
        let diagnostic = Diagnostic::warning(&origin.source, origin.span.clone(), message).with_help(help);
        self.say(diagnostic);
    }
}
