//! What a value must look like at least for a transform to find anything in it.

use weir_rules::signature::Transform;

use super::{card_numbers, ibans};

/// A regular expression in Hyperscan's syntax, without which the transform gives nothing, and the most bytes that its
/// shortest match takes. None for transforms that give something of any value.
pub(crate) fn shape(transform: &Transform) -> Option<(&'static str, usize)> {
    match transform {
        Transform::CardNumbers => Some(card_numbers::SHAPE),
        Transform::Ibans => Some(ibans::SHAPE),
        _ => None,
    }
}
