//! Runs files through the decoder in tests.

use super::{ModelFile, ModelFileLimits, Told};

/// What was told, as text.
pub(super) fn run<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    run_within(ModelFileLimits::default(), pieces)
}

pub(super) fn run_within<'a>(
    limits: ModelFileLimits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<String> {
    let mut file = ModelFile::new(limits);
    let mut lines = Vec::new();
    let mut tell = |told: Told<'_>| lines.push(line(told));
    for piece in pieces {
        file.push(piece, &mut tell);
    }
    file.finish(&mut tell);
    lines
}

/// What was told, with where the byte was that it was told at.
pub(super) fn run_at(bytes: &[u8]) -> Vec<(usize, String)> {
    let mut file = ModelFile::new(ModelFileLimits::default());
    let mut lines = Vec::new();
    for (at, piece) in bytes.chunks(1).enumerate() {
        file.push(piece, &mut |told| lines.push((at + 1, line(told))));
    }
    file.finish(&mut |told| lines.push((bytes.len(), line(told))));
    lines
}

fn line(told: Told<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match told {
        Told::Format(format) => format!("format {format}"),
        Told::Opcode(opcode) => format!("opcode {opcode}"),
        Told::Import { module, name } => format!("import {} {}", text(module), text(name)),
        Told::Name { key, value } => format!("{key} = {}", text(value)),
        Told::Trouble(oddity) => oddity.name().to_owned(),
    }
}

/// Those of the lines that begin with a word.
pub(super) fn of<'a>(lines: &'a [String], word: &str) -> Vec<&'a str> {
    lines.iter().filter_map(|line| line.strip_prefix(word)?.strip_prefix(' ')).collect()
}

/// What is told of the whole, which must be what is told of it in pieces of any size.
pub(super) fn run_any(bytes: &[u8]) -> Vec<String> {
    let whole = run([bytes]);
    for size in [1, 2, 3, 5, 7, 11, 64, 1000] {
        assert_eq!(run(bytes.chunks(size)), whole, "in pieces of {size}");
    }
    whole
}
