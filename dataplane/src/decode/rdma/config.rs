//! Where packets are looked for.

/// How RoCEv2 is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RdmaConfig {
    /// The UDP port that packets go to, in either direction. A header of twelve bytes without a magic number can't be told
    /// from what else begins so, and cards know one port only.
    pub port: u16,
}

impl Default for RdmaConfig {
    /// IANA's port (annex A17.3.1.2).
    fn default() -> RdmaConfig {
        RdmaConfig { port: 4791 }
    }
}
