//! What a transform writes to.

/// A buffer that does not grow: what has no room is cut, and that is told.
#[derive(Debug)]
pub(super) struct Output<'b> {
    bytes: &'b mut Vec<u8>,
    limit: usize,
    cut: bool,
}

impl<'b> Output<'b> {
    pub(super) fn new(bytes: &'b mut Vec<u8>, limit: usize) -> Output<'b> {
        bytes.clear();
        Output { bytes, limit, cut: false }
    }

    /// The same with less room.
    pub(super) fn limit_to(&mut self, limit: usize) {
        self.limit = self.limit.min(limit);
    }

    /// Bytes that have room.
    pub(super) fn room(&self) -> usize {
        self.limit.saturating_sub(self.bytes.len())
    }

    /// The most bytes.
    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        if self.bytes.len() < self.limit {
            self.bytes.push(byte);
        } else {
            self.cut = true;
        }
    }

    #[inline]
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        match bytes.get(..self.room()) {
            Some(fitting) if fitting.len() < bytes.len() => {
                self.bytes.extend_from_slice(fitting);
                self.cut = true;
            }
            _ => self.bytes.extend_from_slice(bytes),
        }
    }

    /// Appends each byte, changed.
    pub(super) fn map(&mut self, bytes: &[u8], change: impl Fn(u8) -> u8) {
        let fitting = bytes.get(..self.room()).unwrap_or(bytes);
        self.bytes.extend(fitting.iter().map(|&byte| change(byte)));
        self.cut |= fitting.len() < bytes.len();
    }

    /// The buffer itself, for those who keep to [`Output::limit`].
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        self.bytes
    }

    /// Says that something had no room.
    pub(super) fn set_cut(&mut self) {
        self.cut = true;
    }

    /// Whether something had no room.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }
}
