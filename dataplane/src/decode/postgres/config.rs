//! Limits of the decoder.

/// Limits of a [`Postgres`](super::Postgres).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresConfig {
    /// Bytes of the startup message. PostgreSQL itself takes no more than 10,000.
    pub max_startup: u32,
    /// Requests for encryption before the startup message.
    pub max_negotiations: u8,
    /// Prepared statements and portals that are remembered.
    pub max_names: usize,
    /// Requests that wait for their answers.
    pub max_pending: usize,
}

impl Default for PostgresConfig {
    fn default() -> PostgresConfig {
        PostgresConfig { max_startup: 10_000, max_negotiations: 4, max_names: 256, max_pending: 1024 }
    }
}
