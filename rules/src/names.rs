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
    candidates
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_ascii_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
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
