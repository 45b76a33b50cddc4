//! What may be wrong with a document.

/// Something that a strict reader refuses, or a limit that was met. Each is reported at most once for a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Trouble {
    /// No JSON: a character that has no place where it is. It is stepped over.
    Malformed,
    /// JSON as only lenient readers take it: a comma too many, a word that is none of JSON's (`NaN`).
    NotStrict,
    /// An escape that there is none of. The character stands for itself.
    BadEscape,
    /// Half of a surrogate pair. It is told as U+FFFD.
    LoneSurrogate,
    /// A control character in a string that is not escaped.
    ControlCharacter,
    /// A key of interest twice in one object: readers differ about which counts. Both are told.
    DuplicateKey,
    /// Nested deeper than the limit. What is in there is stepped over.
    TooDeep,
    /// Longer than the limit. The rest is stepped over.
    TooLong,
    /// It ends within a value.
    Truncated,
}

impl Trouble {
    /// All that there are.
    pub const ALL: [Trouble; 9] = [
        Trouble::Malformed,
        Trouble::NotStrict,
        Trouble::BadEscape,
        Trouble::LoneSurrogate,
        Trouble::ControlCharacter,
        Trouble::DuplicateKey,
        Trouble::TooDeep,
        Trouble::TooLong,
        Trouble::Truncated,
    ];

    /// What `app-layer-event` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Trouble::Malformed => "json.malformed",
            Trouble::NotStrict => "json.not_strict",
            Trouble::BadEscape => "json.bad_escape",
            Trouble::LoneSurrogate => "json.lone_surrogate",
            Trouble::ControlCharacter => "json.control_character",
            Trouble::DuplicateKey => "json.duplicate_key",
            Trouble::TooDeep => "json.too_deep",
            Trouble::TooLong => "json.too_long",
            Trouble::Truncated => "json.truncated",
        }
    }
}
