//! Models in protobuf that are none, or that try to get around.

use super::super::test_run::run_any;

/// A field with a text, or a message.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, value.len() as u8], value].concat()
}

#[test]
fn other_messages() {
    for bytes in [
        &b"\x08\x01\x12\x05hello and what follows"[..],
        b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x12\x0bhello world\x1a\x05again",
        b"\x08\x07\x12\x07pytorch\x10\x05",
        b"\x08\x00\x12\x07pytorch",
        b"\x08\x96\x01\x12\x07testing",
    ] {
        assert_eq!(run_any(bytes), Vec::<String>::new(), "{bytes:?}");
    }
}

#[test]
fn a_location_is_found_whatever_comes_first() {
    let entry = [field(2, b"/etc/passwd"), field(1, b"location")].concat();
    let model = [&b"\x08\x0a"[..], &field(7, &field(5, &field(13, &entry)))].concat();
    assert_eq!(
        run_any(&model),
        ["format onnx", "onnx.external_file = /etc/passwd", "model_file.path_traversal"]
    );
}

#[test]
fn graphs_in_graphs_end() {
    let mut graph = field(1, &field(4, b"Add"));
    for _ in 0..25 {
        let attribute: Vec<u8> = [vec![6 << 3 | 2], long(&graph), graph].concat();
        let node: Vec<u8> = [field(4, b"If"), vec![5 << 3 | 2], long(&attribute), attribute].concat();
        graph = [vec![1 << 3 | 2], long(&node), node].concat();
    }
    let model = [&b"\x08\x0a\x3a"[..], &long(&graph), &graph].concat();
    assert_eq!(run_any(&model), ["format onnx", "model_file.limit"]);
}

/// The length of a message as a varint of two bytes.
fn long(bytes: &[u8]) -> Vec<u8> {
    vec![bytes.len() as u8 & 0x7f | 0x80, (bytes.len() >> 7) as u8]
}

#[test]
fn messages_longer_than_what_holds_them() {
    let model =
        [&b"\x08\x0a"[..], &field(7, &[0x0a, 0x05, 0x22, 0x03, b'A', b'd', b'd', 0x2a, 0x20])].concat();
    assert_eq!(run_any(&model), ["format onnx", "model_file.malformed"]);
}
