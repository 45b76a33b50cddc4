//! Where the files of sets are.
//!
//! A path in a rule is relative to the rule's file, or to the data directory. Rules come from others, so a path that
//! leads out of there is refused, and nothing is written but in the data directory.

use std::path::{Component, Path, PathBuf};

/// Whether paths may lead out of the folders of rules and data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// They may not.
    #[default]
    Refused,
    /// Absolute paths and `..` are taken as they are.
    Allowed,
}

/// Where files of sets are looked for.
#[derive(Clone, Debug, Default)]
pub enum SetFiles {
    /// Nowhere: texts that are not from a disk have no files beside them.
    #[default]
    Nowhere,
    /// On this machine.
    Disk {
        /// The data directory, if there is one.
        directory: Option<PathBuf>,
        /// Whether paths may lead elsewhere.
        outside: Outside,
    },
}

/// Why a file is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The path leads out of the folders that are meant for it.
    #[error(
        "the path leads out of the folders of rules and data; `datasets.outside: allowed` takes it as it is"
    )]
    Outside,
    /// There are no files here.
    #[error("no files can be read here")]
    Nowhere,
}

impl SetFiles {
    /// Where to read the file that `rules`, a rule file, calls `path`: beside it where it is there, else in the data
    /// directory.
    pub(super) fn to_read(&self, rules: &Path, path: &str) -> Result<PathBuf, PlaceError> {
        let SetFiles::Disk { directory, .. } = self else { return Err(PlaceError::Nowhere) };
        self.check(path)?;
        let beside = rules.parent().unwrap_or(Path::new("")).join(path);
        match directory {
            Some(directory) if !beside.exists() => Ok(directory.join(path)),
            _ => Ok(beside),
        }
    }

    /// Where to write the file that a rule calls `path`; nowhere where there is no data directory.
    pub(super) fn to_write(&self, path: &str) -> Result<Option<PathBuf>, PlaceError> {
        let SetFiles::Disk { directory, outside } = self else { return Ok(None) };
        self.check(path)?;
        match (directory, outside) {
            (Some(directory), _) => Ok(Some(directory.join(path))),
            (None, Outside::Allowed) if Path::new(path).is_absolute() => Ok(Some(PathBuf::from(path))),
            (None, _) => Ok(None),
        }
    }

    fn check(&self, path: &str) -> Result<(), PlaceError> {
        let inside = |component: Component<'_>| matches!(component, Component::Normal(_) | Component::CurDir);
        match self {
            SetFiles::Disk { outside: Outside::Allowed, .. } => Ok(()),
            _ if Path::new(path).components().all(inside) => Ok(()),
            _ => Err(PlaceError::Outside),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_reach_their_own_folder_and_that_of_data() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("rules")).expect("a folder");
        std::fs::write(folder.path().join("rules/here"), "").expect("a file");
        let rules = folder.path().join("rules/a.rules");
        let data = folder.path().join("data");
        let disk = SetFiles::Disk { directory: Some(data.clone()), outside: Outside::Refused };
        assert_eq!(disk.to_read(&rules, "here"), Ok(folder.path().join("rules/here")));
        assert_eq!(disk.to_read(&rules, "there"), Ok(data.join("there")));
        assert_eq!(disk.to_write("here"), Ok(Some(data.join("here"))));
        for path in ["/etc/passwd", "../here", "a/../../b"] {
            assert_eq!(disk.to_read(&rules, path), Err(PlaceError::Outside), "{path}");
            assert_eq!(disk.to_write(path), Err(PlaceError::Outside), "{path}");
        }
        let open = SetFiles::Disk { directory: None, outside: Outside::Allowed };
        assert_eq!(open.to_read(&rules, "/x/y"), Ok(PathBuf::from("/x/y")));
        assert_eq!(open.to_write("y"), Ok(None));
        assert_eq!(SetFiles::Nowhere.to_read(&rules, "here"), Err(PlaceError::Nowhere));
    }
}
