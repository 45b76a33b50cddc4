//! Writes signatures to measure with.

#![forbid(unsafe_code)]

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use weir_benches::rule_set::{self, rule_set};

/// Writes signatures of the shape that prompts are inspected with: of a hundred, one is a regular expression and the
/// others are phrases of two or three words.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to.
    out: PathBuf,
    /// How many.
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// What the phrases are made of.
    #[arg(long, value_enum, default_value_t = Kind::Present)]
    kind: Kind,
    /// Another number gives other phrases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Words that the made-up traffic is full of.
    Present,
    /// Words that never occur.
    Absent,
}

fn main() -> anyhow::Result<()> {
    let Arguments { out, count, kind, seed } = Arguments::parse();
    let kind = match kind {
        Kind::Present => rule_set::Kind::Present,
        Kind::Absent => rule_set::Kind::Absent,
    };
    std::fs::write(&out, rule_set(count, kind, seed))
        .with_context(|| format!("can't write {}", out.display()))?;
    println!("{}: {count} signatures", out.display());
    Ok(())
}
