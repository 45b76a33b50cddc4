//! Pickles, whole and in pieces, and what is no pickle.

use proptest::prelude::*;

use super::ModelFileLimits;
use super::test_run::{of, run, run_any, run_at, run_within};

#[test]
fn imports_of_all_protocols() {
    for (bytes, import) in [
        (&b"cposix\nsystem\n(S'id'\ntR."[..], "posix system"),
        (b"c__builtin__\neval\np0\n(Vprint('456')\np1\ntp2\nRp3\n.", "__builtin__ eval"),
        (b"(S'raise RuntimeError(\"x\")'\ni__builtin__\nexec\n.", "__builtin__ exec"),
        (b"(S'x'\niexample.module\nClass\n.", "example.module Class"),
        (b"\x80\x02cposix\nsystem\nq\x00X\x02\x00\x00\x00idq\x01\x85q\x02Rq\x03.", "posix system"),
        (b"\x80\x04\x95!\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x06ls -la\x94\x85\x94R\x94.",
            "posix system"),
        (b"S'os'\nS'system'\n\x93S'ls'\n\x85R.", "os system"),
        (b"S'o\\x73'\nV\\u0073ystem\n\x93S'ls'\n\x85R.", "os system"),
        (b"Vos\np2\n0Vsystem\np3\n0g2\ng3\n\x93(Vcat\ntR.", "os system"),
        (b"\x80\x04\x8c\x02os\x940\x8c\x06system\x940h\x00h\x01\x93.", "os system"),
        (b"U\x02osU\x06system\x93)R.", "os system"),
    ] {
        let told = run_any(bytes);
        assert_eq!(of(&told, "format"), ["pickle"], "{bytes:?}");
        assert_eq!(of(&told, "import"), [import], "{bytes:?}");
        assert_eq!(told.iter().filter(|line| line.starts_with("model_file")).count(), 0, "{told:?}");
    }
}

#[test]
fn what_calls_import() {
    for (bytes, imports) in [
        (
            &b"cpkgutil\nresolve_name\n(S'os:system'\ntR(S'id'\ntR."[..],
            &["pkgutil resolve_name", "os system"][..],
        ),
        (b"c__builtin__\n__import__\n(S'os'\ntR.", &["__builtin__ __import__", "os "]),
        (
            b"cbuiltins\ngetattr\n(cbuiltins\n__import__\n(S'os'\ntRS'system'\ntR(S'id'\ntR.",
            &["builtins getattr", "builtins __import__", "os ", "os system"],
        ),
        (
            b"cbuiltins\n__import__\n(Vos\ntRp0\n0c_operator\nmethodcaller\n(Vsystem\nVecho\ntR(g0\ntR.",
            &["builtins __import__", "os ", "_operator methodcaller", "os system"],
        ),
    ] {
        assert_eq!(of(&run_any(bytes), "import"), imports, "{bytes:?}");
    }
}

#[test]
fn opcodes_are_told_once() {
    let told = run_any(b"\x80\x02c__main__\nA\n)\x81}b0c__main__\nA\n)\x81}b.");
    assert_eq!(of(&told, "opcode"), ["GLOBAL", "NEWOBJ", "BUILD"]);
    let told = run_any(b"\x80\x02\x82\x010(c__main__\nA\no0c__main__\nB\n)}\x92P1\nQ.");
    assert_eq!(of(&told, "opcode"), ["EXT1", "GLOBAL", "OBJ", "NEWOBJ_EX", "PERSID", "BINPERSID"]);
}

#[test]
fn an_import_is_told_with_its_last_byte() {
    let at = |bytes: &[u8]| run_at(bytes).into_iter().find(|(_, line)| line.starts_with("import")).unwrap().0;
    assert_eq!(at(b"\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R."), 16);
    assert_eq!(at(b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x8c\x02id\x85R."), 20);
    // Old ones need a sign that they are none of the texts that begin so.
    assert_eq!(at(b"cposix\nsystem\n(S'id'\ntR."), 15);
    assert_eq!(at(b"cexample\nrun\n(S'id'\ntR."), 20);
}

#[test]
fn texts_are_no_pickles() {
    for text in [
        "Sure. The capital of France is Paris. It lies on the Seine and has been the seat of government since 987.\n",
        "cat\ndog\ncow\nfox\nape\n",
        "cab\ncable\ncache\ncactus\ncadet\ncafe\ncage\ncake\ncalf\nPig\n",
        "cos\nsin\ntan\n",
        "Vienna\nVenice\nVerona\nParis\n",
        "Please read\nthis\n",
        "(define (f x)\n  (* x x))\n",
        "(cond\nfoo\nbar)\n",
        "char\nfoo\n(int a)\n",
        "import os\nos.system('id')\n",
        "[1, 2, 3]\n",
        "{\"model\": \"x\", \"messages\": []}",
        "}\n",
        ")",
        "I am\n",
        "I1\nI2\n",
        "N.",
        "Name,Age\nBob,3\n",
        "<!DOCTYPE html>\n<html></html>\n",
        "data: {\"choices\": []}\n\n",
        "--boundary\r\nContent-Disposition: form-data\r\n\r\n",
        "#!/bin/sh\nid\n",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et",
        "GET / HTTP/1.1\r\n",
        "Q: what?\n",
        "cmod\n\u{f8}x y\n",
    ] {
        assert_eq!(run_any(text.as_bytes()), Vec::<String>::new(), "{text:?}");
    }
    assert_eq!(run_any(b"cmod\n\xf8\n"), Vec::<String>::new());
    assert_eq!(run_any(b"\x80\x02\xff\xff random"), Vec::<String>::new());
}

#[test]
fn what_can_t_be_resolved_is_reported() {
    let told = run_any(b"\x80\x04cos\nsystem\nVecho\n\x85R0J*\0\0\0\x94\x8c\x02os\x94h\0h\x01\x93KB.");
    assert_eq!(of(&told, "import"), ["os system"]);
    assert_eq!(told.last().map(String::as_str), Some("model_file.unresolved_import"));
    // What was pushed too long ago is not known any more.
    let limits = ModelFileLimits { max_stack: 4, ..ModelFileLimits::default() };
    let told = run_within(limits, [&b"\x80\x04\x8c\x02os\x8c\x06systemNNNN0000\x93."[..]]);
    assert!(told.contains(&"model_file.unresolved_import".to_owned()), "{told:?}");
    // What the memo does not hold is not.
    let limits = ModelFileLimits { max_memo: 1, ..ModelFileLimits::default() };
    let told = run_within(limits, [&b"\x80\x04N\x940\x8c\x02os\x940h\x01\x8c\x06system\x93."[..]]);
    assert!(
        told.ends_with(&["opcode STACK_GLOBAL".into(), "model_file.unresolved_import".into()]),
        "{told:?}"
    );
}

#[test]
fn names_that_are_no_longer_needed_make_room() {
    let limits = ModelFileLimits { max_texts: 400, ..ModelFileLimits::default() };
    let mut bytes = b"\x80\x04\x8c\x02os\x940\x8c\x06system".to_vec();
    for at in 0..200 {
        bytes.extend_from_slice(b"\x8c\x24");
        bytes.extend_from_slice(format!("some.name.{at:026}0").as_bytes());
    }
    let told = run_within(limits, [&bytes[..], b"h\0\x8c\x06system\x93."]);
    assert!(of(&told, "import").contains(&"os system"), "{told:?}");
}

#[test]
fn pickles_in_a_row() {
    let legacy = [
        &b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."[..],
        b"\x80\x02M\xe9\x03.",
        b"\x80\x02}q\x00X\x0d\0\0\0little_endianq\x01\x88s.",
        b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01.",
        b"\x80\x02]q\x00.",
        &[7; 64],
    ];
    let told = run_any(&legacy.concat());
    assert_eq!(of(&told, "format"), ["pickle", "pytorch"]);
    assert_eq!(of(&told, "import"), ["collections OrderedDict"]);
    assert!(told.iter().all(|line| !line.starts_with("model_file")), "{told:?}");
    let told = run_any(b"I12345\nI12345\n0.cos\nsystem\n(S'id'\ntR.\n\n");
    assert_eq!(of(&told, "import"), ["os system"]);
}

#[test]
fn cut_off_and_broken() {
    let told = run_any(b"cbuiltins\nexec\n(X>\nf = open('my_file.txt', 'a')");
    assert_eq!(of(&told, "import"), ["builtins exec"]);
    assert_eq!(told.last().map(String::as_str), Some("model_file.truncated"));
    let told = run_any(b"\x80\x02cos\nsystem\n\xff\xff");
    assert_eq!(told.last().map(String::as_str), Some("model_file.malformed"));
}

fn opcodes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"\x80\x04"[..],
        b"\x80\x02",
        b"(",
        b")",
        b"cos\nsystem\n",
        b"\x8c\x02os",
        b"\x8c\x06system",
        b"\x93",
        b"\x94",
        b"h\0",
        b"q\x01",
        b"p1\n",
        b"g1\n",
        b"t",
        b"R",
        b"b",
        b"0",
        b"1",
        b"2",
        b"N",
        b".",
        b"Vos\n",
        b"S'os'\n",
        b"S'",
        b"X\x02\0\0\0ab",
        b"\x85",
        b"\x86",
        b"}",
        b"]",
        b"a",
        b"u",
        b"s",
        b"\x81",
        b"c",
        b"ios\nx\n",
        b"\x95",
        b"\xff",
        b"K\x01",
        b"\x82\x01",
        b"\n",
        b"cbuiltins\n__import__\n",
        b"cbuiltins\ngetattr\n",
        b"cnumpy\ndtype\n",
        b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn cuts_don_t_matter(bytes in opcodes(), sizes in prop::collection::vec(1_usize..20, 1..20)) {
        let limits = ModelFileLimits { max_stack: 6, max_memo: 3, max_texts: 40, max_name: 8, max_distinct: 2,
            ..ModelFileLimits::default() };
        let mut rest = &bytes[..];
        let mut sizes = sizes.iter().cycle();
        let pieces = std::iter::from_fn(|| {
            let (piece, tail) = rest.split_at((*sizes.next()?).min(rest.len()));
            rest = tail;
            (!piece.is_empty()).then_some(piece)
        });
        prop_assert_eq!(run_within(limits, pieces), run_within(limits, [&bytes[..]]));
    }

    #[test]
    fn anything_is_taken(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(run(bytes.chunks(3)), run([&bytes[..]]));
    }
}
