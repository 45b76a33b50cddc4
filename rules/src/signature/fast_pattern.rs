//! Which content of a signature tells best whether the signature can match at all.
//!
//! A prefilter looks for one content of each signature and asks the rest only where it is found, so the content that
//! occurs least in ordinary traffic is the best: a long one, of bytes that are rare, in a buffer that is small.

use std::ops::Range;

use super::buffer::{Absent, Buffer, BufferCondition, BufferMatch, Content};
use super::condition::Presence;
use crate::field::FieldId;

/// A content of a signature, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FastPattern {
    /// The position of the buffer in [`Signature::buffers`](super::Signature::buffers).
    pub buffer: u16,
    /// The position of the content in the conditions of the buffer.
    pub condition: u16,
    /// The bytes of the content.
    pub part: Range<u16>,
    /// Why this one.
    pub choice: FastPatternChoice,
}

/// Why a content is the fast pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FastPatternChoice {
    /// The rule names it (`fast_pattern`).
    Named,
    /// It is the rarest, in the buffer with the least traffic.
    Rarest,
}

/// The content to look for first: the one that the rule names, or else the strongest.
pub(super) fn choose(buffers: &[BufferMatch], named: Option<FastPattern>) -> Option<FastPattern> {
    let usable = |fast: &FastPattern| {
        let buffer = buffers.get(usize::from(fast.buffer))?;
        let condition = buffer.conditions.get(usize::from(fast.condition))?;
        (rank(buffer).is_some() && required(condition).is_some()).then_some(())
    };
    if let Some(named) = named
        && usable(&named).is_some()
    {
        return Some(named);
    }
    let candidates = buffers.iter().enumerate().filter_map(|(at, buffer)| Some((at, buffer, rank(buffer)?)));
    candidates
        .flat_map(|(buffer, conditions, rank)| {
            conditions.conditions.iter().enumerate().filter_map(move |(condition, content)| {
                let bytes = &required(content)?.bytes;
                let length = bytes.len().min(usize::from(u16::MAX)) as u16;
                let fast = FastPattern {
                    buffer: buffer as u16,
                    condition: condition as u16,
                    part: 0..length,
                    choice: FastPatternChoice::Rarest,
                };
                Some(((rank, strength(bytes)), fast))
            })
        })
        // Of equals the first: `max_by_key` takes the last.
        .rev()
        .max_by_key(|&(strength, _)| strength)
        .map(|(_, fast)| fast)
}

fn required(condition: &BufferCondition) -> Option<&Content> {
    match condition {
        BufferCondition::Content(content) if content.presence == Presence::Required => Some(content),
        _ => None,
    }
}

/// How well a buffer serves; none where a prefilter can't look at it.
fn rank(buffer: &BufferMatch) -> Option<u8> {
    let or_else = |condition: &BufferCondition| matches!(condition, BufferCondition::Absent(Absent::OrElse));
    if buffer.conditions.iter().any(or_else) {
        return None;
    }
    match buffer.buffer {
        Buffer::Base64 | Buffer::Header(_) | Buffer::Address(_) | Buffer::Undecoded => None,
        Buffer::Payload => Some(1),
        // Few values, and each of them in most of the traffic.
        Buffer::Field(
            FieldId::HttpMethod
            | FieldId::HttpProtocol
            | FieldId::HttpStatusCode
            | FieldId::HttpStatusMessage
            | FieldId::HttpConnection
            | FieldId::LlmProvider
            | FieldId::McpMethod,
        ) => Some(0),
        Buffer::Field(_) if !buffer.transforms.is_empty() => Some(1),
        Buffer::Field(_) => Some(2),
    }
}

/// How rare bytes are together; longer is rarer.
fn strength(bytes: &[u8]) -> u32 {
    bytes.iter().take(64).map(|&byte| weight(byte)).sum()
}

fn weight(byte: u8) -> u32 {
    match byte {
        0 | b' ' | b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 2,
        b'/' | b'.' | b'\r' | b'\n' | 0xff => 2,
        b'a'..=b'z' | b'0'..=b'9' => 3,
        b'A'..=b'Z' | b'-' | b':' | b'=' | b',' | b'"' => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::signature::{BufferCondition, Variables, load};

    /// The bytes of the fast pattern of a rule with these options.
    fn fast(options: &str) -> Option<Vec<u8>> {
        let text = format!("alert http any any -> any any ({options} sid:1;)");
        let loaded = load(&[Source::new("t", text)], &Variables::default());
        let signature = loaded.set.signatures.first().unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let fast = signature.fast_pattern()?;
        let buffer = &signature.buffers[usize::from(fast.buffer)];
        let BufferCondition::Content(content) = &buffer.conditions[usize::from(fast.condition)] else {
            panic!()
        };
        Some(content.bytes[usize::from(fast.part.start)..usize::from(fast.part.end)].to_vec())
    }

    #[test]
    fn the_named_or_else_the_rarest_content_in_the_best_buffer() {
        let table: [(&str, Option<&[u8]>); 9] = [
            (r#"content:"abc"; content:"abcdef";"#, Some(b"abcdef")),
            (r#"content:"aeio"; content:"{%^";"#, Some(b"{%^")),
            (r#"content:"abc"; content:!"abcdef";"#, Some(b"abc")),
            (r#"content:"abc"; fast_pattern; content:"abcdef";"#, Some(b"abc")),
            (r#"content:"abc"; fast_pattern:only; content:"abcdef";"#, Some(b"abc")),
            (r#"content:"abcdefgh"; fast_pattern:2,3; content:"abcdefghijk";"#, Some(b"cde")),
            (r#"content:"abcdef"; http.uri; content:"abc";"#, Some(b"abc")),
            (r#"http.method; content:"OPTIONS"; http.uri; content:"abc";"#, Some(b"abc")),
            (r#"http.uri; bsize:3;"#, None),
        ];
        for (options, expected) in table {
            assert_eq!(fast(options).as_deref(), expected, "{options}");
        }
    }
}
