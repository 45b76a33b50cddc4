//! Where the cache lies, and whether what lies there can be believed.
//!
//! A database is as good as code: a forged one makes the scanner read where it should not. So nothing is taken from a
//! directory in which anybody but this user and root could have put it.

use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Group and others may write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
/// Only owners may remove and rename what is in it.
const STICKY: u32 = 0o1000;

/// Why a directory is not used.
#[derive(Debug, Error)]
pub enum Untrusted {
    /// It can't be made or looked at.
    #[error("{}: {error}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is no directory.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// Somebody else owns it.
    #[error("{} belongs to another user", .0.display())]
    Foreign(PathBuf),
    /// Others may write to it.
    #[error("others may write to {}: chmod go-w it", .0.display())]
    Writable(PathBuf),
}

/// Where compiled databases are kept if nothing else is said: `/var/cache/weir` for root, `weir` in the user's cache
/// directory for others. None where there is no home either.
pub fn default_directory() -> Option<PathBuf> {
    if own_user().ok()? == 0 {
        return Some(PathBuf::from("/var/cache/weir"));
    }
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("weir"))
}

/// Makes `path` where it is missing, and returns where it really is, once it and all that it lies in can be trusted.
pub(super) fn prepare(path: &Path) -> Result<PathBuf, Untrusted> {
    let unusable = |error| Untrusted::Unusable { path: path.to_owned(), error };
    let user = own_user().map_err(unusable)?;
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
    // Links are followed once and for all here, so that what is checked is what is used.
    let real = path.canonicalize().map_err(unusable)?;
    for (depth, folder) in real.ancestors().enumerate() {
        let found = fs::symlink_metadata(folder)
            .map_err(|error| Untrusted::Unusable { path: folder.to_owned(), error })?;
        trust(folder, &found, user, depth == 0)?;
    }
    Ok(real)
}

fn trust(path: &Path, found: &Metadata, user: u32, is_innermost: bool) -> Result<(), Untrusted> {
    if !found.is_dir() {
        return Err(Untrusted::NotADirectory(path.to_owned()));
    }
    if !is_owner(found, user) {
        return Err(Untrusted::Foreign(path.to_owned()));
    }
    let is_writable = found.mode() & WRITABLE_BY_OTHERS != 0;
    // In a sticky directory like /tmp others can put what they want, but not in place of what is ours.
    let is_harmless = !is_innermost && found.mode() & STICKY != 0;
    if is_writable && !is_harmless {
        return Err(Untrusted::Writable(path.to_owned()));
    }
    Ok(())
}

/// Whether an open file is one that only this user or root can have written.
pub(super) fn is_trusted_file(found: &Metadata) -> bool {
    let user = own_user();
    found.is_file() && found.mode() & WRITABLE_BY_OTHERS == 0 && user.is_ok_and(|user| is_owner(found, user))
}

fn is_owner(found: &Metadata, user: u32) -> bool {
    found.uid() == user || found.uid() == 0
}

/// The user that this process acts as.
fn own_user() -> io::Result<u32> {
    Ok(fs::metadata("/proc/self")?.uid())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_directory_is_made_for_this_user_alone() {
        let root = tempfile::tempdir().unwrap();
        let made = prepare(&root.path().join("a/b")).unwrap();
        assert_eq!(fs::metadata(&made).unwrap().mode() & 0o777, 0o700);
        assert_eq!(prepare(&made).unwrap(), made, "and used again");
    }

    #[test]
    fn what_others_can_write_to_is_not_trusted() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("inner");
        prepare(&inner).unwrap();
        for (path, mode, trusted) in [
            (inner.as_path(), 0o770, false),
            (&inner, 0o707, false),
            // Sticky or not: what is read from it must not be put there by others.
            (&inner, 0o1777, false),
            (&inner, 0o755, true),
            (root.path(), 0o777, false),
            (root.path(), 0o1777, true),
        ] {
            chmod(path, mode);
            assert_eq!(prepare(&inner).is_ok(), trusted, "{} {mode:o}", path.display());
        }
    }

    #[test]
    fn links_are_followed_before_they_are_trusted() {
        let root = tempfile::tempdir().unwrap();
        let (open, link) = (root.path().join("open"), root.path().join("link"));
        fs::create_dir(&open).unwrap();
        chmod(&open, 0o777);
        symlink(&open, &link).unwrap();
        assert!(matches!(prepare(&link), Err(Untrusted::Writable(_))));
        fs::write(root.path().join("file"), "").unwrap();
        assert!(prepare(&root.path().join("file")).is_err());
    }
}
