//! gRPC over HTTP/2: the messages of a call, taken out of its body.
//!
//! ```text
//!  compressed(8) length(32) message…       and so on until the stream ends
//! ```

mod messages;
mod path;

pub(super) use messages::Messages;
pub(super) use path::{MethodPath, is_grpc};
