//! From policy files to a policy.

use std::sync::Arc;

use super::compile::Policy;
use super::document::Document;
use super::limits::PolicyLimits;
use super::resolve::{Resolver, span_of};
use crate::diagnostic::{Diagnostic, Source};

/// Parses, resolves and compiles.
pub(super) fn load(
    sources: &[Arc<Source>],
    limits: &PolicyLimits,
) -> Result<(Policy, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut resolver = Resolver::new(limits);
    let mut documents = Vec::with_capacity(sources.len());
    for source in sources {
        match parse(source, limits) {
            Ok(document) => documents.push((source.clone(), document)),
            Err(diagnostic) => resolver.diagnostics.push(*diagnostic),
        }
    }
    let unread = documents.len() < sources.len();
    resolver.resolve(&documents);
    if unread {
        // An identity that a rule names may be in the file that can't be read: say what is wrong with that one first.
        resolver.diagnostics.retain(|diagnostic| !diagnostic.message.starts_with("there is no identity"));
    }
    if unread || resolver.has_errors() {
        return Err(resolver.diagnostics);
    }
    let Resolver { model, mut diagnostics, .. } = resolver;
    let (policy, shadows) = match Policy::compile(model, limits) {
        Ok(compiled) => compiled,
        Err(_too_large) => {
            diagnostics.extend(sources.first().map(|source| too_large(source, limits)));
            return Err(diagnostics);
        }
    };
    for (later, earlier) in shadows {
        let (Some(later), Some(earlier)) = (policy.rule(later), policy.rule(earlier)) else { continue };
        let message = format!("the rule {} never decides", later.name);
        let help = format!(
            "{} at {} matches whatever it does; put this one before it",
            earlier.name, earlier.origin
        );
        let warning = Diagnostic::warning(&later.origin.source, later.origin.span.clone(), message);
        diagnostics.push(warning.with_help(help));
    }
    Ok((policy, diagnostics))
}

fn too_large(source: &Arc<Source>, limits: &PolicyLimits) -> Diagnostic {
    let message = format!("the rules compile to more than {} bytes of tables", limits.table_bytes);
    Diagnostic::error(source, 0..0, message).with_help(
        "give identities that the same rules name one name, and join rules for the same identities",
    )
}

fn parse(source: &Arc<Source>, limits: &PolicyLimits) -> Result<Document, Box<Diagnostic>> {
    let nodes = limits.yaml_nodes;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: nodes,
            max_events: nodes.saturating_mul(2),
        },
    };
    // A file of comments only is an empty policy.
    let parsed: Result<Option<Document>, _> = serde_saphyr::from_str_with_options(&source.text, options);
    parsed.map(Option::unwrap_or_default).map_err(|error| {
        let error = error.without_snippet();
        let span = error.location().map_or(0..0, span_of);
        let message = error.to_string();
        // The place is the diagnostic's own.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Box::new(
            Diagnostic::error(source, span, message)
                .with_help("the shape of a policy is in policy.schema.json"),
        )
    })
}
