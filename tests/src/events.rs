//! Reads the events that weir writes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::patience::until;

/// All events of a file so far. A line that is still being written is left out.
///
/// # Panics
///
/// When a whole line is not JSON.
pub fn read(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).expect("events are JSON, one on each line")).collect()
}

/// Waits for an event.
///
/// # Panics
///
/// When it does not come.
pub fn wait_for(path: &Path, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    until(what, || read(path).into_iter().find(|event| wanted(event)))
}

/// Whether an event is a drop or rejection for this reason.
pub fn is_drop(event: &Value, reason: &str) -> bool {
    event["event_type"] == "drop" && event["drop"]["reason"] == reason
}

/// Whether an event is an alert of this signature.
pub fn is_alert(event: &Value, sid: u32) -> bool {
    event["event_type"] == "alert" && event["alert"]["signature_id"] == sid
}
