//! Signatures to measure with. What patterns are made of matters more than how many there are, so there are two kinds.

use std::fmt::Write;

use crate::seeded::Seeded;
use crate::words::Words;

/// What the phrases are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words that the traffic is full of, so that the scanner has to look closely all the time.
    Present,
    /// Words that never occur.
    Absent,
}

/// Regular expressions as they are written against injection and leaks; of a thousand rules ten are these.
const REGEXES: [&str; 10] = [
    r"ignore\s+(all\s+)?previous\s+instructions",
    r"disregard\s+the\s+(above|system)\s+prompt",
    r"AKIA[0-9A-Z]{16}",
    r"sk-[A-Za-z0-9]{32,48}",
    r"-----BEGIN (RSA |EC )?PRIVATE KEY-----",
    r"\b4[0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b",
    r"reveal\s+your\s+(system\s+)?prompt",
    r"ghp_[A-Za-z0-9]{36}",
    r"you\s+are\s+now\s+in\s+developer\s+mode",
    r"password\s*[:=]\s*[^\s]{8,32}",
];
/// One rule of this many is a regular expression.
const ONE_REGEX_OF: usize = 100;
/// The first number of these signatures, in the range for local use.
const FIRST_SID: usize = 1_000_000;

/// `count` signatures in Suricata's syntax.
pub fn rule_set(count: usize, kind: Kind, seed: u64) -> String {
    let (words, mut random) = (Words::default(), Seeded::new(seed));
    let mut rules = String::new();
    for number in 0..count {
        let (name, pattern) = match number % ONE_REGEX_OF {
            0 => regex(number / ONE_REGEX_OF),
            _ => {
                let phrase = phrase(&words, &mut random, kind);
                (phrase.clone(), format!("content:\"{phrase}\"; nocase;"))
            }
        };
        // Writing to a string can't fail.
        let _ = writeln!(
            rules,
            "alert tcp any any -> any any (msg:\"{name}\"; {pattern} sid:{}; rev:1;)",
            FIRST_SID + number
        );
    }
    rules
}

fn regex(number: usize) -> (String, String) {
    let expression = REGEXES.get(number % REGEXES.len()).copied().unwrap_or_default();
    let expression = expression.replace('/', r"\/").replace(';', r"\x3b").replace('"', r"\x22");
    (format!("expression {number}"), format!("pcre:\"/{expression}/i\";"))
}

/// Two or three words.
fn phrase(words: &Words, random: &mut Seeded, kind: Kind) -> String {
    let chosen: Vec<String> = (0..2 + random.below(2))
        .map(|_| match kind {
            Kind::Present => words.any(random).to_owned(),
            Kind::Absent => words.any(random).bytes().map(|byte| char::from(rotated(byte))).collect(),
        })
        .collect();
    chosen.join(" ")
}

/// As far from English as the letter allows: vowels become rare consonants.
fn rotated(byte: u8) -> u8 {
    match byte {
        b'a' | b'e' | b'i' | b'o' | b'u' => b'q',
        b'a'..=b'z' => b'a' + (byte - b'a' + 13) % 26,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir::event::Generation;
    use weir::ruleset::{Ruleset, Strictness};

    #[test]
    fn all_of_them_compile() {
        for kind in [Kind::Present, Kind::Absent] {
            let text = rule_set(1000, kind, 1);
            let source = weir_rules::diagnostic::Source::new("bench.rules", text);
            let compiled = Ruleset::compile(&[source], &[], &[], Generation(1), Strictness::Strict).unwrap();
            assert_eq!(compiled.ruleset.signatures.signatures.len(), 1000);
            assert_eq!(compiled.left_out, 0);
        }
    }
}
