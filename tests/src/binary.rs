//! Finds the binary that is tested.
//!
//! `WEIR_BIN` names it where it is set, as `scripts/test` does. Otherwise cargo is asked to build it, with the profile
//! and in the target directory of the tests themselves, so that a plain `cargo test` never tests a binary that is older
//! than the code.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary `weir`.
///
/// # Panics
///
/// When it can't be built: no test can go on.
pub fn weir() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match env::var_os("WEIR_BIN") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

/// A run of the binary, not started yet.
pub fn command() -> Command {
    Command::new(weir())
}

fn build() -> PathBuf {
    // target/<profile>/deps/e2e-<hash>
    let test = env::current_exe().expect("the path of this test");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    let target = folder.parent().expect("profiles lie in the target directory");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "test",
        Some(other) => other,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--package",
            "weir",
            "--bin",
            "weir",
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the binary under test does not build");
    folder.join("weir")
}
