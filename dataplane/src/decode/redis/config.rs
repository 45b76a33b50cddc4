//! Limits of the decoder.

/// Limits of a [`Redis`](super::Redis).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedisConfig {
    /// Words of a command. Redis itself takes no more than 1,048,576.
    pub max_arguments: u32,
    /// Bytes of a string. Redis takes 512 MiB (`proto-max-bulk-len`).
    pub max_bulk: u64,
    /// Bytes of an inline command. Redis takes 64 KiB.
    pub max_inline: usize,
    /// Arrays within each other in a reply.
    pub max_depth: usize,
    /// Commands without answers that have to be remembered, as they are answered by documents or not at all.
    pub max_marks: usize,
    /// How much of a buffer stays with a decoder between connections, in bytes.
    pub keep_buffer: usize,
}

impl Default for RedisConfig {
    fn default() -> RedisConfig {
        RedisConfig {
            max_arguments: 1 << 20,
            max_bulk: 512 << 20,
            max_inline: 64 << 10,
            max_depth: 32,
            max_marks: 1024,
            keep_buffer: 4096,
        }
    }
}
