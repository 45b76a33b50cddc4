//! From policy files to a policy.

use std::sync::Arc;

use super::compile::Policy;
use super::document::Document;
use super::limits::PolicyLimits;
use super::resolve::Resolver;
use crate::diagnostic::{Diagnostic, Source};
use crate::yaml;

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
    yaml::parse_with(source, limits.yaml_nodes)
        .map_err(|found| Box::new(found.with_help("the shape of a policy is in policy.schema.json")))
}
