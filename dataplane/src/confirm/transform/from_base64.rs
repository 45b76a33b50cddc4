//! `from_base64`: decodes a part of the value. What is no Base64 stays as it is.

use weir_rules::signature::Base64Mode;

use super::output::Output;
use crate::confirm::base64;

pub(super) fn apply(bytes: &[u8], offset: u32, length: Option<u32>, mode: Base64Mode, out: &mut Output<'_>) {
    let text = bytes.get(offset as usize..).unwrap_or_default();
    let text = length.and_then(|length| text.get(..length as usize)).unwrap_or(text);
    let limit = out.limit();
    let decoded = base64::decode(text, mode, limit, out.buffer());
    if out.room() == 0 {
        out.set_cut();
    }
    if decoded.is_none() || out.buffer().is_empty() {
        out.buffer().clear();
        out.extend(bytes);
    }
}
