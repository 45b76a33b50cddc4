//! What may be wrong with a conversation.

/// Something that is wrong. Each is told at most once for a direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PostgresEvent {
    /// Lengths, counts or ends of strings disagree, or the version is not 3.
    Malformed,
    /// A message of a type that there is not. It is passed over.
    UnknownMessage,
    /// A startup message longer than the limit.
    StartupTooLong,
    /// More requests for encryption than the limit.
    TooManyNegotiations,
    /// The client did not wait for the answer to a request for encryption (CVE-2021-23214 is about that).
    EarlyData,
    /// More prepared statements and portals than are remembered; the oldest are forgotten.
    TooManyNames,
    /// More requests without answers than are remembered; which rows belong to which is not known for a while.
    TooManyPending,
}

impl PostgresEvent {
    /// All that there are.
    pub const ALL: [PostgresEvent; 7] = [
        PostgresEvent::Malformed,
        PostgresEvent::UnknownMessage,
        PostgresEvent::StartupTooLong,
        PostgresEvent::TooManyNegotiations,
        PostgresEvent::EarlyData,
        PostgresEvent::TooManyNames,
        PostgresEvent::TooManyPending,
    ];

    /// What `app-layer-event` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            PostgresEvent::Malformed => "postgres.malformed",
            PostgresEvent::UnknownMessage => "postgres.unknown_message",
            PostgresEvent::StartupTooLong => "postgres.startup_too_long",
            PostgresEvent::TooManyNegotiations => "postgres.too_many_negotiations",
            PostgresEvent::EarlyData => "postgres.early_data",
            PostgresEvent::TooManyNames => "postgres.too_many_names",
            PostgresEvent::TooManyPending => "postgres.too_many_pending",
        }
    }
}
