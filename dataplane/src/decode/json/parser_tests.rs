//! What is told of documents, held against another parser, over all cuts.

use proptest::prelude::*;

use super::super::Part;
use super::*;
use crate::decode::test_data;

/// What was told, joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    lines: Vec<String>,
    open: Vec<u8>,
    troubles: Vec<Trouble>,
}

impl Told {
    fn piece(&mut self, kind: &str, mark: &str, part: Part, bytes: &[u8]) {
        if part.is_first() {
            assert!(self.open.is_empty(), "a value begins within another");
        }
        self.open.extend_from_slice(bytes);
        if part.is_last() {
            let value = String::from_utf8_lossy(&self.open).into_owned();
            self.lines.push(format!("{kind} {mark} {value}"));
            self.open.clear();
        }
    }
}

impl Visitor<&'static str> for Told {
    fn enter(&mut self, mark: &'static str) {
        self.lines.push(format!("enter {mark}"));
    }
    fn leave(&mut self, mark: &'static str) {
        self.lines.push(format!("leave {mark}"));
    }
    fn text(&mut self, mark: &'static str, part: Part, bytes: &[u8]) {
        self.piece("text", mark, part, bytes);
    }
    fn verbatim(&mut self, mark: &'static str, part: Part, bytes: &[u8]) {
        self.piece("verbatim", mark, part, bytes);
    }
    fn word(&mut self, mark: &'static str, bytes: &[u8]) {
        self.lines.push(format!("word {mark} {}", String::from_utf8_lossy(bytes)));
    }
    fn end_of_document(&mut self) {
        self.lines.push("end".into());
    }
    fn trouble(&mut self, trouble: Trouble) {
        self.troubles.push(trouble);
    }
}

fn chat() -> Shape<&'static str> {
    Shape::batched(&[
        ("model", "model"),
        ("n", "n"),
        ("messages[]", "message"),
        ("messages[].role", "role"),
        ("messages[].content", "content"),
        ("messages[].content[].text", "text"),
        ("arguments!", "arguments"),
        ("tools.*.name", "tool"),
    ])
}

fn read_pieces<'p>(pieces: impl IntoIterator<Item = &'p [u8]>, limits: JsonLimits) -> Told {
    let (shape, mut json, mut told) = (chat(), Json::new(limits), Told::default());
    for piece in pieces {
        json.push(&shape, piece, &mut told);
    }
    json.finish(&shape, &mut told);
    assert!(told.open.is_empty());
    told
}

fn read(text: &str) -> Told {
    read_pieces([text.as_bytes()], JsonLimits::default())
}

#[test]
fn what_is_of_interest_is_told_and_nothing_else() {
    let told = read(
        r#"{"x":{"model":"no"},"model":"m\u0031","n": -1.5e3 ,"messages":[{"role":"user","content":"a\n\"b\""},
        {"content":[{"text":"t1"},{"text":"t2"},7]}],"other":[1,[2,{"role":3}]],"tools":{"a":{"name":"A"}}}"#,
    );
    let expected = [
        "text model m1",
        "word n -1.5e3",
        "enter message",
        "text role user",
        "text content a\n\"b\"",
        "leave message",
        "enter message",
        "enter content",
        "text text t1",
        "text text t2",
        "leave content",
        "leave message",
        "text tool A",
        "end",
    ];
    assert_eq!(told.lines, expected);
    assert_eq!(told.troubles, []);
}

#[test]
fn a_value_that_is_told_as_it_stands_may_be_anything() {
    for value in [r#"{"a": [1, "}\"", {}]}"#, r#""text""#, "12", "null", "[]", "[ { } , [ ] ]"] {
        let told = read(&format!(r#"{{"arguments": {value} , "model":"m"}}"#));
        assert_eq!(told.lines, [format!("verbatim arguments {value}"), "text model m".into(), "end".into()]);
        assert_eq!(told.troubles, []);
    }
}

#[test]
fn documents_follow_each_other_and_come_in_batches() {
    let told = read("{\"n\":1}\n{\"n\":2}\r\n\n3 [{\"n\":4},{\"n\":5}]");
    assert_eq!(told.lines, ["word n 1", "end", "word n 2", "end", "end", "word n 4", "word n 5", "end"]);
    assert_eq!(told.troubles, []);
}

#[test]
fn escapes_are_undone_and_wrong_ones_reported() {
    let cases: [(&str, &str, &[Trouble]); 9] = [
        (r"\u0041\u00e9\u20ac\ud83d\ude00", "Aé€😀", &[]),
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t", &[]),
        (r"\ud83d", "\u{fffd}", &[Trouble::LoneSurrogate]),
        (r"\ud83dx", "\u{fffd}x", &[Trouble::LoneSurrogate]),
        (r"\ud83d\n", "\u{fffd}\n", &[Trouble::LoneSurrogate]),
        (r"\ude00\ud83d\ude00", "\u{fffd}😀", &[Trouble::LoneSurrogate]),
        (r"\q", "q", &[Trouble::BadEscape]),
        (r"\u12g4", "g4", &[Trouble::BadEscape]),
        ("a\tb", "a\tb", &[Trouble::ControlCharacter]),
    ];
    for (escaped, plain, troubles) in cases {
        let told = read(&format!(r#"{{"model":"{escaped}"}}"#));
        assert_eq!(told.lines, [format!("text model {plain}"), "end".into()], "{escaped}");
        assert_eq!(told.troubles, troubles, "{escaped}");
    }
    assert_eq!(read(r#"{"\u006dodel":"m"}"#).lines, ["text model m", "end"]);
}

#[test]
fn what_only_lenient_readers_take_is_read_and_reported() {
    for (text, lines, trouble) in [
        (r#"{"n":1,}"#, &["word n 1", "end"][..], Trouble::NotStrict),
        (r#"{"n":NaN}"#, &["word n NaN", "end"], Trouble::NotStrict),
        (r#"{"n":01}"#, &["word n 01", "end"], Trouble::NotStrict),
        (r#"{"n":1 "model":"m"}"#, &["word n 1", "text model m", "end"], Trouble::Malformed),
        (r#"{"n":1 /* x */,"model":"m"}"#, &["word n 1", "text model m", "end"], Trouble::Malformed),
        (r#"{"model" "m"}"#, &["text model m", "end"], Trouble::Malformed),
        (r#"{"n":1,"n":2}"#, &["word n 1", "word n 2", "end"], Trouble::DuplicateKey),
        (r#"{"n":1"#, &["word n 1", "end"], Trouble::Truncated),
        (r#"{"model":"m"#, &["text model m", "end"], Trouble::Truncated),
    ] {
        let told = read(text);
        assert_eq!(told.lines, lines, "{text}");
        assert!(told.troubles.contains(&trouble), "{text} {:?}", told.troubles);
    }
}

#[test]
fn depth_is_limited_and_what_follows_is_read() {
    let deep = |levels: usize| {
        let (open, close) = (r#"{"a":["#.repeat(levels / 2), "]}".repeat(levels / 2));
        format!(r#"{{"x":{open}"q:[",{{}}{close},"model":"m"}}"#)
    };
    let told = read(&deep(MAX_DEPTH - 2));
    assert_eq!((told.troubles, told.lines.len()), (vec![], 2));
    for levels in [MAX_DEPTH, 1000, 100_000] {
        let told = read(&deep(levels));
        assert_eq!(told.lines, ["text model m", "end"]);
        assert_eq!(told.troubles, [Trouble::TooDeep]);
    }
}

#[test]
fn a_document_that_is_too_long_ends_at_the_same_byte_however_it_comes() {
    let text = br#" {"n":1,"model":"0123456789","n":2}"#;
    let limits = JsonLimits { document: 20, ..JsonLimits::default() };
    let whole = read_pieces([&text[..]], limits);
    assert_eq!(whole.lines, ["word n 1", "text model 0123", "end"]);
    assert_eq!(whole.troubles, [Trouble::TooLong]);
    for size in 1..text.len() {
        assert_eq!(read_pieces(text.chunks(size), limits), whole, "{size}");
    }
}

/// The public test suite: `y_` is JSON, `n_` is none, `i_` is left to the reader.
#[test]
fn the_test_suite_agrees_about_what_is_json() {
    let Some(folder) = test_data("json-test-suite") else { return };
    let mut seen = 0;
    for entry in walk(&folder) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(bytes) = std::fs::read(&entry) else { continue };
        // Strings are looked at closely only where they are told.
        let (shape, mut json, mut told) = (
            Shape::of(&[("", "x"), ("[]", "x"), ("*", "x")]),
            Json::new(JsonLimits::default()),
            Told::default(),
        );
        json.push(&shape, &bytes, &mut told);
        json.finish(&shape, &mut told);
        let documents = told.lines.iter().filter(|line| *line == "end").count();
        let right = told.troubles.iter().all(|t| matches!(t, Trouble::DuplicateKey | Trouble::TooDeep));
        match name.as_bytes() {
            [b'y', b'_', ..] => assert!(right && documents == 1, "{name}: {told:?}"),
            // UTF-8 is not looked at: readers differ in what they take.
            [b'n', b'_', ..] if std::str::from_utf8(&bytes).is_ok() => {
                assert!(!right || documents != 1, "{name}: {told:?}");
            }
            _ => continue,
        }
        seen += 1;
    }
    assert!(seen > 200, "only {seen} files");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] })
        .collect()
}

/// Text with every kind of character that matters.
fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![4 => any::<char>(), 8 => prop::char::range('a', 'z'), 1 => Just('"'), 1 => Just('\\')],
        0..90,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

fn documents() -> impl Strategy<Value = serde_json::Value> {
    let messages = prop::collection::vec((texts(), texts()), 0..4);
    (texts(), messages, any::<i64>(), texts()).prop_map(|(model, messages, n, other)| {
        let messages: Vec<_> = messages
            .into_iter()
            .map(
                |(role, text)| serde_json::json!({"role": role, "content": [{"text": text, "other": other}]}),
            )
            .collect();
        serde_json::json!({"model": model, "messages": messages, "n": n, "other": {"model": [other]}})
    })
}

/// The same, every character of its strings escaped.
fn escaped(value: &serde_json::Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            character
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
        }
    }
    text
}

fn expected(value: &serde_json::Value) -> Vec<String> {
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    for message in value["messages"].as_array().into_iter().flatten() {
        lines.push("enter message".into());
        lines.extend(["enter content".into(), "leave content".into()]);
        lines.push(format!("text text {}", text(&message["content"][0]["text"])));
        lines.push(format!("text role {}", text(&message["role"])));
        lines.push("leave message".into());
    }
    lines.push(format!("text model {}", text(&value["model"])));
    lines.push(format!("word n {}", value["n"]));
    lines.push("end".into());
    lines
}

/// Cuts `bytes` after these numbers of bytes, again and again.
pub(super) fn cut<'b>(mut bytes: &'b [u8], sizes: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    let mut sizes = sizes.iter().cycle();
    while !bytes.is_empty() {
        let size = sizes.next().copied().unwrap_or(1).clamp(1, bytes.len());
        let (piece, rest) = bytes.split_at(size);
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

proptest! {
    #[test]
    fn any_cut_says_what_another_parser_says(
        value in documents(), sizes in prop::collection::vec(1..40_usize, 1..6), as_escapes in any::<bool>()
    ) {
        let text = if as_escapes { escaped(&value) } else { value.to_string() };
        let told = read_pieces(cut(text.as_bytes(), &sizes), JsonLimits::default());
        let mut expected = expected(&value);
        let mut lines = told.lines.clone();
        // Keys are sorted by one and not by the other.
        expected.sort();
        lines.sort();
        prop_assert_eq!(lines, expected);
        prop_assert_eq!(told.troubles, []);
    }

    #[test]
    fn any_bytes_are_read_the_same_however_they_are_cut(
        bytes in prop::collection::vec(prop::sample::select(br#"{}[]":,\un1eda0-. tmodelmsgrcxarguments"#.to_vec()), 0..120),
        sizes in prop::collection::vec(1..9_usize, 1..5),
        document in 1..200_u64,
        depth in 1..6_usize,
    ) {
        let limits = JsonLimits { depth, document };
        prop_assert_eq!(read_pieces(cut(&bytes, &sizes), limits), read_pieces([&bytes[..]], limits));
    }
}
