//! What a tool is called with: a document, or a string that holds one. Both are told as the text of that document, with the
//! escapes of its strings undone, so that what a tool is told can't hide in an escape.

use crate::decode::json::Unescape;

/// Bytes that are put together before they are told.
const GATHERED: usize = 256;

/// Puts small pieces together.
struct Gather<'t> {
    bytes: [u8; GATHERED],
    len: usize,
    tell: &'t mut dyn FnMut(&[u8]),
}

impl<'t> Gather<'t> {
    fn new(tell: &'t mut dyn FnMut(&[u8])) -> Gather<'t> {
        Gather { bytes: [0; GATHERED], len: 0, tell }
    }

    fn add(&mut self, piece: &[u8]) {
        if self.len + piece.len() > GATHERED {
            self.flush();
        }
        match self.bytes.get_mut(self.len..self.len + piece.len()) {
            Some(room) => {
                room.copy_from_slice(piece);
                self.len += piece.len();
            }
            None => (self.tell)(piece),
        }
    }

    fn flush(&mut self) {
        let bytes = self.bytes.get(..std::mem::take(&mut self.len)).unwrap_or_default();
        if !bytes.is_empty() {
            (self.tell)(bytes);
        }
    }
}

/// How the present value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Written {
    #[default]
    Unknown,
    /// As a document.
    Plain,
    /// As a string that holds a document.
    Quoted,
}

/// Reads a value that is told as it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arguments {
    written: Written,
    outer: Unescape,
    inner: Unescape,
}

impl Arguments {
    /// Takes a piece of the value.
    pub fn push(&mut self, bytes: &[u8], tell: &mut dyn FnMut(&[u8])) {
        let mut rest = bytes;
        if let (Written::Unknown, Some((&first, after))) = (self.written, bytes.split_first()) {
            (self.written, rest) =
                if first == b'"' { (Written::Quoted, after) } else { (Written::Plain, bytes) };
        }
        let Arguments { written, outer, inner } = self;
        let mut gather = Gather::new(tell);
        if *written == Written::Plain {
            inner.push(rest, &mut |piece| gather.add(piece));
        } else {
            // The quote that ends it is the last byte, and the only one that is not behind a backslash.
            let is_end = |bytes: &[u8]| bytes.last() == Some(&b'"');
            let mut unquoted = |piece: &[u8]| inner.push(piece, &mut |piece| gather.add(piece));
            match rest.split_last() {
                Some((_, before)) if is_end(rest) && !ends_in_escape(outer, before) => {
                    outer.push(before, &mut unquoted);
                }
                _ => outer.push(rest, &mut unquoted),
            }
        }
        gather.flush();
    }
}

/// Whether what comes behind `bytes` is behind a backslash.
fn ends_in_escape(before: &Unescape, bytes: &[u8]) -> bool {
    let mut state = *before;
    state.push(bytes, &mut |_| {});
    !state.is_idle()
}

/// Takes the escapes of a document's strings out of its text, which comes in pieces.
pub fn unescape(state: &mut Unescape, bytes: &[u8], tell: &mut dyn FnMut(&[u8])) {
    let mut gather = Gather::new(tell);
    state.push(bytes, &mut |piece| gather.add(piece));
    gather.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, size: usize) -> String {
        let (mut arguments, mut told) = (Arguments::default(), Vec::new());
        for piece in text.as_bytes().chunks(size) {
            arguments.push(piece, &mut |bytes| told.extend_from_slice(bytes));
        }
        String::from_utf8_lossy(&told).into_owned()
    }

    #[test]
    fn documents_and_strings_that_hold_them_read_the_same() {
        let expected = "{\"path\": \"/etc/passwd\", \"n\": [1]}";
        for text in [
            r#"{"path": "/etc/passwd", "n": [1]}"#,
            r#"{"path": "\/etc\/p\u0061sswd", "n": [1]}"#,
            r#""{\"path\": \"/etc/passwd\", \"n\": [1]}""#,
            r#""{\"path\": \"\/etc\/p\\u0061sswd\", \"n\": [1]}""#,
            r#""\u007b\"path\": \"/etc/\u0070\\u0061sswd\", \"n\": [1]}""#,
        ] {
            for size in 1..=text.len() {
                assert_eq!(read(text, size), expected, "{text} {size}");
            }
        }
    }
}
