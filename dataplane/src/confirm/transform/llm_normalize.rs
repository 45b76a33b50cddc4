//! `llm.normalize`: text as a model reads it, so that a rule need not know how it was dressed up.
//!
//! Compatibility forms are folded (NFKC: full-width letters, ligatures, mathematical alphabets), characters that nobody
//! sees are taken out (zero-width, bidirectional controls, tags, variation selectors), and letters of other scripts that
//! look like Latin ones become those. Bytes that are no UTF-8 stay as they are.

use unicode_normalization::UnicodeNormalization;

use super::look_alikes::fold;
use super::output::Output;

/// The most characters that may be composed to one: a base with 30 marks, as the Stream-Safe Text Format allows
/// (UAX #15 §13). Longer runs of marks are cut there, so a sender can't make normalisation sort without bound.
const MAX_MARKS: usize = 30;

pub(super) fn apply(bytes: &[u8], out: &mut Output<'_>) {
    for chunk in bytes.utf8_chunks() {
        if chunk.valid().is_ascii() {
            out.extend(chunk.valid().as_bytes());
        } else {
            normalize(chunk.valid(), out);
        }
        out.extend(chunk.invalid());
    }
}

fn normalize(text: &str, out: &mut Output<'_>) {
    let mut marks = 0;
    let seen = text.chars().filter(|&character| !is_invisible(character)).filter(move |&character| {
        marks = if unicode_normalization::char::is_combining_mark(character) { marks + 1 } else { 0 };
        marks <= MAX_MARKS
    });
    // Before, since NFKC makes other letters of some; and after, since it makes some of others.
    for character in seen.map(fold).nfkc().filter(|&character| !is_invisible(character)).map(fold) {
        if out.is_cut() {
            return;
        }
        out.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Whether a character shows nothing and only parts letters or steers their direction.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
