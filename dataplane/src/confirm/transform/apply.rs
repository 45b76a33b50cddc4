//! The transforms of a buffer, one after another, between two buffers.

use weir_rules::signature::{FromBase64, Transform, Truncate};

use super::output::Output;
use super::{
    card_numbers, case, compress_whitespace, decompress, digest, domain, dotprefix, from_base64,
    header_lowercase, ibans, llm_normalize, pcrexform, strip_pseudo_headers, strip_whitespace, subslice,
    url_decode, xor,
};
use crate::confirm::limits::{Budget, Counters, Limits};
use crate::confirm::regex::{Expression, Runner};
use crate::confirm::value::{Extent, Value};

/// A transform, ready to be done.
#[derive(Clone, Debug)]
pub(crate) enum PreparedTransform {
    /// `pcrexform`
    Regex(Expression),
    /// `subslice`
    Subslice(i32, Option<i32>, Truncate),
    /// All others need no preparation.
    Plain(Transform),
}

impl PreparedTransform {
    /// Prepares a transform; an expression gets this number.
    pub(crate) fn new(
        transform: &Transform,
        number: u32,
        limits: &Limits,
    ) -> Result<PreparedTransform, pcre2::Error> {
        Ok(match transform {
            Transform::Regex(text) => PreparedTransform::Regex(Expression::plain(text, number, limits)?),
            &Transform::Subslice { offset, bytes, truncate } => {
                PreparedTransform::Subslice(offset, bytes, truncate)
            }
            other => PreparedTransform::Plain(other.clone()),
        })
    }

    /// Its expression, where it has one.
    pub(crate) fn expression(&self) -> Option<&Expression> {
        match self {
            PreparedTransform::Regex(expression) => Some(expression),
            _ => None,
        }
    }
}

/// The two buffers that transforms write to in turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    front: Vec<u8>,
    back: Vec<u8>,
}

impl Buffers {
    /// Two buffers of `limit` bytes.
    pub(crate) fn new(limit: usize) -> Buffers {
        Buffers { front: Vec::with_capacity(limit), back: Vec::with_capacity(limit) }
    }
}

/// What the transforms make of a value. `None` where there is nothing to look at: of a value that is not whole there is
/// no digest, and steps have run out.
pub(crate) fn apply<'v>(
    transforms: &[PreparedTransform],
    value: Value<'v>,
    buffers: &'v mut Buffers,
    runner: &mut Runner,
    budget: &mut Budget,
    counters: &mut Counters,
    limits: &Limits,
) -> Option<Value<'v>> {
    let Some((first, others)) = transforms.split_first() else { return Some(value) };
    let Buffers { front, back } = buffers;
    let mut extent = one(first, value, front, runner, budget, counters, limits)?;
    for transform in others {
        let input = Value { bytes: front, extent, ..value };
        extent = one(transform, input, back, runner, budget, counters, limits)?;
        std::mem::swap(front, back);
    }
    Some(Value { bytes: front, extent, ..value })
}

fn one(
    transform: &PreparedTransform,
    value: Value<'_>,
    out: &mut Vec<u8>,
    runner: &mut Runner,
    budget: &mut Budget,
    counters: &mut Counters,
    limits: &Limits,
) -> Option<Extent> {
    budget.spend(value.bytes.len())?;
    let mut out = Output::new(out, limits.transformed);
    let bytes = value.bytes;
    match transform {
        PreparedTransform::Regex(expression) => {
            pcrexform::apply(expression, bytes, &mut out, runner, counters)
        }
        &PreparedTransform::Subslice(offset, length, truncate) => {
            subslice::apply(bytes, offset, length, truncate, &mut out);
        }
        PreparedTransform::Plain(transform) => plain(transform, value, &mut out)?,
    }
    if !out.is_cut() {
        return Some(value.extent);
    }
    counters.cut += 1;
    Some(if value.extent == Extent::Open { Extent::Open } else { Extent::Cut })
}

fn plain(transform: &Transform, value: Value<'_>, out: &mut Output<'_>) -> Option<()> {
    let bytes = value.bytes;
    match transform {
        Transform::ToLowercase => case::to_lowercase(bytes, out),
        Transform::ToUppercase => case::to_uppercase(bytes, out),
        Transform::StripWhitespace => strip_whitespace::apply(bytes, out),
        Transform::CompressWhitespace => compress_whitespace::apply(bytes, out),
        Transform::ToMd5 if value.extent.is_whole() => digest::to_md5(bytes, out),
        Transform::ToSha1 if value.extent.is_whole() => digest::to_sha1(bytes, out),
        Transform::ToSha256 if value.extent.is_whole() => digest::to_sha256(bytes, out),
        Transform::ToMd5 | Transform::ToSha1 | Transform::ToSha256 => return None,
        Transform::UrlDecode => url_decode::apply(bytes, out),
        Transform::Xor(key) => xor::apply(bytes, key, out),
        Transform::DotPrefix => dotprefix::apply(bytes, out),
        &Transform::FromBase64(FromBase64 { offset, bytes: length, mode }) => {
            from_base64::apply(bytes, offset, length, mode, out);
        }
        Transform::HeaderLowercase => header_lowercase::apply(bytes, out),
        Transform::StripPseudoHeaders => strip_pseudo_headers::apply(bytes, out),
        Transform::Domain => domain::domain(bytes, out),
        Transform::TopLevelDomain => domain::top_level_domain(bytes, out),
        &Transform::Gunzip { max_size } => decompress::gunzip(bytes, max_size, out),
        &Transform::Inflate { max_size } => decompress::inflate(bytes, max_size, out),
        Transform::LlmNormalize => llm_normalize::apply(bytes, out),
        Transform::CardNumbers => card_numbers::apply(bytes, out),
        Transform::Ibans => ibans::apply(bytes, out),
        // These are prepared, and so never here.
        Transform::Regex(_) | Transform::Subslice { .. } => return None,
    }
    Some(())
}
