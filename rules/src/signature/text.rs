//! From a rule file to the text of each rule, and from that to its header and options.
//!
//! A rule is a line; a line that ends in a backslash goes on in the next. Lines that start with `#` are comments.
//!
//! ```text
//! alert tcp any any -> any 80 (msg:"a \"quoted\" word"; content:"x"; nocase; sid:1;)
//! └───────── header ────────┘  └──────────────── options: name[:value]; ───────────┘
//! ```
//!
//! An option ends at the first semicolon without a backslash before it, in quotes or not, as in Suricata.

use std::borrow::Cow;
use std::ops::Range;

use super::fault::Fault;

/// The text of one rule, with its continuation lines joined.
#[derive(Clone, Debug)]
pub(super) struct RuleText<'s> {
    pub text: Cow<'s, str>,
    /// Where pieces of the text start: in the text, in the source.
    pieces: Vec<(usize, usize)>,
    /// Bytes in the source.
    pub span: Range<usize>,
    /// Line of the source where it starts, from 1.
    pub line: u32,
}

impl RuleText<'_> {
    /// The bytes of the source that bytes of the text come from.
    pub fn in_source(&self, span: Range<usize>) -> Range<usize> {
        let start = self.offset_in_source(span.start);
        // By its last byte: where the span ends with a line, the next byte is in the next line.
        let end = span.end.checked_sub(1).filter(|&last| last >= span.start);
        start..end.map_or(start, |last| self.offset_in_source(last) + 1)
    }

    fn offset_in_source(&self, offset: usize) -> usize {
        let after = self.pieces.partition_point(|&(at, _)| at <= offset);
        let (at, source) = after.checked_sub(1).and_then(|i| self.pieces.get(i)).copied().unwrap_or((0, 0));
        (source + (offset - at)).min(self.span.end)
    }
}

/// The rules of a file, in order.
pub(super) struct Rules<'s> {
    source: &'s str,
    at: usize,
    line: u32,
}

impl<'s> Rules<'s> {
    pub fn of(source: &'s str) -> Rules<'s> {
        let at = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Rules { source, at, line: 1 }
    }

    /// The next line without its end, and where it starts.
    fn line(&mut self) -> Option<(usize, &'s str)> {
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        self.at += (line.len() + 1).min(rest.len());
        self.line += 1;
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }
}

impl<'s> Iterator for Rules<'s> {
    type Item = RuleText<'s>;

    fn next(&mut self) -> Option<RuleText<'s>> {
        loop {
            let number = self.line;
            let (start, line) = self.line()?;
            let content = line.trim_start();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let start = start + (line.len() - content.len());
            let Some(first) = content.strip_suffix('\\') else {
                let content = content.trim_end();
                return Some(RuleText {
                    text: Cow::Borrowed(content),
                    pieces: vec![(0, start)],
                    span: start..start + content.len(),
                    line: number,
                });
            };
            return Some(self.joined(start, first, number));
        }
    }
}

impl<'s> Rules<'s> {
    fn joined(&mut self, start: usize, first: &'s str, number: u32) -> RuleText<'s> {
        let mut text = first.to_owned();
        let mut pieces = vec![(0, start)];
        let mut end = start + first.len();
        while let Some((at, line)) = self.line() {
            pieces.push((text.len(), at));
            let continued = line.strip_suffix('\\');
            let content = continued.unwrap_or(line.trim_end());
            text.push_str(content);
            end = at + content.len();
            if continued.is_none() {
                break;
            }
        }
        RuleText { text: Cow::Owned(text), pieces, span: start..end, line: number }
    }
}

/// A piece of the text of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    pub text: &'t str,
    /// Where it starts in the rule.
    pub at: usize,
}

impl<'t> Piece<'t> {
    pub fn span(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// Without blanks around it.
    pub fn trimmed(&self) -> Piece<'t> {
        let start = self.text.trim_start();
        Piece { text: start.trim_end(), at: self.at + (self.text.len() - start.len()) }
    }

    /// The part from byte `from`, which must be a character's start.
    pub fn skip(&self, from: usize) -> Piece<'t> {
        Piece { text: self.text.get(from..).unwrap_or_default(), at: self.at + from }
    }

    /// The parts between `separator`, without blanks around them.
    pub fn split(&self, separator: char) -> impl Iterator<Item = Piece<'t>> + use<'t> {
        let mut at = self.at;
        self.text.split(separator).map(move |text| {
            let piece = Piece { text, at };
            at += text.len() + separator.len_utf8();
            piece.trimmed()
        })
    }
}

/// One option: `name;` or `name:value;`.
#[derive(Clone, Copy, Debug)]
pub(super) struct OptionText<'t> {
    pub name: Piece<'t>,
    pub value: Option<Piece<'t>>,
}

/// Splits a rule into its header and the text within its parentheses.
pub(super) fn halves(text: &str) -> Result<(Piece<'_>, Piece<'_>), Fault> {
    let Some(open) = text.find('(') else {
        return Err(Fault::error(0..text.len(), "a rule without options")
            .with_help("after the header come the options in parentheses: (msg:\"…\"; sid:1;)"));
    };
    let Some(body) = text.get(open + 1..).and_then(|rest| rest.trim_end().strip_suffix(')')) else {
        return Err(Fault::error(text.len().saturating_sub(1)..text.len(), "the options are not closed")
            .with_help(
                "a rule ends in `)`; where it goes on in the next line, end this one with a backslash",
            ));
    };
    let header = text.get(..open).unwrap_or_default();
    Ok((Piece { text: header, at: 0 }, Piece { text: body, at: open + 1 }))
}

/// The options of a rule, in order. After a fault there are no more.
pub(super) struct Options<'t> {
    rest: Piece<'t>,
}

impl<'t> Options<'t> {
    pub fn of(body: Piece<'t>) -> Options<'t> {
        Options { rest: body }
    }
}

impl<'t> Iterator for Options<'t> {
    type Item = Result<OptionText<'t>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.rest.trimmed();
            if rest.text.is_empty() {
                return None;
            }
            let Some(end) = end_of_option(rest.text) else {
                self.rest = rest.skip(rest.text.len());
                return Some(Err(Fault::error(rest.span(), "this option is not ended")
                    .with_help("every option ends in `;`, the last one too")));
            };
            self.rest = rest.skip(end + 1);
            let option = Piece { text: rest.text.get(..end).unwrap_or_default(), at: rest.at }.trimmed();
            if option.text.is_empty() {
                continue;
            }
            return Some(Ok(match option.text.split_once(':') {
                Some((name, _)) => OptionText {
                    name: Piece { text: name, at: option.at }.trimmed(),
                    value: Some(option.skip(name.len() + 1).trimmed()),
                },
                None => OptionText { name: option, value: None },
            }));
        }
    }
}

fn end_of_option(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let escaped = |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\\');
    bytes.iter().enumerate().find(|&(at, &byte)| byte == b';' && !escaped(at)).map(|(at, _)| at)
}

/// Takes the quotes off a value, where there are any.
pub(super) fn unquoted(value: Piece<'_>) -> Result<Piece<'_>, Fault> {
    let Some(inner) = value.text.strip_prefix('"') else { return Ok(value) };
    match inner.strip_suffix('"') {
        Some(inner) => Ok(Piece { text: inner, at: value.at + 1 }),
        None => Err(Fault::error(value.span(), "the quotes are not closed")
            .with_help("write `\\;` for a semicolon and `\\\"` for quotes within quotes")),
    }
}

/// The text that a value stands for: `\"`, `\;`, `\:` and `\\` lose their backslash, any other stays.
pub(super) fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some('"' | ';' | ':' | '\\') if character == '\\' => text.extend(characters.next()),
            _ => text.push(character),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_rules_among_comments_and_continuations() {
        let source = "# comment\n\n  one\r\ntwo \\\n  more\\\n end\n#last\nthree";
        let rules: Vec<_> = Rules::of(source).collect();
        let found: Vec<_> = rules.iter().map(|rule| (rule.text.as_ref(), rule.line)).collect();
        assert_eq!(found, [("one", 3), ("two   more end", 4), ("three", 8)]);
        let at = rules[1].text.find("more").unwrap();
        assert_eq!(&source[rules[1].in_source(at..at + 4)], "more");
        assert_eq!(&source[rules[1].span.clone()], "two \\\n  more\\\n end");
    }

    #[test]
    fn a_continuation_may_end_with_the_file() {
        let rules: Vec<_> = Rules::of("one \\").collect();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0].text, "one ");
    }

    #[test]
    fn semicolons_end_options_unless_escaped() {
        let body = Piece { text: r#" msg:"a\; b:c" ; ; nocase;sid : 1 ;"#, at: 0 };
        let options: Vec<_> = Options::of(body).map(Result::unwrap).collect();
        let shown: Vec<_> = options.iter().map(|o| (o.name.text, o.value.map(|v| v.text))).collect();
        assert_eq!(shown, [("msg", Some(r#""a\; b:c""#)), ("nocase", None), ("sid", Some("1"))]);
        assert_eq!(&body.text[options[2].value.unwrap().span()], "1");
    }

    #[test]
    fn says_what_is_not_closed() {
        assert!(halves("alert tcp any any -> any any").unwrap_err().message.contains("without options"));
        assert!(halves("alert (sid:1;").unwrap_err().message.contains("not closed"));
        let last = Options::of(Piece { text: "sid:1", at: 0 }).next().unwrap().unwrap_err();
        assert!(last.message.contains("not ended"));
        assert!(unquoted(Piece { text: "\"a", at: 0 }).unwrap_err().message.contains("quotes"));
        assert!(unquoted(Piece { text: "\"", at: 0 }).is_err());
    }

    #[test]
    fn escapes_lose_their_backslash() {
        assert_eq!(unescaped(r#"a\"b\;c\:d\\e\f"#), r#"a"b;c:d\e\f"#);
    }
}
