//! Writes the sets that rules save: to a file beside, which is then renamed over the one before, so that whoever reads
//! it sees one or the other.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::element::written;
use crate::confirm::{DatasetTable, Sets};

/// A set that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write the dataset {set} to {}: {error}", path.display())]
pub struct SaveError {
    /// Its name.
    pub set: String,
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub error: io::Error,
}

/// Writes all sets that are saved; returns what went wrong, and how many were written.
pub fn save_sets(sets: &Sets) -> (usize, Vec<SaveError>) {
    let (mut saved, mut errors) = (0, Vec::new());
    for table in &sets.tables {
        let Some(path) = table.saved_to() else { continue };
        match save(table, path) {
            Ok(()) => saved += 1,
            Err(error) => {
                errors.push(SaveError { set: table.name().to_owned(), path: path.to_owned(), error })
            }
        }
    }
    (saved, errors)
}

fn save(table: &DatasetTable, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let beside = folder.join(format!(".{}.{}", name.display(), std::process::id()));
    let outcome = write(table, &beside).and_then(|()| std::fs::rename(&beside, path));
    if outcome.is_err() {
        // It may not be there.
        let _ = std::fs::remove_file(&beside);
    }
    outcome
}

fn write(table: &DatasetTable, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for value in table.values() {
        let text = written(table.kind(), &value);
        match table.find(&value).map_or(0, |member| member.reputation) {
            0 => writeln!(file, "{text}")?,
            reputation => writeln!(file, "{text},{reputation}")?,
        }
    }
    file.into_inner()?.sync_all()
}
