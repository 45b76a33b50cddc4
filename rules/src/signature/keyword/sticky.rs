//! Sticky buffers (`http.uri;`): what follows is about them, up to the next one.

use super::flow::direction;
use crate::signature::buffer::Buffer;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

/// Selects a buffer. A direction behind it (`file.data: to_client;`) narrows it.
pub(super) fn apply(
    draft: &mut Draft<'_>,
    buffer: Buffer,
    name: Piece<'_>,
    value: Option<Piece<'_>>,
) -> Result<(), Fault> {
    let direction = match value.filter(|value| !value.text.is_empty()) {
        None => None,
        Some(value) => Some(direction(value.text).ok_or_else(|| {
            Fault::error(value.span(), format!("{} takes no value but a direction", name.text))
                .with_help("write the buffer alone and what it holds behind it: `http.uri; content:\"/x\";`")
        })?),
    };
    match buffer {
        Buffer::Payload => draft.select_payload(),
        buffer => draft.select(buffer, direction, name.span()),
    }
    Ok(())
}
