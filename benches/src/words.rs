//! The words that prompts, answers and phrases to look for are made of.

use crate::seeded::Seeded;

/// Common English words, one a line.
const WORDS: &str = include_str!("../corpus/words.txt");

/// The list of words.
#[derive(Clone, Debug)]
pub struct Words(Vec<&'static str>);

impl Default for Words {
    fn default() -> Words {
        Words(WORDS.lines().collect())
    }
}

impl Words {
    /// Any of them.
    pub fn any(&self, random: &mut Seeded) -> &'static str {
        self.0.get(random.below(self.0.len())).copied().unwrap_or_default()
    }

    /// Text of at least `len` bytes, in sentences.
    pub fn text(&self, random: &mut Seeded, len: usize) -> String {
        let mut text = String::with_capacity(len + 32);
        let mut sentence = 0;
        while text.len() < len {
            if sentence == 0 {
                sentence = 5 + random.below(12);
            }
            text += self.any(random);
            sentence -= 1;
            text += if sentence == 0 { ". " } else { " " };
        }
        text
    }
}
