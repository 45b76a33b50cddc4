//! Transforms: what is done to a value before its conditions are asked. One file each.

mod apply;
mod card_numbers;
mod case;
mod compress_whitespace;
mod decompress;
mod digest;
mod domain;
mod dotprefix;
mod from_base64;
mod header_lowercase;
mod ibans;
mod llm_normalize;
mod look_alikes;
mod output;
mod pcrexform;
mod shape;
mod strip_pseudo_headers;
mod strip_whitespace;
mod subslice;
mod url_decode;
mod xor;

#[cfg(test)]
mod apply_tests;
#[cfg(test)]
mod validation_tests;

pub(super) use apply::{Buffers, PreparedTransform, apply};
pub(crate) use shape::shape;
