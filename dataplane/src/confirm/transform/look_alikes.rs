//! Letters of other scripts that look like Latin ones, after Unicode's confusables (UTS #39), for Cyrillic, Greek,
//! Armenian, Cherokee and the Latin supplements.

/// Letters and what they look like, by code point.
const LOOK_ALIKES: [(char, char); 96] = [
    ('ı', 'i'),
    ('ȷ', 'j'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
    ('ɩ', 'i'),
    ('ɪ', 'i'),
    ('ʏ', 'y'),
    ('Ϳ', 'J'),
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Ζ', 'Z'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Υ', 'Y'),
    ('Χ', 'X'),
    ('α', 'a'),
    ('γ', 'y'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('ϲ', 'c'),
    ('ϳ', 'j'),
    ('Ϲ', 'C'),
    ('Ѕ', 'S'),
    ('І', 'I'),
    ('Ј', 'J'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
    ('а', 'a'),
    ('в', 'b'),
    ('г', 'r'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('п', 'n'),
    ('р', 'p'),
    ('с', 'c'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
    ('ѕ', 's'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѵ', 'v'),
    ('ү', 'y'),
    ('Һ', 'H'),
    ('һ', 'h'),
    ('Ӏ', 'I'),
    ('ӏ', 'l'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('Ԝ', 'W'),
    ('ԝ', 'w'),
    ('Ս', 'U'),
    ('Օ', 'O'),
    ('ա', 'w'),
    ('զ', 'q'),
    ('հ', 'h'),
    ('ո', 'n'),
    ('ս', 'u'),
    ('ց', 'g'),
    ('օ', 'o'),
    ('Ꭺ', 'A'),
    ('Ꭼ', 'E'),
    ('Ꮃ', 'W'),
    ('Ꮋ', 'H'),
    ('Ꮪ', 'S'),
    ('Ꮮ', 'L'),
    ('Ꮯ', 'C'),
    ('Ꮲ', 'P'),
    ('Ꮶ', 'K'),
    ('Ᏼ', 'B'),
];

/// The Latin letter that a character looks like; itself where it looks like none.
pub(super) fn fold(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    let found = LOOK_ALIKES.binary_search_by_key(&character, |&(like, _)| like);
    found.ok().and_then(|at| LOOK_ALIKES.get(at)).map_or(character, |&(_, latin)| latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_and_folds_to_letters() {
        assert!(
            LOOK_ALIKES.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "{:?}",
            LOOK_ALIKES.windows(2).find(|pair| pair[0].0 >= pair[1].0)
        );
        assert!(LOOK_ALIKES.iter().all(|(like, latin)| !like.is_ascii() && latin.is_ascii_alphabetic()));
    }
}
