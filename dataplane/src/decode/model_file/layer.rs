//! What the decoders of all formats have in common.

use super::report::Report;

/// Whether a decoder wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It does.
    More,
    /// It has nothing to say about what is to come.
    Done,
}

/// A decoder of one format, at the start of which the bytes are known, or thought, to be of it.
pub(super) trait Layer: Send {
    /// Takes more of the file.
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress;

    /// The file has ended, before the decoder was done.
    fn finish(&mut self, report: &mut Report<'_>);

    /// Whether it knows that the file is of its format, so that a gap in it is worth telling.
    fn is_sure(&self) -> bool {
        true
    }
}
