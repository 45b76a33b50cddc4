//! Headers as they are joined and told.

use weir_rules::field::FieldId;

use super::super::TransactionId;
use super::header::Headers;
use super::known::Known;
use super::oddity::{Oddity, Place};
use super::transcript::Transcript;
use crate::flow::Direction;

fn parsed(block: &str, max: usize) -> (Headers, Transcript, Vec<Oddity>) {
    let (mut headers, mut transcript, mut oddities) = (Headers::default(), Transcript::default(), Vec::new());
    // What was there before must not matter.
    headers.parse(b"Old: 1\r\nCookie: old\r\nOld: 2\r\n\r\n", 10, &mut |_| {});
    headers.parse(block.as_bytes(), max, &mut |oddity| oddities.push(oddity));
    let place = Place { transaction: TransactionId(0), direction: Direction::ToServer };
    headers.tell(block.as_bytes(), place, &mut transcript);
    (headers, transcript, oddities)
}

#[test]
fn normal_forms() {
    use Oddity::*;
    for (block, header, cookie, names, oddities) in [
        ("A: b\r\n\r\n", "A: b\r\n", "", "\r\nA\r\n\r\n", &[][..]),
        ("A:b\nC: \t d \t\n\n", "A: b\r\nC: d\r\n", "", "\r\nA\r\nC\r\n\r\n", &[]),
        ("A: 1\r\nB: x\r\na: 2\r\nA:\r\n\r\n", "A: 1, 2, \r\nB: x\r\n", "", "\r\nA\r\nB\r\n\r\n", &[]),
        (
            "Cookie: a=1\r\nX: y\r\ncookie: b=2\r\n\r\n",
            "X: y\r\n",
            "a=1, b=2",
            "\r\nCookie\r\nX\r\n\r\n",
            &[],
        ),
        (
            "A: 1\r\n  2\r\n\t3\r\nB: 4\r\n\r\n",
            "A: 1 2 3\r\nB: 4\r\n",
            "",
            "\r\nA\r\nB\r\n\r\n",
            &[FieldFolded, FieldFolded],
        ),
        ("A:\r\n 1\r\n\r\n", "A: 1\r\n", "", "\r\nA\r\n\r\n", &[FieldFolded]),
        (" A: 1\r\n\r\n", "A: 1\r\n", "", "\r\nA\r\n\r\n", &[InvalidFolding, HeaderInvalid]),
        ("A : 1\r\n\r\n", "A: 1\r\n", "", "\r\nA\r\n\r\n", &[HeaderInvalid]),
        ("A\x01: 1\r\n\r\n", "A\x01: 1\r\n", "", "\r\nA\x01\r\n\r\n", &[HeaderInvalid]),
        (": 1\r\n\r\n", ": 1\r\n", "", "\r\n\r\n\r\n", &[HeaderInvalid]),
        ("junk\r\n\r\n", ": junk\r\n", "", "\r\n\r\n\r\n", &[FieldMissingColon]),
        ("A: 1\r2\r\nB: \0\r\n\r\n", "A: 1\r2\r\nB: \0\r\n", "", "\r\nA\r\nB\r\n\r\n", &[BareCr, NulByte]),
    ] {
        let (_, transcript, found) = parsed(block, 100);
        assert_eq!(transcript.values(FieldId::HttpHeader), [header], "{block:?}");
        assert_eq!(transcript.values(FieldId::HttpCookie).concat(), cookie, "{block:?}");
        assert_eq!(transcript.values(FieldId::HttpHeaderNames), [names], "{block:?}");
        assert_eq!(transcript.values(FieldId::HttpHeaderRaw), [block]);
        assert_eq!(found, oddities, "{block:?}");
    }
}

#[test]
fn single_headers_have_their_fields() {
    let (headers, transcript, _) = parsed(
        "User-Agent: curl\r\nACCEPT: */*\r\naccept: text/html\r\nContent-Length: 5\r\nContent-Length: 5\r\n\
         X-Key: v\r\nReferer:\r\n\r\n",
        100,
    );
    for (field, value) in [
        (FieldId::HttpUserAgent, "curl"),
        (FieldId::HttpAccept, "*/*, text/html"),
        (FieldId::HttpContentLength, "5"),
        (FieldId::HttpReferer, ""),
    ] {
        assert_eq!(transcript.values(field), [value], "{}", field.name());
    }
    assert_eq!(
        transcript.values(FieldId::HttpRequestHeader),
        ["User-Agent: curl", "ACCEPT: */*, text/html", "Content-Length: 5", "X-Key: v", "Referer: "]
    );
    assert_eq!((headers.count(Known::ContentLength), headers.count(Known::Host)), (2, 0));
}

#[test]
fn what_frames_the_message_is_read_beyond_the_limit() {
    let block = "A: 1\r\nB: 2\r\nC: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (headers, transcript, oddities) = parsed(block, 2);
    assert_eq!(oddities, [Oddity::TooManyHeaders, Oddity::TooManyHeaders]);
    assert_eq!(headers.get(Known::TransferEncoding), Some(&b"chunked"[..]));
    assert_eq!(transcript.values(FieldId::HttpHeaderNames), ["\r\nA\r\nB\r\nTransfer-Encoding\r\n\r\n"]);
}

#[test]
fn repetition_is_counted_and_colliding_names_are_bounded() {
    let (_, _, oddities) = parsed(&"A: 1\r\n".repeat(64), 100);
    assert_eq!(oddities, []);
    let (_, _, oddities) = parsed(&"A: 1\r\n".repeat(65), 100);
    assert_eq!(oddities, [Oddity::HeaderRepetition]);
}
