//! Data of other projects that tests read where it is there.

use std::path::{Path, PathBuf};

use super::Status;
use crate::flow::Direction;

/// A folder of the test data; says so where it is missing.
pub fn test_data(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("WEIR_TEST_DATA").map_or(beside, PathBuf::from).join(folder);
    if !path.is_dir() {
        eprintln!("SKIPPED: {} is missing (set WEIR_TEST_DATA to where the test data is)", path.display());
        return None;
    }
    Some(path)
}

/// Bytes that one end sent.
pub type Turn = (Direction, Vec<u8>);

/// Sends a conversation in pieces of the sizes that `cut` gives, while `push` can go on with it; returns what that came to.
pub fn converse(
    turns: &[Turn],
    mut cut: impl FnMut() -> usize,
    mut push: impl FnMut(Direction, &[u8]) -> Status,
) -> Status {
    let mut status = Status::Ongoing;
    for (direction, bytes) in turns {
        let mut rest = &bytes[..];
        while !rest.is_empty() && status == Status::Ongoing {
            let (piece, after) = rest.split_at(cut().clamp(1, rest.len()));
            status = push(*direction, piece);
            rest = after;
        }
    }
    status
}

/// Reads a conversation that was taken down: a line for each turn, `>` of the client or `<` of the server, and hex digits.
pub fn turns(text: &str) -> Vec<Turn> {
    let turn = |line: &str| {
        let (end, digits) = line.split_once(' ').expect("an end and its bytes");
        let direction = if end == ">" { Direction::ToServer } else { Direction::ToClient };
        let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("digits"));
        (direction, pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hex digits")).collect())
    };
    text.lines().map(turn).collect()
}
