//! Signatures about model files: what would run does not arrive whole.

use super::{Rig, Tcp};
use crate::verdict::Verdict;

const PICKLE: &[u8] =
    b"\x80\x04\x95!\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x06ls -la\x94\x85\x94R\x94.";

const IMPORT: &str = r#"drop http any any -> any any (model_file.import; content:"posix system"; startswith; endswith; sid:1;)"#;

fn answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn what_completes_the_import_does_not_pass() {
    let answer = answer(PICKLE);
    let import_ends = answer.len() - PICKLE.len() + 29;
    for cut in [10, 60, import_ends - 1, import_ends, import_ends + 1, import_ends + 4, answer.len() - 3] {
        let (mut rig, tcp) = (Rig::new(IMPORT), Tcp::to_80(4000));
        rig.pass(tcp.handshake());
        rig.pass([tcp.request(0, b"GET /resnet.pkl HTTP/1.1\r\nHost: models\r\n\r\n")]);
        let (first, second) = answer.split_at(cut);
        let verdicts = [rig.send(&tcp.response(0, first)), rig.send(&tcp.response(cut as u32, second))];
        let passed = if verdicts[0] == Verdict::Forward { cut } else { 0 };
        assert!(passed < import_ends && verdicts[1] != Verdict::Forward, "cut at {cut}: {verdicts:?}");
        assert_eq!(rig.sids(), [1], "cut at {cut}");
    }
}

#[test]
fn formats_opcodes_metadata_and_oddities_are_asked_for() {
    let rules = [
        r#"alert http any any -> any any (flow:to_client; model_file.format; content:"pickle"; bsize:6; sid:1;)"#,
        r#"alert http any any -> any any (flow:to_client; model_file.opcode; content:"REDUCE"; bsize:6; sid:2;)"#,
        r#"alert http any any -> any any (flow:to_client; model_file.format; content:"gguf"; model_file.metadata; content:"tokenizer.chat_template "; startswith; content:"__class__"; sid:3;)"#,
        r#"alert http any any -> any any (flow:to_client; app-layer-event:model_file.truncated; sid:4;)"#,
    ]
    .join("\n");
    let template = "{{ ''.__class__ }}";
    let gguf = [
        &b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x17\0\0\0\0\0\0\0tokenizer.chat_template\x08\0\0\0"[..],
        &(template.len() as u64).to_le_bytes(),
        template.as_bytes(),
    ]
    .concat();
    for (body, sids) in [
        (PICKLE, &[1, 2][..]),
        (&gguf, &[3]),
        (&gguf[..40], &[4]),
        (b"import posix\nposix.system('id')\n", &[]),
        (b"", &[]),
    ] {
        let (mut rig, tcp) = (Rig::new(&rules), Tcp::to_80(4000));
        rig.pass(tcp.handshake());
        rig.pass([
            tcp.request(0, b"GET /model HTTP/1.1\r\nHost: models\r\n\r\n"),
            tcp.response(0, &answer(body)),
        ]);
        let mut told = rig.sids();
        told.sort_unstable();
        assert_eq!(told, sids, "{body:?}");
    }
}

#[test]
fn uploads_are_looked_at_part_by_part() {
    let form = [
        &b"--B\r\nContent-Disposition: form-data; name=a; filename=notes.txt\r\n\r\nposix system\r\n--B\r\n"
            [..],
        b"Content-Disposition: form-data; name=b; filename=weights.bin\r\n\r\n",
        PICKLE,
        b"\r\n--B--",
    ]
    .concat();
    let head = format!(
        "POST /models HTTP/1.1\r\nHost: hub\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    let (mut rig, tcp) = (Rig::new(IMPORT), Tcp::to_80(4000));
    rig.pass(tcp.handshake());
    assert_ne!(rig.send(&tcp.request(0, &[head.as_bytes(), &form].concat())), Verdict::Forward);
    assert_eq!(rig.sids(), [1]);
}
