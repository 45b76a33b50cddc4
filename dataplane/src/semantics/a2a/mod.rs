//! Agent2Agent: what agents say to each other, what they hand over, and what they say of themselves.
//!
//! ```text
//!  agent card           a2a.agent, a2a.url, a2a.description, a2a.skill
//!  messages             a2a.message      (texts, and data as JSON with its escapes undone)
//!  tasks                a2a.task_state, a2a.artifact (the pieces of a streamed one joined), a2a.message
//!  push notifications   a2a.push_url
//! ```
//!
//! Versions 0.2 to 1.0 of the specification, over JSON-RPC and over plain HTTP. A card is recognised by its path, and
//! elsewhere by keys that nothing else has.

mod method;
mod part;
mod paths;

pub use method::{is_card, is_method, method_of_path};
pub use part::A2aPart;
pub use paths::PATHS;
