//! Data of other projects that tests read where it is there.

use std::path::{Path, PathBuf};

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
