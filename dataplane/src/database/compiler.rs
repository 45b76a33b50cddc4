//! Compiles pattern sets side by side, equal ones once, or takes them from the cache.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hyperscan::{BlockDatabase, Builder, Serialized, StreamingDatabase};

use super::cache::{CacheCounters, DatabaseCache};
use super::cache_file::Contents;
use super::patterns::{ContentKey, PatternSet, ScanMode};

/// Threads that compile at once. More than this the largest database alone takes longer than all others.
const MAX_THREADS: usize = 16;

/// What compiled faster than this is not written down: reading it would not be faster.
const WORTH_KEEPING: Duration = Duration::from_millis(5);

/// A compiled database, in the mode of its patterns. Equal ones are shared.
#[derive(Clone)]
pub enum Database {
    /// To scan pieces that continue each other.
    Streaming(Arc<StreamingDatabase>),
    /// To scan values that are complete in themselves.
    Block(Arc<BlockDatabase>),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Database::Streaming(_) => "Streaming(..)",
            Database::Block(_) => "Block(..)",
        })
    }
}

/// Why there is no database: what Hyperscan says of patterns, each by its position; of none where it does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The patterns.
    pub patterns: Vec<(u32, String)>,
    /// What is said of all of them together.
    pub message: String,
}

/// Compiles pattern sets.
#[derive(Debug)]
pub struct Compiler {
    cache: Option<DatabaseCache>,
    threads: usize,
    scanner: String,
}

impl Default for Compiler {
    fn default() -> Compiler {
        Compiler::new(None)
    }
}

impl Compiler {
    /// On as many threads as there are cores, with a cache or without.
    pub fn new(cache: Option<DatabaseCache>) -> Compiler {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let scanner = if cache.is_some() { scanner() } else { String::new() };
        Compiler { cache, threads: cores.min(MAX_THREADS), scanner }
    }

    /// What the cache did, where there is one.
    pub fn cache_counters(&self) -> Option<CacheCounters> {
        self.cache.as_ref().map(DatabaseCache::counters)
    }

    /// Compiles each of `sets`; the results are in their order.
    pub fn compile(&self, sets: &[PatternSet]) -> Vec<Result<Database, Refused>> {
        let keys: Vec<ContentKey> = sets.iter().map(|set| set.key(&self.scanner)).collect();
        let mut firsts: HashMap<ContentKey, usize> = HashMap::new();
        let mut jobs = Vec::new();
        for (index, (set, key)) in sets.iter().zip(&keys).enumerate() {
            firsts.entry(*key).or_insert_with(|| {
                jobs.push((index, *key, set));
                index
            });
        }
        // The largest first, so that none of them is what everybody waits for in the end.
        jobs.sort_by_key(|(_, _, set)| std::cmp::Reverse(set.patterns.len()));
        let done = self.run(&jobs);
        let of = |key| firsts.get(key).and_then(|first| done.get(first)).cloned();
        let lost = || Refused { patterns: Vec::new(), message: "it was not compiled".to_owned() };
        keys.iter().map(|key| of(key).unwrap_or_else(|| Err(lost()))).collect()
    }

    fn run(&self, jobs: &[(usize, ContentKey, &PatternSet)]) -> HashMap<usize, Result<Database, Refused>> {
        let (next, done) = (AtomicUsize::new(0), Mutex::new(HashMap::new()));
        let work = || {
            while let Some(&(index, key, set)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let result = self.one(key, set);
                done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, result);
            }
        };
        thread::scope(|scope| {
            for _ in 1..self.threads.min(jobs.len()) {
                scope.spawn(work);
            }
            work();
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn one(&self, key: ContentKey, set: &PatternSet) -> Result<Database, Refused> {
        let cached = self.cache.as_ref().and_then(|cache| cache.find(key, |found| take(found, set)));
        if let Some(result) = cached {
            return result;
        }
        let started = Instant::now();
        let result = build(set);
        if let Some(cache) = self.cache.as_ref().filter(|_| started.elapsed() >= WORTH_KEEPING) {
            keep(cache, key, &result);
            cache.tidy();
        }
        result
    }
}

/// The scanner's version and the instructions that it compiles for, which a database depends on.
fn scanner() -> String {
    let probe: Result<BlockDatabase, _> = "probe".build();
    let told = probe.and_then(|probe| probe.info()).unwrap_or_default();
    format!("{told} {}", std::env::consts::ARCH)
}

fn build(set: &PatternSet) -> Result<Database, Refused> {
    compiled(set).map_err(|error| {
        // Hyperscan names one pattern, after it has compiled those before: so all are tried alone, once.
        let mut patterns = refused_alone(set);
        if patterns.is_empty() {
            patterns.extend(blame(&error).map(|pattern| (pattern, error.to_string())));
        }
        Refused { patterns, message: error.to_string() }
    })
}

fn compiled(set: &PatternSet) -> Result<Database, hyperscan::Error> {
    let patterns = set.to_patterns();
    match set.mode {
        ScanMode::Streaming => patterns.build().map(|database| Database::Streaming(Arc::new(database))),
        ScanMode::Block => patterns.build().map(|database| Database::Block(Arc::new(database))),
    }
}

/// The patterns that Hyperscan refuses, each compiled for itself.
fn refused_alone(set: &PatternSet) -> Vec<(u32, String)> {
    let unsure = set.patterns.iter().enumerate().filter(|(_, pattern)| !pattern.is_literal());
    let refused = unsure.filter_map(|(id, pattern)| {
        let alone = PatternSet { patterns: vec![pattern.clone()], mode: set.mode };
        Some((id as u32, compiled(&alone).err()?.to_string()))
    });
    refused.collect()
}

/// Which pattern Hyperscan says is at fault.
fn blame(error: &hyperscan::Error) -> Option<u32> {
    match error {
        hyperscan::Error::Hyperscan(hyperscan::HsError::CompileError(details)) => {
            details.expression().and_then(|id| u32::try_from(id).ok())
        }
        _ => None,
    }
}

/// The database that was kept; none where Hyperscan does not take it.
fn take(found: Contents<&[u8]>, set: &PatternSet) -> Option<Result<Database, Refused>> {
    match (found, set.mode) {
        (Contents::Database(bytes), ScanMode::Streaming) => {
            bytes.deserialize().ok().map(|database| Ok(Database::Streaming(Arc::new(database))))
        }
        (Contents::Database(bytes), ScanMode::Block) => {
            bytes.deserialize().ok().map(|database| Ok(Database::Block(Arc::new(database))))
        }
        (Contents::Refused(patterns), _) => {
            let message = patterns.first()?.1.clone();
            Some(Err(Refused { patterns, message }))
        }
    }
}

fn keep(cache: &DatabaseCache, key: ContentKey, result: &Result<Database, Refused>) {
    let serialized = match result {
        Ok(Database::Streaming(database)) => database.serialize(),
        Ok(Database::Block(database)) => database.serialize(),
        // What nobody is to blame for may work next time.
        Err(refused) if refused.patterns.is_empty() => return,
        Err(refused) => return cache.keep(key, &Contents::Refused(refused.patterns.clone())),
    };
    if let Ok(bytes) = serialized {
        cache.keep(key, &Contents::Database(&bytes));
    }
}

#[cfg(test)]
#[path = "compiler_tests.rs"]
mod tests;
