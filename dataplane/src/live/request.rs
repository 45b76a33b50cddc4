//! What is said on the control socket: one line of JSON each way.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// The counters.
    Stats,
    /// To read configuration, policy and rules anew.
    Reload,
    /// The flows.
    Flows {
        /// How many at most.
        limit: usize,
    },
}

/// What the instance answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// What was asked for.
    Ok(Value),
    /// Why it was not done.
    Error(String),
}
