//! `base64_decode`: the part of a value that is decoded.

use weir_rules::signature::Base64Decode;

use super::place;
use super::value::Value;
use super::variables::Variables;

/// The text that is to be decoded; none where it starts behind the value.
pub(super) fn part<'v>(
    decode: &Base64Decode,
    value: Value<'v>,
    previous: usize,
    variables: &Variables,
) -> Option<&'v [u8]> {
    let base = place::origin(decode.base, previous, value);
    let start = place::at(base, decode.offset, value.len(), variables)?;
    let rest = value.bytes.get(start..)?;
    let bytes = match decode.bytes {
        Some(bytes) => usize::try_from(variables.bits(bytes)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    rest.get(..bytes.min(rest.len()))
}
