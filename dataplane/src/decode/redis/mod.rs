//! Redis: RESP2 and RESP3 (Redis documentation, "Redis serialization protocol specification").
//!
//! ```text
//!  request  *2\r\n $4\r\n LLEN\r\n $6\r\n mylist\r\n       an array of strings, or a line of words ("inline")
//!  reply    :48293\r\n    +OK\r\n    $5\r\nhello\r\n    *2\r\n…    %1\r\n…    each in order of the requests
//! ```
//!
//! Each command is a transaction; any number may be under way. The strings that answer a search by vectors (`VSIM`,
//! `FT.HYBRID`, and `FT.SEARCH` or `FT.AGGREGATE` with `KNN` or `VECTOR_RANGE`) are told as `llm.retrieved`. Other replies
//! are followed only as far as it takes to know where they end.

mod config;
mod decoder;
mod event;
mod inline;
mod number;
mod pending;
mod recognise;
#[cfg(test)]
mod redis_tests;
mod reply;
mod request;

pub use config::RedisConfig;
pub use decoder::Redis;
pub use event::RedisEvent;
pub(super) use recognise::fit;
