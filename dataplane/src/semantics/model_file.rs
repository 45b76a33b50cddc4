//! Model files among the files that are sent: what they are, what they import, what is odd about them.

use weir_rules::field::FieldId;

use super::speaker::Speaker;
use crate::decode::model_file::{ModelFile, Oddity, Told};
use crate::decode::{AppEvent, Part, Sink};

/// One file of a direction after the other.
#[derive(Debug, Default)]
pub(super) struct Files {
    file: ModelFile,
    /// A file has begun, and has not ended.
    begun: bool,
    /// Two words of which one value is made.
    line: Vec<u8>,
}

impl Files {
    /// Forgets the file.
    pub fn clear(&mut self) {
        self.file.clear();
        self.begun = false;
    }

    /// Takes a piece of a file.
    pub fn piece<S: Sink>(&mut self, part: Part, bytes: &[u8], speaker: &mut Speaker<'_, S>) {
        if part.is_first() {
            self.file.clear();
            self.begun = true;
        }
        let Files { file, line, .. } = self;
        if file.is_of_interest() {
            file.push(bytes, &mut |told| tell(told, line, speaker));
        }
        if part.is_last() {
            self.finish(speaker);
        }
    }

    /// Nothing more comes of the file.
    pub fn finish<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        let Files { file, begun, line } = self;
        if std::mem::take(begun) && file.is_of_interest() {
            file.finish(&mut |told| tell(told, line, speaker));
        }
        self.clear();
    }
}

fn tell<S: Sink>(told: Told<'_>, line: &mut Vec<u8>, speaker: &mut Speaker<'_, S>) {
    match told {
        Told::Format(format) => speaker.whole(FieldId::ModelFileFormat, format.as_bytes()),
        Told::Opcode(opcode) => speaker.whole(FieldId::ModelFileOpcode, opcode.as_bytes()),
        Told::Import { module, name } => speaker.whole(FieldId::ModelFileImport, joined(line, module, name)),
        Told::Name { key, value } => {
            speaker.whole(FieldId::ModelFileMetadata, joined(line, key.as_bytes(), value));
        }
        Told::Trouble(oddity) => speaker.event(AppEvent(oddity.name())),
    }
}

/// Two words with a space between, or one alone.
fn joined<'l>(line: &'l mut Vec<u8>, first: &[u8], second: &[u8]) -> &'l [u8] {
    line.clear();
    line.extend_from_slice(first);
    if !second.is_empty() {
        line.push(b' ');
        line.extend_from_slice(second);
    }
    line
}

/// The names of what may be odd about model files.
pub(super) fn event_names() -> impl Iterator<Item = &'static str> {
    Oddity::ALL.into_iter().map(Oddity::name)
}
