//! The Model Context Protocol: what servers offer models, and what models ask of them.
//!
//! ```text
//!  initialize        mcp.client, mcp.server, mcp.instructions
//!  tools/list        mcp.tool_offered, mcp.tool_description      (of prompts and resources, too)
//!  tools/call        mcp.tool, mcp.args                          ─▶ mcp.result
//!  prompts/get       mcp.prompt, mcp.args                        ─▶ mcp.result
//!  resources/read    mcp.resource                                ─▶ mcp.result
//!  sampling          mcp.sampling (from the server)              ─▶ mcp.result (from the client)
//!  elicitation       mcp.elicitation (from the server)           ─▶ mcp.result (from the client)
//! ```
//!
//! Revisions 2024-11-05 to 2025-11-25 of the specification, and the draft behind them, over streamable HTTP and over the
//! older transport of server-sent events, whose `endpoint` event says what it is.

mod method;
mod part;
mod paths;

pub use method::{Request, is_method};
pub use part::McpPart;
pub use paths::PATHS;
