//! Where a body ends (RFC 9112 §6.3), and all the ways to make two parties disagree about it.

use super::super::content_coding::Coding;
use super::header::Headers;
use super::known::Known;
use super::octet::{elements, trim};
use super::oddity::Oddity;
use super::request_line::Version;
use crate::flow::Direction;

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    Empty,
    /// It has so many bytes.
    Length(u64),
    /// It comes in chunks (RFC 9112 §7.1).
    Chunked,
    /// It ends with the stream.
    UntilClose,
    /// The head contradicts itself such that no one can tell.
    Unknown,
}

/// What the headers say of the body of a message. Whether there can be one is the caller's to know.
pub(super) fn framing(
    headers: &Headers,
    block: &[u8],
    version: Version,
    direction: Direction,
    odd: &mut impl FnMut(Oddity),
) -> Framing {
    let length = content_length(headers, block, odd);
    let chunked = headers.get(Known::TransferEncoding).map(|value| {
        if headers.count(Known::TransferEncoding) > 1 {
            odd(Oddity::RepeatedTransferEncoding);
        }
        if length.is_some() {
            odd(Oddity::LengthAndTransferEncoding);
        }
        transfer_encoding(value, odd)
    });
    if chunked == Some(Chunked::Yes) && version < Version::V11 {
        odd(Oddity::ChunkedOldProtocol);
    }
    match (chunked, length, direction) {
        (Some(Chunked::Yes), _, _) => Framing::Chunked,
        // A coding that is not the last, or none that is known: a response ends with the stream.
        (Some(Chunked::No), _, Direction::ToClient) => Framing::UntilClose,
        (_, Some(Length::Number(0)), _) => Framing::Empty,
        (_, Some(Length::Number(length)), _) => Framing::Length(length),
        (_, Some(Length::Invalid), Direction::ToServer) => Framing::Unknown,
        (_, None, Direction::ToServer) => Framing::Empty,
        (_, Some(Length::Invalid) | None, Direction::ToClient) => Framing::UntilClose,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Number(u64),
    Invalid,
}

/// The first `Content-Length`, as a lenient reader understands it.
fn content_length(headers: &Headers, block: &[u8], odd: &mut impl FnMut(Oddity)) -> Option<Length> {
    let mut first = None;
    for value in
        headers.each(Known::ContentLength, block).flat_map(|value| value.split(|&octet| octet == b','))
    {
        let digits = trim(value);
        let number = number(digits);
        if number.is_none() {
            odd(Oddity::InvalidContentLength);
        }
        let lenient = number.or_else(|| first_number(digits)).map_or(Length::Invalid, Length::Number);
        match first {
            None => first = Some(lenient),
            Some(earlier) => {
                odd(Oddity::DuplicateContentLength);
                if earlier != lenient {
                    odd(Oddity::AmbiguousContentLength);
                }
            }
        }
    }
    first
}

/// A decimal number that is nothing but digits. Above 2^63 there is none: no body is so long, and readers differ in
/// where they wrap.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let number = digits.iter().try_fold(0_u64, |number, &octet| {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    });
    number.filter(|&number| number <= i64::MAX as u64)
}

/// The first digits in what is no number (`+5`, `5 bytes`).
fn first_number(value: &[u8]) -> Option<u64> {
    let start = value.iter().position(u8::is_ascii_digit)?;
    let tail = value.get(start..)?;
    let end = tail.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(tail.len());
    number(tail.get(..end)?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunked {
    Yes,
    No,
}

/// Whether a `Transfer-Encoding` makes chunks. `chunked` anywhere in the list does, as in libhtp: some reader will
/// take it so.
fn transfer_encoding(value: &[u8], odd: &mut impl FnMut(Oddity)) -> Chunked {
    let (mut chunked, mut others, mut after) = (0, 0, 0);
    for coding in elements(value) {
        if coding.eq_ignore_ascii_case(b"chunked") {
            chunked += 1;
            continue;
        }
        others += 1;
        after += usize::from(chunked > 0);
        if Coding::named(coding).is_none() && !coding.eq_ignore_ascii_case(b"identity") {
            odd(Oddity::InvalidTransferEncoding);
        }
    }
    if chunked > 1 || after > 0 || chunked + others == 0 {
        odd(Oddity::InvalidTransferEncoding);
    }
    if chunked > 0 && others > 0 {
        odd(Oddity::AbnormalTransferEncoding);
    }
    if chunked > 0 { Chunked::Yes } else { Chunked::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(block: &str, direction: Direction) -> (Framing, Vec<Oddity>) {
        let (mut headers, mut oddities) = (Headers::default(), Vec::new());
        let mut odd = |oddity| oddities.push(oddity);
        headers.parse(block.as_bytes(), 100, &mut odd);
        let framing = framing(&headers, block.as_bytes(), Version::V11, direction, &mut odd);
        (framing, oddities)
    }

    #[test]
    fn ends_of_requests() {
        use Oddity::*;
        for (block, expected, oddities) in [
            ("", Framing::Empty, &[][..]),
            ("Content-Length: 5\r\n", Framing::Length(5), &[]),
            ("Content-Length: 0\r\n", Framing::Empty, &[]),
            ("Content-Length: +5\r\n", Framing::Length(5), &[InvalidContentLength]),
            ("Content-Length: x\r\n", Framing::Unknown, &[InvalidContentLength]),
            ("Content-Length: 18446744073709551621\r\n", Framing::Unknown, &[InvalidContentLength]),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", Framing::Length(5), &[DuplicateContentLength]),
            (
                "Content-Length: 5\r\ncontent-length: 6\r\n",
                Framing::Length(5),
                &[DuplicateContentLength, AmbiguousContentLength],
            ),
            (
                "Content-Length: 5, 6\r\n",
                Framing::Length(5),
                &[DuplicateContentLength, AmbiguousContentLength],
            ),
            ("Transfer-Encoding: Chunked\r\n", Framing::Chunked, &[]),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                Framing::Chunked,
                &[LengthAndTransferEncoding],
            ),
            ("Transfer-Encoding: gzip, chunked\r\n", Framing::Chunked, &[AbnormalTransferEncoding]),
            (
                "Transfer-Encoding: chunked, identity\r\n",
                Framing::Chunked,
                &[InvalidTransferEncoding, AbnormalTransferEncoding],
            ),
            ("Transfer-Encoding: xchunked\r\n", Framing::Empty, &[InvalidTransferEncoding]),
            ("Transfer-Encoding: \x0bchunked\r\n", Framing::Empty, &[InvalidTransferEncoding]),
            ("Transfer-Encoding : chunked\r\n", Framing::Chunked, &[HeaderInvalid]),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                Framing::Chunked,
                &[RepeatedTransferEncoding, InvalidTransferEncoding],
            ),
            ("Transfer-Encoding:\r\n chunked\r\n", Framing::Chunked, &[FieldFolded]),
        ] {
            assert_eq!(framed(block, Direction::ToServer), (expected, oddities.to_vec()), "{block:?}");
        }
    }

    #[test]
    fn ends_of_responses() {
        for (block, expected) in [
            ("", Framing::UntilClose),
            ("Content-Length: 5\r\n", Framing::Length(5)),
            ("Content-Length: x\r\n", Framing::UntilClose),
            ("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", Framing::UntilClose),
            ("Transfer-Encoding: gzip\r\n", Framing::UntilClose),
            ("Transfer-Encoding: chunked\r\n", Framing::Chunked),
        ] {
            assert_eq!(framed(block, Direction::ToClient).0, expected, "{block:?}");
        }
    }
}
