use hyperscan::{Matching, PatternFlags};

use super::*;
use crate::database::ScanPattern;

fn set(expressions: &[&str], mode: ScanMode) -> PatternSet {
    let pattern = |e: &&str| ScanPattern { expression: (*e).to_owned(), flags: PatternFlags::empty() };
    PatternSet { patterns: expressions.iter().map(pattern).collect(), mode }
}

/// Which patterns are in `value`.
fn found(database: &Database, value: &str) -> Vec<u32> {
    let Database::Block(database) = database else { panic!("not for blocks") };
    let (scratch, mut found) = (database.alloc_scratch().unwrap(), Vec::new());
    let note = |id: u32, _: u64, _: u64, _: u32| {
        found.push(id);
        Matching::Continue
    };
    database.scan(value, &scratch, note).unwrap();
    found
}

/// A set that takes long enough to compile to be kept.
fn large() -> PatternSet {
    let expressions: Vec<String> = (0..300).map(|n| format!("word{n}[a-z]+x")).collect();
    let expressions: Vec<&str> = expressions.iter().map(String::as_str).collect();
    set(&expressions, ScanMode::Block)
}

#[test]
fn results_are_in_order_and_equal_sets_are_one_database() {
    let sets =
        [set(&["a"], ScanMode::Block), set(&["b", "a"], ScanMode::Block), set(&["a"], ScanMode::Block)];
    let built: Vec<Database> = Compiler::default().compile(&sets).into_iter().map(Result::unwrap).collect();
    assert_eq!((found(&built[0], "a b"), found(&built[1], "a b")), (vec![0], vec![1, 0]));
    let (Database::Block(first), Database::Block(last)) = (&built[0], &built[2]) else { panic!() };
    assert!(Arc::ptr_eq(first, last));
}

#[test]
fn all_that_are_refused_are_named() {
    let sets = [set(&["fine", "(a", "also fine", r"(x)\1"], ScanMode::Streaming)];
    let refused = Compiler::default().compile(&sets).remove(0).unwrap_err();
    assert_eq!(refused.patterns.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn the_second_time_it_is_read_and_finds_the_same() {
    let root = tempfile::tempdir().unwrap();
    let open = || Compiler::new(Some(DatabaseCache::open(root.path()).unwrap()));
    let (first, second) = (open(), open());
    let compiled = first.compile(&[large()]).remove(0).unwrap();
    let read = second.compile(&[large()]).remove(0).unwrap();
    assert_eq!(first.cache_counters().map(|c| (c.hits, c.misses)), Some((0, 1)));
    assert_eq!(second.cache_counters().map(|c| (c.hits, c.misses)), Some((1, 0)));
    let text = "word17abcx and word299yx";
    assert_eq!(found(&compiled, text), [17, 299]);
    assert_eq!(found(&read, text), [17, 299]);
}

#[test]
fn what_hyperscan_does_not_take_is_compiled_again() {
    let root = tempfile::tempdir().unwrap();
    let cache = DatabaseCache::open(root.path()).unwrap();
    let compiler = Compiler::new(Some(cache));
    // Whole and with a right checksum, and still no database.
    let key = large().key(&compiler.scanner);
    compiler.cache.as_ref().unwrap().keep(key, &Contents::Database(b"not a database"));
    let built = compiler.compile(&[large()]).remove(0).unwrap();
    assert_eq!(found(&built, "word5ax"), [5]);
    let counters = compiler.cache_counters().unwrap();
    assert_eq!((counters.damaged, counters.hits), (1, 0));
    assert!(compiler.compile(&[large()]).remove(0).is_ok());
    assert_eq!(compiler.cache_counters().unwrap().hits, 1, "it was replaced");
}

#[test]
fn refusals_are_remembered_too() {
    let root = tempfile::tempdir().unwrap();
    let mut refused = large();
    refused.patterns.push(ScanPattern { expression: "(a".to_owned(), flags: PatternFlags::empty() });
    let open = || Compiler::new(Some(DatabaseCache::open(root.path()).unwrap()));
    let first = open().compile(&[refused.clone()]).remove(0).unwrap_err();
    let second = open();
    assert_eq!(second.compile(&[refused]).remove(0).unwrap_err().patterns, first.patterns);
    assert_eq!(second.cache_counters().unwrap().hits, 1);
}
