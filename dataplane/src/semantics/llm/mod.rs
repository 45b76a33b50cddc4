//! Language models: what is asked of them and what they answer, whoever's API it is.
//!
//! An API is recognised by its path and by the shape of its documents, not by host or port. Text is told apart by who says
//! it; the pieces of a streamed answer are joined for each choice, block and tool call:
//!
//! ```text
//!  request   system, developer ─▶ llm.system      user ─▶ llm.prompt       assistant ─▶ llm.completion (to the server)
//!            tool ─▶ llm.tool_result              tools offered ─▶ llm.tool_offered, llm.tool_description
//!  response  text ─▶ llm.completion               reasoning ─▶ llm.reasoning
//!            calls ─▶ llm.tool_name, llm.tool_args
//! ```
//!
//! The shapes are those of the vendors' public references: OpenAI (chat completions, responses, completions, embeddings),
//! Anthropic (messages), Google (generateContent and its stream), Amazon Bedrock (converse, invoke), Ollama, Hugging Face TGI,
//! and the open inference protocol (KServe v2, Triton) over REST.

mod call;
mod operation;
mod request;
mod request_paths;
mod response;
mod response_paths;
mod role;

pub use call::Call;
pub use request::Request;
pub use request_paths::{REQUEST_PATHS, RequestPart};
pub use response::Response;
pub use response_paths::{RESPONSE_PATHS, ResponsePart};
