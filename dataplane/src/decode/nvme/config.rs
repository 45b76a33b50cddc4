//! Limits of the decoder.

/// Limits of an [`Nvme`](super::Nvme).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NvmeConfig {
    /// Bytes of a qualified name that are told; no valid one is longer (NVM Express Base 2.0 §4.5).
    pub max_nqn: usize,
}

impl Default for NvmeConfig {
    fn default() -> NvmeConfig {
        NvmeConfig { max_nqn: 223 }
    }
}
