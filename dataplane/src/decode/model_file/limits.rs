//! What a model file may ask for.

use super::super::content_coding::ChainLimits;

/// What is kept of one file, and how far it is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelFileLimits {
    /// Files in files: a pickle in a tar archive in gzip is two deep.
    pub max_nesting: u8,
    /// Bytes of a name: a module, a name in it, a key, a member of an archive.
    pub max_name: usize,
    /// Bytes of a value of metadata. Chat templates are the longest.
    pub max_value: usize,
    /// Values on a pickle's stack that are known; those below are not.
    pub max_stack: usize,
    /// Entries of a pickle's memo that are known.
    pub max_memo: usize,
    /// Bytes of all the names on the stack and in the memo of a pickle.
    pub max_texts: usize,
    /// Imports and names that are told once only. Beyond, each is told as often as it comes.
    pub max_distinct: usize,
    /// Bytes of the header of a numpy file.
    pub max_header: usize,
    /// Objects in objects, in JSON and protobuf, and arrays in arrays in GGUF.
    pub max_depth: usize,
    /// Key-value pairs, and tensors, of a GGUF file.
    pub max_entries: u64,
    /// What compressed members and files may grow to.
    pub inflate: ChainLimits,
}

impl Default for ModelFileLimits {
    fn default() -> ModelFileLimits {
        ModelFileLimits {
            max_nesting: 4,
            max_name: 512,
            max_value: 64 << 10,
            max_stack: 16 << 10,
            max_memo: 128 << 10,
            max_texts: 1 << 20,
            max_distinct: 4096,
            max_header: 64 << 10,
            max_depth: 64,
            max_entries: 1 << 20,
            inflate: ChainLimits::default(),
        }
    }
}
