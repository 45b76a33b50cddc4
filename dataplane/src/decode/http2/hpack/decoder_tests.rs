//! Examples of the RFC, and the stories that other implementations tell each other.

use proptest::prelude::*;

use super::decoder::{Hpack, HpackLimits, Note};
use super::list::HeaderList;

const LIMITS: HpackLimits = HpackLimits { string: 1 << 16, table: 1 << 16, list: 1 << 16, fields: 1024 };

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.bytes().filter_map(|digit| char::from(digit).to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn decode(hpack: &mut Hpack, wire: &[u8], piece: usize) -> (Vec<(String, String)>, Vec<Note>) {
    let (mut list, mut notes) = (HeaderList::default(), Vec::new());
    for piece in wire.chunks(piece.max(1)) {
        if !hpack.push(piece, &mut list, &mut |note| notes.push(note)) {
            break;
        }
    }
    hpack.finish(&mut |note| notes.push(note));
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    (list.iter().map(|(name, value)| (text(name), text(value))).collect(), notes)
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn requests_of_the_rfc_with_and_without_huffman() {
    // RFC 7541 appendix C.3 and C.4.
    for wires in [
        [
            "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            "8286 84be 5808 6e6f 2d63 6163 6865",
            "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
        ],
        [
            "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
            "8286 84be 5886 a8eb 1064 9cbf",
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
        ],
    ] {
        let mut hpack = Hpack::new(LIMITS);
        let host = (":authority", "www.example.com");
        let expected: [&[(&str, &str)]; 3] = [
            &[(":method", "GET"), (":scheme", "http"), (":path", "/"), host],
            &[(":method", "GET"), (":scheme", "http"), (":path", "/"), host, ("cache-control", "no-cache")],
            &[
                (":method", "GET"),
                (":scheme", "https"),
                (":path", "/index.html"),
                host,
                ("custom-key", "custom-value"),
            ],
        ];
        for (wire, expected) in wires.iter().zip(expected) {
            assert_eq!(decode(&mut hpack, &unhex(wire), 1000), (fields(expected), vec![]));
        }
    }
}

#[test]
fn what_is_wrong_is_noted_and_the_rest_goes_on() {
    for (wire, expected, notes) in [
        ("80", &[][..], &[Note::Invalid][..]),
        ("be 82", &[(":method", "GET")], &[Note::Invalid]),
        ("3f e1 1f 82", &[(":method", "GET")], &[Note::Resized(4096)]),
        ("3f e1 ff 07", &[], &[Note::Resized(131_072), Note::TableTooLarge]),
        ("40 01 61 81 1e 82", &[(":method", "GET")], &[Note::Invalid]),
        ("82 40 05 61", &[(":method", "GET")], &[Note::Invalid]),
        ("82 ff ff ff ff ff ff ff", &[(":method", "GET")], &[Note::Overflow]),
        ("00 7f ff ff 07 61", &[], &[Note::Overflow]),
    ] {
        assert_eq!(
            decode(&mut Hpack::new(LIMITS), &unhex(wire), 1000),
            (fields(expected), notes.to_vec()),
            "{wire}"
        );
    }
}

#[test]
fn a_list_is_cut_where_it_grows_beyond_its_limits() {
    let mut hpack = Hpack::new(HpackLimits { list: 200, ..LIMITS });
    let mut list = HeaderList::default();
    // One entry of the table, and then a byte for each time that it is sent again.
    let mut wire = unhex("40 01 61 32");
    wire.extend([b'x'; 0x32]);
    wire.extend([0xbe; 1000]);
    assert!(hpack.push(&wire, &mut list, &mut |_| {}));
    assert!(list.is_cut() && list.iter().count() == 3);
}

#[test]
fn stories_of_other_encoders() {
    let Some(folder) = crate::decode::test_data("http2/hpack") else { return };
    let mut seen = 0;
    for encoder in ["nghttp2", "go-hpack"] {
        let folder = folder.join(encoder);
        for entry in std::fs::read_dir(folder).expect("stories").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("a story");
            let story: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let mut whole = Hpack::new(LIMITS);
            let mut pieces = Hpack::new(LIMITS);
            for case in story["cases"].as_array().expect("cases") {
                let wire = unhex(case["wire"].as_str().expect("wire"));
                let expected: Vec<(String, String)> = case["headers"]
                    .as_array()
                    .expect("headers")
                    .iter()
                    .flat_map(|header| header.as_object().expect("a header"))
                    .map(|(name, value)| {
                        let text = |text: &str| text.as_bytes().escape_ascii().to_string();
                        (text(name), text(value.as_str().expect("text")))
                    })
                    .collect();
                assert_eq!(decode(&mut whole, &wire, usize::MAX).0, expected, "{:?}", entry.path());
                assert_eq!(decode(&mut pieces, &wire, 3).0, expected, "{:?}", entry.path());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

proptest! {
    #[test]
    fn cuts_don_t_matter(wire in prop::collection::vec(any::<u8>(), 0..200), piece in 1_usize..20) {
        let whole = decode(&mut Hpack::new(LIMITS), &wire, usize::MAX);
        let pieces = decode(&mut Hpack::new(LIMITS), &wire, piece);
        prop_assert_eq!(whole, pieces);
    }
}
