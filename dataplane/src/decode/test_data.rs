//! Data of other projects that tests read where it is there.

use std::path::{Path, PathBuf};

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
