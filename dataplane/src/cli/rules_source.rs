//! Configuration and rules as the offline commands take them: a configuration file, or files named one by one.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use weir_rules::diagnostic::Severity;

use super::Failure;
use crate::config::file::CacheChoice;
use crate::config::{self, Config};
use crate::event::Generation;
use crate::ruleset::{Ruleset, Strictness};

/// Where rules and policy come from.
#[derive(Debug, Args)]
pub struct RulesSource {
    /// The configuration file. Without one everything is allowed, and inspected with the rules given.
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A signature file, besides those of the configuration; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// A file in the form of Suricata's threshold.config, besides those of the configuration; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub thresholds: Vec<PathBuf>,
    /// A policy file, besides those of the configuration; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub policy: Vec<PathBuf>,
    /// Let one bad signature refuse all.
    #[arg(long)]
    pub strict: bool,
    /// Where compiled rules are kept: a directory, `auto` or `never`.
    #[arg(long, value_name = "DIR", value_parser = cache_choice)]
    pub cache: Option<CacheChoice>,
}

/// Any text names a directory.
fn cache_choice(text: &str) -> Result<CacheChoice, Infallible> {
    Ok(text.to_owned().into())
}

/// How much is said about signatures that are left out.
const SHOWN: usize = 10;

impl RulesSource {
    /// The configuration; `without` is taken where no file is named.
    pub fn config(&self, without: fn() -> Config) -> Result<Config, Failure> {
        let mut config = match &self.config {
            Some(path) => config::load(path).map_err(Failure::usage)?,
            None => without(),
        };
        config.rules.extend(self.rules.iter().cloned());
        config.thresholds.extend(self.thresholds.iter().cloned());
        config.policy.extend(self.policy.iter().cloned());
        config.inspect.strict |= self.strict;
        if let Some(cache) = &self.cache {
            config.inspect.cache = cache.clone();
        }
        Ok(config)
    }

    /// Compiles what `config` names, and says on standard error what was left out.
    pub fn compile(&self, config: &Config) -> Result<Arc<Ruleset>, Failure> {
        let strictness = if config.inspect.strict { Strictness::Strict } else { Strictness::Lenient };
        let compiled = Ruleset::load(&config.ruleset_files(), None, Generation(1), strictness)
            .map_err(Failure::usage)?;
        let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        for diagnostic in errors.take(SHOWN) {
            eprintln!("{diagnostic}");
        }
        if compiled.left_out > SHOWN {
            eprintln!("… and {} more", compiled.left_out - SHOWN);
        }
        if compiled.left_out > 0 {
            eprintln!(
                "{} signatures are left out, {} are in force; `weir check` says more, `--strict` refuses instead",
                compiled.left_out,
                compiled.ruleset.signatures.signatures.len()
            );
        }
        Ok(Arc::new(compiled.ruleset))
    }
}
