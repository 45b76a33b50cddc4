//! The bundled rule packs: all of their signatures are in force, and find what their expectations say and no more.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The packs, in order.
fn packs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/packs");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut packs: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "rules")).collect();
    packs.sort();
    packs
}

/// What `weir rules` says of a pack, where it fails.
fn failure(arguments: &[&str], pack: &Path) -> Option<String> {
    let done = Command::new(env!("CARGO_BIN_EXE_weir"))
        .arg("rules")
        .args(arguments)
        .arg(pack)
        .args(["--cache", "never"])
        .output()
        .expect("weir runs");
    let said = [done.stdout, done.stderr].concat();
    (!done.status.success()).then(|| format!("{}:\n{}", pack.display(), String::from_utf8_lossy(&said)))
}

#[test]
fn every_signature_is_in_force() {
    let packs = packs();
    assert_eq!(packs.len(), 6);
    let failed: Vec<String> = packs.iter().filter_map(|pack| failure(&["check"], pack)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_signature_alerts_where_it_should_and_only_there() {
    let test = ["test", "--covered", "--quiet"];
    let failed: Vec<String> = packs().iter().filter_map(|pack| failure(&test, pack)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
