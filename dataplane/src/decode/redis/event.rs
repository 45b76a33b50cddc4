//! What may be wrong with a conversation.

/// Something that is wrong. Each is told at most once for a direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RedisEvent {
    /// A type, number or end that is none.
    Malformed,
    /// More words in a command than the limit.
    TooManyArguments,
    /// A string that is longer than the limit.
    BulkTooLong,
    /// A command of a longer name than any has. It is cut.
    CommandTooLong,
    /// An inline command that is longer than the limit.
    InlineTooLong,
    /// Arrays within each other deeper than the limit.
    TooDeep,
    /// More commands without answers than are remembered; what answers what is not known any more.
    TooManyPending,
}

impl RedisEvent {
    /// All that there are.
    pub const ALL: [RedisEvent; 7] = [
        RedisEvent::Malformed,
        RedisEvent::TooManyArguments,
        RedisEvent::BulkTooLong,
        RedisEvent::CommandTooLong,
        RedisEvent::InlineTooLong,
        RedisEvent::TooDeep,
        RedisEvent::TooManyPending,
    ];

    /// What `app-layer-event` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            RedisEvent::Malformed => "redis.malformed",
            RedisEvent::TooManyArguments => "redis.too_many_arguments",
            RedisEvent::BulkTooLong => "redis.bulk_too_long",
            RedisEvent::CommandTooLong => "redis.command_too_long",
            RedisEvent::InlineTooLong => "redis.inline_too_long",
            RedisEvent::TooDeep => "redis.too_deep",
            RedisEvent::TooManyPending => "redis.too_many_pending",
        }
    }
}
