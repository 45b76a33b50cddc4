//! What misspelt keywords were meant to be.
//!
//! Comparing a word with all keywords costs microseconds, and a file may be nothing but mistakes. The same mistakes are
//! looked up once, and only so many different ones at all.

use std::collections::HashMap;

use super::KEYWORDS;
use crate::field::FieldId;
use crate::names::nearest;
use crate::number::NumberId;
use crate::signature::names::SURICATA_KEYWORDS;

/// Different misspellings that are looked up for one load.
const MOST: usize = 4096;

/// The hints of one load.
#[derive(Debug, Default)]
pub(in crate::signature) struct KeywordHints {
    known: HashMap<String, Option<&'static str>>,
}

impl KeywordHints {
    /// The keyword that `word` is most like.
    pub fn of(&mut self, word: &str) -> Option<&'static str> {
        if let Some(known) = self.known.get(word) {
            return *known;
        }
        if self.known.len() >= MOST {
            return None;
        }
        let fields = FieldId::ALL.into_iter().map(FieldId::name);
        let numbers = NumberId::ALL.into_iter().map(NumberId::name);
        let names = KEYWORDS.iter().map(|keyword| keyword.name).chain(SURICATA_KEYWORDS.iter().copied());
        let names = names.chain(fields).chain(numbers);
        let hint = nearest(word, names);
        self.known.insert(word.to_owned(), hint);
        hint
    }
}
