//! Addresses and ports of a header: one language for both.
//!
//! ```text
//! expression = "any" | atom | "$" name | "!" expression | "[" expression { "," expression } "]"
//! ```
//!
//! A list is what its plain elements cover, less what its negated elements cover; a list of negated elements only starts
//! from everything. Variables are evaluated once; what they cost does not depend on how often they are used.

use std::collections::HashMap;
use std::sync::Arc;

use super::fault::{Complaint, Fault};
use super::text::Piece;
use super::variables::Variables;
use crate::ranges::{Bound, RangeSet};

/// What an expression is about.
pub(super) trait Domain {
    type Number: Bound;
    /// In messages: "an address".
    const NOUN: &'static str;
    /// Reads a single element: first and last number that it covers.
    fn atom(text: &str) -> Result<(Self::Number, Self::Number), Complaint>;
}

type Known<D> = Result<Arc<RangeSet<<D as Domain>::Number>>, Complaint>;

/// Evaluates expressions and remembers them: rule sets repeat the same few thousands of times.
pub(super) struct Evaluator<'v, D: Domain> {
    variables: &'v Variables,
    nesting: usize,
    variable_values: HashMap<String, Known<D>>,
    expressions: HashMap<String, Arc<RangeSet<D::Number>>>,
    /// Variables that are being evaluated, to find those that contain themselves.
    under_way: Vec<String>,
}

impl<'v, D: Domain> Evaluator<'v, D> {
    pub fn new(variables: &'v Variables, nesting: usize) -> Evaluator<'v, D> {
        Evaluator {
            variables,
            nesting,
            variable_values: HashMap::new(),
            expressions: HashMap::new(),
            under_way: Vec::new(),
        }
    }

    /// The set that an expression of a header stands for; never empty.
    pub fn evaluate(&mut self, expression: Piece<'_>) -> Result<Arc<RangeSet<D::Number>>, Fault> {
        if let Some(known) = self.expressions.get(expression.text) {
            return Ok(known.clone());
        }
        let set = self.expression(expression, 0)?;
        if set.is_empty() {
            return Err(Fault::error(expression.span(), format!("this leaves no {} at all", D::NOUN))
                .with_help("where $HOME_NET is everything, set EXTERNAL_NET to any too"));
        }
        let set = Arc::new(set);
        self.expressions.insert(expression.text.to_owned(), set.clone());
        Ok(set)
    }

    fn expression(&mut self, piece: Piece<'_>, depth: usize) -> Result<RangeSet<D::Number>, Fault> {
        let piece = piece.trimmed();
        if depth > self.nesting {
            return Err(Fault::error(piece.span(), format!("nested more than {} deep", self.nesting)));
        }
        match piece.text.chars().next() {
            None => Err(Fault::error(piece.at..piece.at + 1, format!("an {} is missing here", D::NOUN))),
            Some('!') => Ok(self.negated(piece, depth)?.complement()),
            Some('[') => self.list(piece, depth),
            Some('$') => self.variable(piece).map(|set| set.as_ref().clone()),
            Some(_) if piece.text == "any" => Ok(RangeSet::full()),
            Some(_) => D::atom(piece.text).map(|range| RangeSet::of([range])).map_err(|e| e.at(piece.span())),
        }
    }

    /// What stands behind the `!` that `piece` starts with.
    fn negated(&mut self, piece: Piece<'_>, depth: usize) -> Result<RangeSet<D::Number>, Fault> {
        let inner = piece.skip(1).trimmed();
        if inner.text.starts_with('!') {
            return Err(Fault::error(piece.span(), "negated twice").with_help("leave both `!` out"));
        }
        self.expression(inner, depth + 1)
    }

    fn list(&mut self, piece: Piece<'_>, depth: usize) -> Result<RangeSet<D::Number>, Fault> {
        let Some(inner) = piece.text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            return Err(Fault::error(piece.span(), "the list is not closed").with_help("a list is [a,b,c]"));
        };
        let (mut plain, mut negated) = (Vec::new(), Vec::new());
        for element in elements(Piece { text: inner, at: piece.at + 1 })? {
            let element = element.trimmed();
            if element.text.starts_with('!') {
                negated.push(self.negated(element, depth + 1)?);
            } else {
                plain.push(self.expression(element, depth + 1)?);
            }
        }
        let base = if plain.is_empty() { RangeSet::full() } else { RangeSet::union(&plain) };
        Ok(if negated.is_empty() { base } else { base.minus(&RangeSet::union(&negated)) })
    }

    fn variable(&mut self, piece: Piece<'_>) -> Result<Arc<RangeSet<D::Number>>, Fault> {
        let name = piece.text.get(1..).unwrap_or_default();
        if let Some(known) = self.variable_values.get(name) {
            return known.clone().map_err(|complaint| complaint.at(piece.span()));
        }
        let value = self.value_of(name);
        self.variable_values.insert(name.to_owned(), value.clone());
        value.map_err(|complaint| complaint.at(piece.span()))
    }

    fn value_of(&mut self, name: &str) -> Known<D> {
        let Some(text) = self.variables.get(name) else {
            let complaint = Complaint::new(format!("the variable ${name} is not set"));
            return Err(match self.variables.nearest(name) {
                Some(nearest) => complaint.with_help(format!("${nearest} is")),
                None => complaint.with_help("set it where HOME_NET is set"),
            });
        };
        if self.under_way.iter().any(|outer| outer == name) {
            return Err(Complaint::new(format!("the variable ${name} contains itself")));
        }
        if self.under_way.len() >= self.nesting {
            let limit = self.nesting;
            return Err(Complaint::new(format!("the variable ${name} is nested more than {limit} deep")));
        }
        self.under_way.push(name.to_owned());
        let value = self.expression(Piece { text, at: 0 }, 0);
        self.under_way.pop();
        value.map(Arc::new).map_err(|fault| Complaint {
            message: format!("the variable ${name} is {}: {}", shortened(text), fault.message),
            help: fault.help,
        })
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The elements of a list, with the lists in it left whole.
fn elements(inner: Piece<'_>) -> Result<Vec<Piece<'_>>, Fault> {
    let mut elements = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for (at, byte) in inner.text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => {
                depth = depth.checked_sub(1).ok_or_else(|| {
                    Fault::error(inner.at + at..inner.at + at + 1, "this bracket closes nothing")
                })?;
            }
            b',' if depth == 0 => {
                elements.push(Piece {
                    text: inner.text.get(start..at).unwrap_or_default(),
                    at: inner.at + start,
                });
                start = at + 1;
            }
            _ => {}
        }
    }
    elements.push(inner.skip(start));
    Ok(elements)
}
