//! How much is kept of fragments, and what can be wrong with them.

use std::time::Duration;

/// Limits of a fragment table. All memory is taken at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentConfig {
    /// Datagrams that can be in the making at once, refused ones that are remembered included; each takes about 700
    /// bytes besides its payload.
    pub datagrams: usize,
    /// Memory for payloads, in bytes, used in blocks of 2 KiB.
    pub memory: usize,
    /// How long a datagram may take, from its first fragment that came. Not less than receivers allow (Linux 30 s for
    /// IPv4; 60 s by RFC 8200 §4.5): fragments have been forwarded, and what is forgotten here too early could still
    /// be completed there, uninspected.
    pub timeout: Duration,
    /// Fragments that a datagram may come in, duplicates included.
    pub max_fragments: u16,
}

impl Default for FragmentConfig {
    fn default() -> FragmentConfig {
        FragmentConfig {
            datagrams: 4096,
            memory: 16 << 20,
            timeout: Duration::from_secs(60),
            max_fragments: 128,
        }
    }
}

/// Why a fragment must not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[repr(u8)]
pub enum FragmentError {
    /// Another fragment brought other bytes for the same place.
    #[error("the fragment contradicts another of its datagram")]
    OverlapConflict,
    /// RFC 5722 §4 forbids overlaps in IPv6, whether they agree or not.
    #[error("the fragment overlaps another of its IPv6 datagram in part")]
    OverlapIpv6,
    /// Two last fragments that disagree where the end is, or a fragment beyond the last.
    #[error("the fragments disagree about the length of the datagram")]
    EndConflict,
    /// A first fragment without the whole of the headers (RFC 1858 §3, RFC 7112 §5), or a TCP fragment that starts
    /// within where the TCP header would be (RFC 3128 §2).
    #[error("the headers of the datagram are cut into pieces")]
    CutHeaders,
    /// The datagram would be longer than 65,535 bytes ("ping of death").
    #[error("the datagram would be longer than 65535 bytes")]
    TooLong,
    /// The length of a fragment that is not the last is no multiple of 8 (RFC 791 §3.2, RFC 8200 §4.5).
    #[error("the length of a fragment other than the last is no multiple of 8")]
    Misaligned,
    /// A fragment of nothing.
    #[error("the fragment is empty")]
    Empty,
    /// More headers before the payload than are kept.
    #[error("the headers before the fragment are too long to be kept")]
    HeadersTooLong,
    /// More fragments than [`FragmentConfig::max_fragments`].
    #[error("the datagram comes in too many fragments")]
    TooManyFragments,
    /// [`FragmentConfig::datagrams`] are in the making.
    #[error("the table of datagrams is full")]
    TableFull,
    /// [`FragmentConfig::memory`] is used up.
    #[error("the memory for fragments is used up")]
    MemoryFull,
    /// The datagram was put together, inspected and refused; this would be its last piece again.
    #[error("the datagram was refused")]
    DatagramRefused,
}

impl FragmentError {
    /// The number of errors there are.
    pub const COUNT: usize = 12;

    /// The name in events and statistics.
    pub const fn name(self) -> &'static str {
        match self {
            FragmentError::OverlapConflict => "fragment-overlap-conflict",
            FragmentError::OverlapIpv6 => "fragment-overlap-ipv6",
            FragmentError::EndConflict => "fragment-end-conflict",
            FragmentError::CutHeaders => "fragment-cut-headers",
            FragmentError::TooLong => "fragment-too-long",
            FragmentError::Misaligned => "fragment-misaligned",
            FragmentError::Empty => "fragment-empty",
            FragmentError::HeadersTooLong => "fragment-headers-too-long",
            FragmentError::TooManyFragments => "fragment-too-many",
            FragmentError::TableFull => "fragment-table-full",
            FragmentError::MemoryFull => "fragment-memory-full",
            FragmentError::DatagramRefused => "fragment-datagram-refused",
        }
    }

    /// Whether a limit of the table's was reached, and nothing is wrong with the fragment itself.
    pub const fn is_overload(self) -> bool {
        matches!(
            self,
            FragmentError::HeadersTooLong
                | FragmentError::TooManyFragments
                | FragmentError::TableFull
                | FragmentError::MemoryFull
        )
    }

    /// The position in counters.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What a table has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentCounters {
    /// Fragments that came.
    pub fragments: u64,
    /// Datagrams that were completed.
    pub completed: u64,
    /// Datagrams that were given up because their time was over.
    pub timed_out: u64,
    /// Refused fragments, by [`FragmentError::index`].
    pub refused: [u64; FragmentError::COUNT],
}
