//! Multipart bodies, whole and in pieces.

use proptest::prelude::*;

use super::{Multipart, MultipartLimits, Told, Trouble};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Name(String),
    Data(Vec<u8>),
    End,
    Trouble(Trouble),
}

fn run<'a>(boundary: &[u8], pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
    let limits = MultipartLimits { max_head: 100, ..MultipartLimits::default() };
    let mut multipart = Multipart::new(limits);
    let mut items = Vec::new();
    let mut tell = |told: Told<'_>| match (told, items.last_mut()) {
        (Told::FileName(name), _) => items.push(Item::Name(String::from_utf8_lossy(name).into_owned())),
        (Told::Data(more), Some(Item::Data(data))) => data.extend_from_slice(more),
        (Told::Data(data), _) => items.push(Item::Data(data.to_vec())),
        (Told::End, _) => items.push(Item::End),
        (Told::Trouble(trouble), _) => items.push(Item::Trouble(trouble)),
    };
    multipart.start(boundary);
    pieces.into_iter().for_each(|piece| multipart.push(piece, &mut tell));
    multipart.finish(&mut tell);
    items
}

fn data(bytes: &[u8]) -> Item {
    Item::Data(bytes.to_vec())
}

#[test]
fn parts_however_they_are_cut() {
    let name = |name: &str| Item::Name(name.to_owned());
    let file = "Content-Disposition: form-data; name=f; filename=\"a.bin\"\r\n\r\n";
    for (body, expected) in [
        (
            format!("--B\r\n{file}abc\r\n--B\r\n\r\nfield\r\n--B--\r\nepilogue"),
            vec![name("a.bin"), data(b"abc"), Item::End, data(b"field"), Item::End],
        ),
        (format!("pre\r\n--B\n{file}a\nb\r\n\r\n--B--"), vec![name("a.bin"), data(b"a\nb\r\n"), Item::End]),
        (format!("--B\r\n{file}a\r\n--C\r\r\n--B--"), vec![name("a.bin"), data(b"a\r\n--C\r"), Item::End]),
        (format!("--B\n{file}abc\n--B--"), vec![name("a.bin"), data(b"abc"), Item::End]),
        (format!("--B\r\n{file}--B--"), vec![name("a.bin"), Item::Trouble(Trouble::NoFileData), Item::End]),
        (
            format!("--B\r\n{file}abc\r\n--"),
            vec![name("a.bin"), data(b"abc\r\n--"), Item::Trouble(Trouble::Malformed), Item::End],
        ),
        ("no parts".to_owned(), vec![Item::Trouble(Trouble::Malformed)]),
        (
            "--B\r\nno header\r\n\r\nx\r\n--B--".to_owned(),
            vec![Item::Trouble(Trouble::InvalidHeader), data(b"x"), Item::End],
        ),
        ("--Bx\r\n\r\ny\r\n--B--".to_owned(), vec![Item::Trouble(Trouble::Malformed), data(b"y"), Item::End]),
        ("--B--".to_owned(), vec![]),
    ] {
        for size in 1..=body.len() {
            assert_eq!(run(b"B", body.as_bytes().chunks(size)), expected, "{body:?} by {size}");
        }
    }
}

#[test]
fn headers_are_bounded() {
    let body = format!("--B\r\nX: {}\r\n\r\ndata\r\n--B--", "x".repeat(200));
    let items = run(b"B", [body.as_bytes()]);
    assert_eq!(items.first(), Some(&Item::Trouble(Trouble::InvalidHeader)));
    assert_eq!(items.last(), Some(&Item::End));
}

proptest! {
    #[test]
    fn cuts_don_t_matter(words in prop::collection::vec(
        prop::sample::select(vec!["\r", "\n", "-", "--", "B", "\r\n--B", "\r\n--B\r\n", "x", ":", "\r\n\r\n",
            "Content-Disposition: a; filename=b\r\n\r\n", "--B--"]), 0..40), size in 1_usize..9) {
        let body = words.concat().into_bytes();
        prop_assert_eq!(run(b"B", [&body[..]]), run(b"B", body.chunks(size)));
    }
}
