//! Limits of the decoder.

/// What to do with a connection once both directions are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterEncryption {
    /// Look at nothing more: what follows costs nothing, and [`Tls::encrypted`](super::Tls::encrypted) says that the
    /// flow can be handed to the NIC.
    #[default]
    Stop,
    /// Keep following the headers of records, so that answers to heartbeats that are longer than the heartbeats, and
    /// records that are none, are still told.
    FollowRecords,
}

/// Whether JA3, JA3S and JA4 are computed: most of what a hello costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fingerprints {
    /// For every hello.
    #[default]
    Compute,
    /// Never, because no rule and no event asks for them.
    LeaveOut,
}

/// Limits of a [`Tls`](super::Tls). All memory is bounded by them, for each direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// The longest ClientHello or ServerHello that is looked at, in bytes. With post-quantum key shares and encrypted
    /// ClientHello real ones reach 3 KiB.
    pub max_hello: u32,
    /// The longest Certificate message that is looked at, in bytes: the whole chain.
    pub max_certificates: u32,
    /// How much of a buffer's memory stays with a decoder between connections, in bytes.
    pub keep_buffer: usize,
    /// Whether hellos are fingerprinted.
    pub fingerprints: Fingerprints,
    /// What to do once both directions are encrypted.
    pub after_encryption: AfterEncryption,
}

impl Default for TlsConfig {
    fn default() -> TlsConfig {
        TlsConfig {
            max_hello: 16 * 1024,
            max_certificates: 64 * 1024,
            keep_buffer: 8 * 1024,
            fingerprints: Fingerprints::Compute,
            after_encryption: AfterEncryption::Stop,
        }
    }
}
