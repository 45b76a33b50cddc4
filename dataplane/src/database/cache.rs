//! Compiled databases on disk, each in a file named by the hash of what it was compiled from.
//!
//! A file that is damaged, foreign or not to be trusted counts as not there: it is counted, compiled anew and replaced.
//! Files are written beside their name and moved into place, so that a reader sees a whole one or none. Those that were
//! not used for longest are removed when there are too many.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::cache_file::{Contents, decode, encode};
use super::directory::{Untrusted, is_trusted_file, prepare};
use super::patterns::ContentKey;

/// Files that are kept; one rule set takes some dozens.
const MAX_FILES: usize = 1024;
/// Bytes of all files together, about.
const MAX_BYTES: u64 = 2 << 30;
/// The largest file that is read.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// What names of whole files end with.
const SUFFIX: &str = ".hsdb";
/// What names of files end with while they are written.
const UNFINISHED: &str = ".part";

/// What the cache did since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounters {
    /// Databases that were taken from it.
    pub hits: u64,
    /// Databases that were not in it.
    pub misses: u64,
    /// Files that were damaged, or of another format or version.
    pub damaged: u64,
    /// Files that somebody else may have written.
    pub untrusted: u64,
    /// Databases that could not be written.
    pub unwritten: u64,
    /// Files that were removed to keep within limits.
    pub evicted: u64,
}

#[derive(Debug, Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    damaged: AtomicU64,
    untrusted: AtomicU64,
    unwritten: AtomicU64,
    evicted: AtomicU64,
}

/// A directory of compiled databases.
#[derive(Debug)]
pub struct DatabaseCache {
    wanted: PathBuf,
    /// Where `wanted` really is, once it is there and found to be trusted.
    real: OnceLock<PathBuf>,
    counts: Counts,
}

impl DatabaseCache {
    /// Opens the cache in a directory. Where that is missing it is made, once there is something to keep.
    pub fn open(directory: &Path) -> Result<DatabaseCache, Untrusted> {
        let cache =
            DatabaseCache { wanted: directory.to_owned(), real: OnceLock::new(), counts: Counts::default() };
        if fs::symlink_metadata(directory).is_ok() {
            cache.prepared()?;
        }
        Ok(cache)
    }

    fn prepared(&self) -> Result<&Path, Untrusted> {
        match self.real.get() {
            Some(real) => Ok(real),
            None => prepare(&self.wanted).map(|real| self.real.get_or_init(|| real).as_path()),
        }
    }

    /// What it did since it was opened.
    pub fn counters(&self) -> CacheCounters {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CacheCounters {
            hits: of(&self.counts.hits),
            misses: of(&self.counts.misses),
            damaged: of(&self.counts.damaged),
            untrusted: of(&self.counts.untrusted),
            unwritten: of(&self.counts.unwritten),
            evicted: of(&self.counts.evicted),
        }
    }

    /// Gives what is kept under `key` to `make`, which says none where it is of no use.
    pub(super) fn find<T>(
        &self,
        key: ContentKey,
        make: impl FnOnce(Contents<&[u8]>) -> Option<T>,
    ) -> Option<T> {
        let path = self.path(key);
        let Some((path, file)) = path.and_then(|path| self.read(&path).map(|file| (path, file))) else {
            count(&self.counts.misses);
            return None;
        };
        let made = decode(key, &file).and_then(make);
        match &made {
            Some(_) => count(&self.counts.hits),
            None => {
                count(&self.counts.damaged);
                count(&self.counts.misses);
                // Whether or not it can be removed, it is replaced by what is compiled now.
                let _ = fs::remove_file(&path);
            }
        }
        made
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let mut file = File::open(path).ok()?;
        let found = file.metadata().ok()?;
        if !is_trusted_file(&found) {
            count(&self.counts.untrusted);
            return None;
        }
        if found.len() > MAX_FILE_BYTES {
            count(&self.counts.damaged);
            return None;
        }
        let mut bytes = Vec::with_capacity(found.len() as usize);
        file.read_to_end(&mut bytes).ok()?;
        // When it was last used. Where the file system is read-only, the order of eviction does not matter either.
        let _ = file.set_modified(SystemTime::now());
        Some(bytes)
    }

    /// Keeps `contents` under `key`. Where that fails the database is compiled again next time.
    pub(super) fn keep(&self, key: ContentKey, contents: &Contents<&[u8]>) {
        let _ = self.prepared();
        let path = self.path(key);
        if path.is_none_or(|path| self.write(&path, &encode(key, contents)).is_err()) {
            count(&self.counts.unwritten);
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let unfinished = path.with_extension(format!("{}{UNFINISHED}", std::process::id()));
        // What an earlier process with this number left behind.
        let _ = fs::remove_file(&unfinished);
        let written = write_new(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// Removes the files that were not used for longest, until what is left is within limits.
    pub(super) fn tidy(&self) {
        self.tidy_to(MAX_FILES, MAX_BYTES);
    }

    fn tidy_to(&self, max_files: usize, max_bytes: u64) {
        let mut files = self.files();
        files.sort_by_key(|(used, ..)| std::cmp::Reverse(*used));
        let mut bytes = 0;
        for (index, (_, length, path)) in files.iter().enumerate() {
            bytes += length;
            if (index >= max_files || bytes > max_bytes) && fs::remove_file(path).is_ok() {
                count(&self.counts.evicted);
            }
        }
    }

    /// The files of the cache, with when they were last used and how long they are. Others are let alone.
    fn files(&self) -> Vec<(SystemTime, u64, PathBuf)> {
        let Some(Ok(entries)) = self.real.get().map(fs::read_dir) else { return Vec::new() };
        let ours = |path: &Path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.ends_with(SUFFIX) || name.ends_with(UNFINISHED)
        };
        let found = entries.flatten().filter(|entry| ours(&entry.path())).filter_map(|entry| {
            let found = entry.metadata().ok()?;
            Some((found.modified().ok()?, found.len(), entry.path()))
        });
        found.collect()
    }

    fn path(&self, key: ContentKey) -> Option<PathBuf> {
        Some(self.real.get()?.join(format!("{key}{SUFFIX}")))
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    // A name must never lead to half a file, not even after the power failed.
    file.sync_all()
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::*;

    const KEY: ContentKey = ContentKey([1; 32]);

    fn cache() -> (tempfile::TempDir, DatabaseCache) {
        let root = tempfile::tempdir().unwrap();
        let cache = DatabaseCache::open(&root.path().join("cache")).unwrap();
        (root, cache)
    }

    fn bytes(cache: &DatabaseCache, key: ContentKey) -> Option<Vec<u8>> {
        cache.find(key, |contents| match contents {
            Contents::Database(bytes) => Some(bytes.to_vec()),
            Contents::Refused(_) => None,
        })
    }

    #[test]
    fn what_is_kept_is_found_and_for_nobody_else_to_read() {
        let (_root, cache) = cache();
        assert_eq!(bytes(&cache, KEY), None);
        cache.keep(KEY, &Contents::Database(b"database"));
        assert_eq!(bytes(&cache, KEY).as_deref(), Some(b"database".as_slice()));
        let mode = fs::metadata(cache.path(KEY).unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let counters = cache.counters();
        assert_eq!((counters.hits, counters.misses), (1, 1));
    }

    #[test]
    fn damaged_files_are_counted_and_replaced() {
        let (root, cache) = cache();
        fs::create_dir(root.path().join("cache")).unwrap();
        cache.prepared().unwrap();
        fs::write(cache.path(KEY).unwrap(), b"weirhsdb and then nonsense").unwrap();
        fs::set_permissions(cache.path(KEY).unwrap(), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(bytes(&cache, KEY), None);
        assert_eq!(cache.counters().damaged, 1);
        cache.keep(KEY, &Contents::Database(b"new"));
        assert!(bytes(&cache, KEY).is_some());
    }

    #[test]
    fn a_file_that_others_could_write_is_not_read() {
        let (_root, cache) = cache();
        cache.keep(KEY, &Contents::Database(b"database"));
        fs::set_permissions(cache.path(KEY).unwrap(), fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(bytes(&cache, KEY), None);
        assert_eq!(cache.counters().untrusted, 1);
    }

    #[test]
    fn where_nothing_can_be_written_the_cache_is_no_use_and_no_harm() {
        let (root, cache) = cache();
        fs::write(root.path().join("cache"), "a file").unwrap();
        cache.keep(KEY, &Contents::Database(b"database"));
        assert_eq!(bytes(&cache, KEY), None);
        assert_eq!(cache.counters().unwritten, 1);
    }

    #[test]
    fn those_not_used_for_longest_go_first() {
        let (root, cache) = cache();
        let now = SystemTime::now();
        for age in 0..4u8 {
            let key = ContentKey([age; 32]);
            cache.keep(key, &Contents::Database(b"database"));
            let file = File::options().write(true).open(cache.path(key).unwrap()).unwrap();
            file.set_modified(now - Duration::from_secs(u64::from(age))).unwrap();
        }
        fs::write(root.path().join("cache/not ours"), "").unwrap();
        cache.tidy_to(2, u64::MAX);
        let there = |age: u8| cache.path(ContentKey([age; 32])).is_some_and(|path| path.exists());
        assert_eq!([there(0), there(1), there(2), there(3)], [true, true, false, false]);
        assert_eq!(cache.counters().evicted, 2);
        assert!(root.path().join("cache/not ours").exists());
    }
}
