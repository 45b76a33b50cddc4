//! What is confirmed: the bytes of one value, and whether they are all of it.

/// The bytes of a value of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// The bytes, from the first that is still there.
    pub bytes: &'a [u8],
    /// How many were before that, and are gone: of a long value only the end is kept.
    pub skipped: usize,
    /// Whether they are all.
    pub extent: Extent,
}

/// Whether the bytes of a value are all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Extent {
    /// They are all.
    #[default]
    Whole,
    /// There was more, which was not kept. Absence is judged by what there is; what rests on the end does not hold.
    Cut,
    /// More may follow, and the value will be asked about again. What more bytes could change does not hold: neither
    /// absence nor anything that rests on the end.
    Open,
}

impl Extent {
    /// Whether the last byte there is is the value's last.
    pub const fn is_whole(self) -> bool {
        matches!(self, Extent::Whole)
    }
}

impl<'a> Value<'a> {
    /// A value of which these are all bytes.
    pub const fn whole(bytes: &'a [u8]) -> Value<'a> {
        Value { bytes, skipped: 0, extent: Extent::Whole }
    }

    /// Bytes as `usize` of the value, for places.
    pub(super) const fn len(self) -> usize {
        self.bytes.len()
    }
}
