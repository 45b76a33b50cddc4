//! The name that was meant by a misspelt one.

/// How many letters may differ for a word to be taken for a misspelling of another.
const MISSPELT: usize = 3;

/// The candidate that is most like `word`, where any is like it.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What is longer than any name can't be near one, and the distance costs the product of both lengths.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let limit = MISSPELT.min(word.len().div_ceil(3));
    let letters = letters(word);
    candidates
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit)
        // A letter that the other word lacks costs one change. This settles most pairs without the distance itself, so
        // that a file of nothing but mistakes is still read in good time.
        .filter(|candidate| (letters & !self::letters(candidate)).count_ones() as usize <= limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_ascii_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A bit for each letter of the alphabet that a word has.
fn letters(word: &str) -> u32 {
    word.bytes()
        .map(|byte| byte.to_ascii_lowercase())
        .filter(u8::is_ascii_lowercase)
        .fold(0, |letters, letter| letters | 1 << (letter - b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let words = || ["content", "nocase", "depth", "sid"].into_iter();
        for (word, meant) in [
            ("contnet", Some("content")),
            ("NoCase", Some("nocase")),
            ("dept", Some("depth")),
            ("flowbits", None),
        ] {
            assert_eq!(nearest(word, words()), meant, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), words()), None);
    }
}
