//! Archives that Python wrote, whole and in pieces.

use super::super::test_run::{of, run, run_any};

/// A local header, name and extra field of a member.
fn local(name: &str, flags: u16, method: u16, size: u32, extra: &[u8]) -> Vec<u8> {
    [
        b"PK\x03\x04\x14\0",
        &flags.to_le_bytes()[..],
        &method.to_le_bytes(),
        &[0; 8],
        &size.to_le_bytes(),
        &size.to_le_bytes(),
        &(name.len() as u16).to_le_bytes(),
        &(extra.len() as u16).to_le_bytes(),
        name.as_bytes(),
        extra,
    ]
    .concat()
}

fn central(name: &str, offset: u32) -> Vec<u8> {
    [
        b"PK\x01\x02",
        &[0; 24][..],
        &(name.len() as u16).to_le_bytes(),
        &[0; 12],
        &offset.to_le_bytes(),
        name.as_bytes(),
    ]
    .concat()
}

const END: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const PICKLE: &[u8] = b"\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R.";
/// Raw DEFLATE of PICKLE, made with Python's zlib.
const DEFLATED: &[u8] = &[
    0x6b, 0x60, 0x4a, 0x2e, 0xc8, 0x2f, 0xce, 0xac, 0xe0, 0x2a, 0xae, 0x2c, 0x2e, 0x49, 0xcd, 0xe5, 0x8a,
    0x60, 0x62, 0x60, 0x60, 0xc8, 0x4c, 0x69, 0x0d, 0xd2, 0x03, 0x00,
];

#[test]
fn torch_writes_sizes_behind_the_data() {
    // As miniz writes it in torch: stored, sizes 0, aligned by an extra field "FB", then a data descriptor.
    let name = "archive/data.pkl";
    let extra = [b"FB\x0e\0", &[b'Z'; 14][..]].concat();
    let sizes = (PICKLE.len() as u32).to_le_bytes();
    let data = [&[0; 100][..], b"PK\x07\x08", b"PK", &[1; 60]].concat();
    let weights = local("archive/data/0", 0x808, 0, 0, &[]);
    let data_sizes = (data.len() as u32).to_le_bytes();
    let first =
        [&local(name, 0x808, 0, 0, &extra)[..], PICKLE, b"PK\x07\x08\0\0\0\0", &sizes, &sizes].concat();
    let second = [&weights[..], &data, b"PK\x07\x08\0\0\0\0", &data_sizes, &data_sizes].concat();
    let directory = [central(name, 0), central("archive/data/0", first.len() as u32)].concat();
    let bytes = [&first[..], &second, &directory, END].concat();
    let told = run_any(&bytes);
    assert_eq!(
        told,
        ["format pytorch", "format pickle", "opcode GLOBAL", "import posix system", "opcode REDUCE"],
        "{told:?}"
    );
    let cut = run_any(&bytes[..first.len() + 60]);
    assert_eq!(cut.last().map(String::as_str), Some("model_file.truncated"));
}

#[test]
fn sizes_that_lie_hide_nothing() {
    let size = PICKLE.len() as u32;
    for (flags, told_size, descriptor) in
        [(0, 4, &b""[..]), (0, 0, b""), (1, size, b""), (8, size, b"PK\x07\x08\0\0\0\0\x1c\0\0\0\x1c\0\0\0")]
    {
        let member = [&local("x", flags, 0, told_size, &[])[..], PICKLE, descriptor].concat();
        let bytes = [
            &member[..],
            &local("y", 0, 0, 4, &[]),
            b"zzzz",
            &central("x", 0),
            &central("y", member.len() as u32),
            END,
        ]
        .concat();
        let told = run_any(&bytes);
        assert_eq!(of(&told, "import"), ["posix system"], "{told_size}");
        assert!(!told.contains(&"model_file.archive_mismatch".to_owned()), "{told:?}");
    }
}

#[test]
fn deflated_members() {
    let size = DEFLATED.len() as u32;
    let zip64 = [
        &1_u16.to_le_bytes()[..],
        &16_u16.to_le_bytes(),
        &28_u64.to_le_bytes(),
        &u64::from(size).to_le_bytes(),
    ];
    for (flags, told_size, extra, descriptor) in [
        (0, size, &b""[..], &b""[..]),
        (0, u32::MAX, &zip64.concat()[..], b""),
        (8, 0, b"", b"PK\x07\x08\0\0\0\0\x1c\0\0\0\x1c\0\0\0"),
        (8, 0, b"", b"PK\x07\x08\0\0\0\0\x1c\0\0\0\0\0\0\0\x1c\0\0\0\0\0\0\0"),
        (8, 0, b"", b"\0\0\0\0\x1c\0\0\0\x1c\0\0\0"),
        (0, 7, b"", b""),
        (0, 0, b"", b""),
    ] {
        let member = [&local("x", flags, 8, told_size, extra)[..], DEFLATED, descriptor].concat();
        let bytes =
            [&member[..], &member, &central("x", 0), &central("x", member.len() as u32), END].concat();
        let told = run_any(&bytes);
        assert_eq!(of(&told, "import"), ["posix system"], "{told_size} {descriptor:?}");
        assert!(!told.contains(&"model_file.archive_mismatch".to_owned()), "{told:?}");
    }
}

#[test]
fn the_directory_is_compared() {
    let member = [&local("data.txt", 0, 0, 4, &[])[..], b"text"].concat();
    let bytes = [&member[..], &central("data.pkl", 0), END].concat();
    assert_eq!(run_any(&bytes), ["model_file.archive_mismatch"]);
    let bytes = [&member[..], &central("data.txt", 0), END].concat();
    assert_eq!(run_any(&bytes), Vec::<String>::new());
}

#[test]
fn bombs_end() {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    // A pickle of one long string, so that it stays of interest.
    encoder.write_all(b"\x80\x04\x95\0\0\0\x7f\0\0\0\0\x8d\0\0\0\x7f\0\0\0\0").unwrap();
    encoder.write_all(&vec![b'a'; 8 << 20]).unwrap();
    let packed = encoder.finish().unwrap();
    let bytes = [&local("x", 0, 8, packed.len() as u32, &[])[..], &packed].concat();
    let told = run([&bytes[..]]);
    assert!(told.contains(&"model_file.decompression_bomb".to_owned()), "{told:?}");
    assert_eq!(run(bytes.chunks(100)), told);
}

#[test]
fn archives_in_archives_end() {
    let mut bytes = PICKLE.to_vec();
    let mut depths = Vec::new();
    for _ in 0..5 {
        bytes = [&local("x", 0, 0, bytes.len() as u32, &[])[..], &bytes, &central("x", 0), END].concat();
        depths.push(of(&run_any(&bytes), "import").len());
    }
    assert_eq!(depths, [1, 1, 1, 1, 0]);
}

#[test]
fn compressed_as_a_whole() {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(PICKLE).unwrap();
    let zlib = encoder.finish().unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(PICKLE).unwrap();
    for bytes in [zlib, encoder.finish().unwrap()] {
        assert_eq!(of(&run_any(&bytes), "import"), ["posix system"]);
        let told = run_any(&bytes[..bytes.len() - 14]);
        assert!(told.is_empty() || told.contains(&"model_file.truncated".to_owned()), "{told:?}");
    }
    assert_eq!(run_any(b"x^2 + y^2 = z^2 has solutions"), Vec::<String>::new());
}

#[test]
fn tar() {
    let header = |name: &str, size: usize| {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[100..108].copy_from_slice(b"0000644\0");
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        block[156] = b'0';
        block
    };
    let padded = |bytes: &[u8]| [bytes, &vec![0; (512 - bytes.len() % 512) % 512]].concat();
    let bytes = [
        header("sys_info", 6),
        padded(b"\x80\x02}q\0."),
        header("pickle", PICKLE.len()),
        padded(PICKLE),
        vec![0; 1024],
    ]
    .concat();
    let told = run_any(&bytes);
    assert_eq!(of(&told, "format"), ["pickle", "pytorch"]);
    assert_eq!(of(&told, "import"), ["posix system"]);
}
