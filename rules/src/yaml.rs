//! YAML texts into types, with errors that point into the text.

use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};

use crate::diagnostic::{Diagnostic, Source};

/// Nodes that a text may have, unless a caller sets another limit. Bounds what aliases can expand to.
pub const DEFAULT_NODES: usize = 100_000;

/// Reads a whole text; one without content gives the default.
pub fn parse<T: DeserializeOwned + Default>(source: &Arc<Source>) -> Result<T, Diagnostic> {
    parse_with(source, DEFAULT_NODES)
}

/// As [`parse`], for at most `nodes` nodes.
pub fn parse_with<T: DeserializeOwned + Default>(
    source: &Arc<Source>,
    nodes: usize,
) -> Result<T, Diagnostic> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: nodes,
            max_events: nodes.saturating_mul(2),
        },
    };
    let parsed: Result<Option<T>, _> = serde_saphyr::from_str_with_options(&source.text, options);
    parsed.map(Option::unwrap_or_default).map_err(|error| {
        let error = error.without_snippet();
        let span = error.location().map_or(0..0, span_of);
        let message = error.to_string();
        // The place is the diagnostic's own.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Diagnostic::error(source, span, message)
    })
}

/// The bytes of a value in its text; empty for one that is a default.
pub fn span<T>(value: &Spanned<T>) -> Range<usize> {
    span_of(value.referenced)
}

/// The bytes of a place.
pub fn span_of(location: Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    start..start + span.byte_len().unwrap_or(0).max(1) as usize
}
