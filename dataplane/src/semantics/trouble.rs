//! What is not as it should be about the documents of an exchange.

use super::model_file;
use crate::decode::AppEvent;
use crate::decode::json::Trouble;

/// More ran side by side than is told apart: choices, blocks and tool calls beyond are told as one.
pub const TOO_MANY_LANES: AppEvent = AppEvent("llm.too_many_lanes");

/// A text had to be told before it was known who says it.
pub const UNATTRIBUTED: AppEvent = AppEvent("llm.unattributed_text");

/// A message of an event stream whose lengths contradict each other.
pub const BAD_FRAMING: AppEvent = AppEvent("llm.bad_framing");

/// Parts of a message had to be told before it was known what the message is.
pub const UNATTRIBUTED_MESSAGE: AppEvent = AppEvent("jsonrpc.unattributed_message");

/// More artifacts grew side by side than are told apart: those beyond are told as one.
pub const TOO_MANY_ARTIFACTS: AppEvent = AppEvent("a2a.too_many_artifacts");

/// The names of all events about documents, and about files.
pub fn event_names() -> impl Iterator<Item = &'static str> {
    let own = [
        TOO_MANY_LANES,
        UNATTRIBUTED,
        BAD_FRAMING,
        UNATTRIBUTED_MESSAGE,
        TOO_MANY_ARTIFACTS,
        super::calls::BAD_MESSAGE,
    ]
    .into_iter()
    .map(|event| event.0);
    Trouble::ALL.into_iter().map(Trouble::name).chain(own).chain(model_file::event_names())
}
