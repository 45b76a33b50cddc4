//! What a model file tells.

/// What a [`ModelFile`](super::ModelFile) says. Slices are valid for the call only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// A format that the file has: `pickle`, `pytorch`, `joblib`, `numpy`, `safetensors`, `gguf`, `onnx`,
    /// `saved_model`, `hdf5`, `keras`. One file may have several (a ZIP of PyTorch holds a pickle), each told once.
    Format(&'static str),
    /// An opcode of a pickle that runs something, by its name in Python's `pickletools`; each once.
    Opcode(&'static str),
    /// A global that loading the file imports; each once. `name` is empty where a module is imported as a whole.
    Import {
        /// The module, dotted.
        module: &'a [u8],
        /// The name in it, perhaps dotted.
        name: &'a [u8],
    },
    /// Something of the metadata, by the name that its format has for it; each once.
    Name {
        /// What it is: `general.architecture`, `tokenizer.chat_template`, `keras.layer`, …
        key: &'static str,
        /// Its value.
        value: &'a [u8],
    },
    /// Something is not as it should be; each once.
    Trouble(Oddity),
}

/// What may be wrong with a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Oddity {
    /// It ends before its format says that it does.
    Truncated,
    /// Bytes of it are missing; what follows can't be read.
    Gap,
    /// It asks for more than is kept for one file; something may not have been told, or not in full.
    Limit,
    /// It does not follow its format.
    Malformed,
    /// Its header contradicts itself: sizes, offsets or counts that can't be.
    BadHeader,
    /// A pickle imports something whose name can't be known from the file.
    UnresolvedImport,
    /// The members of an archive are not those that its directory tells.
    ArchiveMismatch,
    /// It grows beyond the limits when it is decompressed.
    DecompressionBomb,
    /// It refers to a file outside of its own folder.
    PathTraversal,
    /// There is more after its end.
    TrailingData,
}

impl Oddity {
    /// All of them.
    pub const ALL: [Oddity; 10] = [
        Oddity::Truncated,
        Oddity::Gap,
        Oddity::Limit,
        Oddity::Malformed,
        Oddity::BadHeader,
        Oddity::UnresolvedImport,
        Oddity::ArchiveMismatch,
        Oddity::DecompressionBomb,
        Oddity::PathTraversal,
        Oddity::TrailingData,
    ];

    /// The name that `app-layer-event` knows it by.
    pub const fn name(self) -> &'static str {
        match self {
            Oddity::Truncated => "model_file.truncated",
            Oddity::Gap => "model_file.gap",
            Oddity::Limit => "model_file.limit",
            Oddity::Malformed => "model_file.malformed",
            Oddity::BadHeader => "model_file.bad_header",
            Oddity::UnresolvedImport => "model_file.unresolved_import",
            Oddity::ArchiveMismatch => "model_file.archive_mismatch",
            Oddity::DecompressionBomb => "model_file.decompression_bomb",
            Oddity::PathTraversal => "model_file.path_traversal",
            Oddity::TrailingData => "model_file.trailing_data",
        }
    }
}
