//! `content:"GET |0d 0a|";`: bytes to find. `!` before the quotes: bytes that must not be there.

use super::{Apply, Keyword};
use crate::signature::buffer::End;
use crate::signature::condition::{Case, Presence};
use crate::signature::draft::{Draft, DraftContent, DraftKind, Start};
use crate::signature::fault::Fault;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "content", apply: Apply::Value(apply) };

/// The most bytes of a content; Suricata's is 65,535 too.
const MAX_BYTES: usize = u16::MAX as usize;

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (presence, quoted) = presence(value);
    let bytes = bytes(unquoted(quoted)?)?;
    draft.add(plain(bytes, presence), value.span())
}

/// A content without modifiers.
pub(super) fn plain(bytes: Vec<u8>, presence: Presence) -> DraftKind {
    DraftKind::Content(DraftContent {
        bytes: bytes.into_boxed_slice(),
        case: Case::Sensitive,
        presence,
        offset: None,
        depth: None,
        distance: None,
        within: None,
        start: Start::Anywhere,
        end: End::Anywhere,
        fast: None,
    })
}

/// Takes the `!` off a value.
pub(super) fn presence(value: Piece<'_>) -> (Presence, Piece<'_>) {
    match value.text.starts_with('!') {
        true => (Presence::Absent, value.skip(1).trimmed()),
        false => (Presence::Required, value),
    }
}

/// The bytes that a content stands for: text, escapes (`\"`, `\;`, `\:`, `\\`) and `|hexadecimal digits|`.
pub(super) fn bytes(text: Piece<'_>) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(text.text.len());
    let mut rest = text.text.char_indices();
    while let Some((at, character)) = rest.next() {
        let here = text.at + at..text.at + at + character.len_utf8();
        match character {
            '|' => hexadecimal(&mut rest, text, at, &mut bytes)?,
            '\\' => match rest.next() {
                Some((_, escaped @ ('"' | ';' | ':' | '\\'))) => bytes.push(escaped as u8),
                _ => {
                    return Err(Fault::error(here, "this backslash escapes nothing")
                        .with_help(r#"write `\\` for a backslash; escapes are `\"`, `\;`, `\:` and `\\`"#));
                }
            },
            '"' => {
                return Err(Fault::error(here, "quotes within quotes").with_help(r#"write `\"` or `|22|`"#));
            }
            _ => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    match bytes.len() {
        0 => Err(Fault::error(text.span(), "a content without bytes").with_help("write what it looks for")),
        1..=MAX_BYTES => Ok(bytes),
        length => {
            Err(Fault::error(text.span(), format!("a content of {length} bytes; the most is {MAX_BYTES}")))
        }
    }
}

/// Reads up to the bar that closes hexadecimal digits.
fn hexadecimal(
    rest: &mut std::str::CharIndices<'_>,
    text: Piece<'_>,
    open: usize,
    bytes: &mut Vec<u8>,
) -> Result<(), Fault> {
    let mut high = None;
    for (at, character) in rest {
        let here = text.at + at..text.at + at + character.len_utf8();
        match (character, high) {
            ('|', None) => return Ok(()),
            ('|', Some(_)) => {
                return Err(Fault::error(here, "half a byte: an odd number of hexadecimal digits")
                    .with_help("every byte has two digits: |0d 0a|"));
            }
            (blank, _) if blank.is_ascii_whitespace() => {}
            (digit, _) => {
                let Some(digit) = digit.to_digit(16).map(|digit| digit as u8) else {
                    return Err(Fault::error(here, format!("{digit:?} is not a hexadecimal digit"))
                        .with_help("between bars stand bytes in hexadecimal; write `|7c|` for a bar"));
                };
                match high.take() {
                    Some(high) => bytes.push(high << 4 | digit),
                    None => high = Some(digit),
                }
            }
        }
    }
    Err(Fault::error(text.at + open..text.at + open + 1, "this bar is not closed")
        .with_help("hexadecimal bytes stand between two bars: |0d 0a|; write `|7c|` for a bar"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<u8>, String> {
        bytes(Piece { text, at: 0 }).map_err(|fault| fault.message)
    }

    #[test]
    fn reads_text_escapes_and_hexadecimal() {
        let table: [(&str, &[u8]); 6] = [
            ("abc", b"abc"),
            (r#"a\"b\;c\:d\\"#, b"a\"b;c:d\\"),
            ("|0d 0A|x|ff|", b"\r\nx\xff"),
            ("|0d0a|", b"\r\n"),
            ("a||b", b"ab"),
            ("é", "é".as_bytes()),
        ];
        for (text, expected) in table {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let table = [
            ("", "without bytes"),
            ("||", "without bytes"),
            ("|0|", "half a byte"),
            ("|0d", "not closed"),
            ("|0g|", "not a hexadecimal digit"),
            (r"\n", "escapes nothing"),
            (r"a\", "escapes nothing"),
            ("a\"b", "quotes within quotes"),
        ];
        for (text, expected) in table {
            let message = read(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
