//! Who is told what a document says.

use super::super::Part;
use super::Trouble;

/// Takes the marked parts of documents. Bytes are valid for the call only.
pub trait Visitor<M> {
    /// A marked object or array begins.
    fn enter(&mut self, _: M) {}

    /// A marked object or array ends.
    fn leave(&mut self, _: M) {}

    /// A piece of a marked string, escapes undone.
    fn text(&mut self, mark: M, part: Part, bytes: &[u8]);

    /// A piece of a value that is marked to be told as it stands, whatever it is: JSON, with its escapes.
    fn verbatim(&mut self, _: M, _: Part, _: &[u8]) {}

    /// A marked number, `true`, `false` or `null`, as it stands.
    fn word(&mut self, _: M, _: &[u8]) {}

    /// A document has ended.
    fn end_of_document(&mut self) {}

    /// Something is wrong.
    fn trouble(&mut self, _: Trouble) {}
}
