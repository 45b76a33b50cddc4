//! A model file that comes in pieces.

use super::content::Content;
use super::limits::ModelFileLimits;
use super::report::{Report, Seen};
use super::told::Told;

/// A file that may be a model. Most are not: then it says so after the first bytes, and wants no more.
#[derive(Debug, Default)]
pub struct ModelFile {
    limits: ModelFileLimits,
    content: Content,
    seen: Seen,
}

impl ModelFile {
    /// One at the start of a file.
    pub fn new(limits: ModelFileLimits) -> ModelFile {
        ModelFile { limits, ..ModelFile::default() }
    }

    /// Forgets the file, and is at the start of another.
    pub fn clear(&mut self) {
        self.content.clear();
        self.seen.clear();
    }

    /// Whether more of the file is wanted.
    pub fn is_of_interest(&self) -> bool {
        self.content.is_of_interest()
    }

    /// Takes more of the file.
    pub fn push(&mut self, bytes: &[u8], tell: &mut impl FnMut(Told<'_>)) {
        if self.content.is_of_interest() && !bytes.is_empty() {
            self.content.push(bytes, &mut Report::new(&self.limits, &mut self.seen, tell));
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        if self.content.is_of_interest() {
            self.content.finish(&mut Report::new(&self.limits, &mut self.seen, tell));
        }
    }

    /// Bytes are missing before those to come. No more of the file is wanted.
    pub fn lose(&mut self, tell: &mut impl FnMut(Told<'_>)) {
        self.content.lose(&mut Report::new(&self.limits, &mut self.seen, tell));
    }
}
