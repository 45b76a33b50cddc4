//! `requires: version >= 7.0.3, feature http2, keyword dns.query;`: which engine the rule is for.
//!
//! weir answers as the version of Suricata whose language it has. A rule whose requirements are not met is left out
//! without a word, as its writer wants it.

use super::byte_options::named_argument;
use super::{Apply, Keyword, is_known};
use crate::signature::draft::{Draft, Requirement};
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "requires", apply: Apply::Value(apply) };

/// The version of Suricata whose language this is.
const VERSION: [u32; 3] = [8, 0, 0];

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    for part in unquoted(value)?.split(',') {
        let (name, argument) = named_argument(part);
        let met = match name {
            "version" => version(argument)?,
            // Features are switches of Suricata's build; weir has none of them.
            "feature" => false,
            "keyword" => is_known(argument.text),
            // A later Suricata may require what no one knows of yet.
            _ => false,
        };
        if !met {
            draft.requirement = Requirement::Unmet;
        }
    }
    Ok(())
}

/// `>= 7.0.3 < 8 | >= 8.0.1`: one of the alternatives, all comparisons of it.
fn version(text: Piece<'_>) -> Result<bool, Fault> {
    let mut met = false;
    for alternative in text.split('|') {
        met |= comparisons(alternative)?;
    }
    Ok(met)
}

fn comparisons(text: Piece<'_>) -> Result<bool, Fault> {
    let mut met = true;
    let mut rest = text.trimmed();
    while !rest.text.is_empty() {
        let sign = ["<=", ">=", "<", ">"].into_iter().find(|sign| rest.text.starts_with(sign));
        let Some(sign) = sign else { return Err(wrong(rest)) };
        rest = rest.skip(sign.len()).trimmed();
        let end = rest.text.find([' ', '<', '>']).unwrap_or(rest.text.len());
        let wanted = Piece { text: rest.text.get(..end).unwrap_or_default(), at: rest.at };
        rest = rest.skip(end).trimmed();
        let wanted = numbers(wanted)?;
        met &= match sign {
            "<=" => VERSION <= wanted,
            ">=" => VERSION >= wanted,
            "<" => VERSION < wanted,
            _ => VERSION > wanted,
        };
    }
    Ok(met)
}

/// Major, minor and patch; what is not given is 0. What follows a dash (`8.0.0-rc1`) does not count.
fn numbers(text: Piece<'_>) -> Result<[u32; 3], Fault> {
    let plain = text.text.split('-').next().unwrap_or_default();
    let mut version = [0; 3];
    let mut parts = plain.split('.');
    for (slot, part) in version.iter_mut().zip(&mut parts) {
        *slot = part.parse().map_err(|_| wrong(text))?;
    }
    match parts.next() {
        Some(_) => Err(wrong(text)),
        None => Ok(version),
    }
}

fn wrong(text: Piece<'_>) -> Fault {
    Fault::error(text.span(), "this is not a requirement of a version")
        .with_help("write `version >= 7.0.3`, or alternatives with `|` between them")
}
