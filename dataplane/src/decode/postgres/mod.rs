//! PostgreSQL's frontend/backend protocol 3 (PostgreSQL documentation, chapter "Frontend/Backend Protocol").
//!
//! ```text
//!  client  startup: length 4 │ version 4 │ name 0 value 0 … 0           or a request for TLS, which is answered by a byte
//!          type 1 │ length 4, itself included │ body                    Query, or Parse Bind Describe Execute … Sync
//!  server  type 1 │ length 4 │ body                                     RowDescription DataRow … CommandComplete ReadyForQuery
//! ```
//!
//! A transaction lasts from one ReadyForQuery to the next: one Query, or all up to a Sync. Statements are streamed as they
//! come. A statement that uses a distance of pgvector looks documents up for a prompt, so the text in its rows is told as
//! `llm.retrieved`; which rows answer which statement is followed through prepared statements, portals and pipelining.
//! Other rows, parameters and copied data are passed over.

mod backend;
mod config;
mod decoder;
mod distance;
mod event;
mod frame;
mod frontend;
mod names;
mod pending;
#[cfg(test)]
mod postgres_tests;
mod startup;

pub use config::PostgresConfig;
pub use decoder::Postgres;
pub use event::PostgresEvent;
