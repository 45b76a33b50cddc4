//! One request to a store, and its answer.

use weir_rules::field::FieldId;

use super::super::speaker::Speaker;
use super::paths::StorePart;
use super::store::{Found, Sign, Tree, find};
use crate::decode::{Lane, Part, Sink};

/// The lane of what is told.
const SAID: Lane = Lane(0);

/// What is known of a request to a store.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lookup {
    found: Option<Found>,
    is_told: bool,
}

impl Lookup {
    /// Takes the path of the request.
    pub fn path<S: Sink>(&mut self, path: &[u8], speaker: &mut Speaker<'_, S>) {
        *self = Lookup { found: find(path), is_told: false };
        if self.found.is_some_and(|found| found.sign == Sign::Path) {
            self.confirm(speaker);
        }
    }

    /// The tree of paths that its documents are read by.
    pub fn tree(&self) -> Option<Tree> {
        self.found.map(|found| found.tree)
    }

    /// It is one.
    fn confirm<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        if let Some(found) = self.found.filter(|_| !self.is_told) {
            self.is_told = true;
            speaker.whole(FieldId::LlmProvider, found.provider.as_bytes());
            speaker.whole(FieldId::LlmOperation, found.operation.as_bytes());
        }
    }

    /// Something is there that speaks for a store.
    pub fn meet<S: Sink>(&mut self, part: StorePart, speaker: &mut Speaker<'_, S>) {
        let confirms = match self.found.map(|found| found.sign) {
            Some(Sign::Answer) => part != StorePart::Nothing,
            Some(Sign::Question) => part == StorePart::Question,
            Some(Sign::Path) | None => false,
        };
        if confirms {
            self.confirm(speaker);
        }
    }

    /// A piece of a string.
    pub fn text<S: Sink>(
        &mut self,
        part: StorePart,
        piece: Part,
        bytes: &[u8],
        speaker: &mut Speaker<'_, S>,
    ) {
        self.meet(part, speaker);
        let field = match part {
            StorePart::Retrieved => FieldId::LlmRetrieved,
            StorePart::Stored => FieldId::LlmStored,
            StorePart::Question | StorePart::Nothing => return,
        };
        if self.is_told {
            speaker.more(field, SAID, bytes);
            if piece.is_last() {
                speaker.end(field, SAID);
            }
        }
    }
}
