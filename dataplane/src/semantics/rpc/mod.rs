//! JSON-RPC 2.0, which agents speak with their tools and with each other: messages of the Model Context Protocol and of
//! Agent2Agent, in either direction, alone or in batches, as bodies, events of a stream or messages of a WebSocket.
//!
//! ```text
//!  {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":…,"arguments":…}}     the method says what params are
//!  {"jsonrpc":"2.0","id":1,"result":{"content":[…]}}                                   the shape says what a result is
//! ```
//!
//! What stands before the method, or before anything that says whose message it is, waits; that is bounded. A protocol is
//! recognised by its methods and the shapes of its results, not by path, so it does not matter who serves it where. Answers
//! need not be matched with requests: no two results look alike.

mod conversation;
mod part;
mod reader;
mod settle;

pub use conversation::{Conversation, Family};
pub use part::{Join, RpcPart, Told, paths};
pub use reader::Messages;
