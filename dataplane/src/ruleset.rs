//! The rule set in force: signatures, policy and databases of one generation, immutable and shared by all workers.
//!
//! A reload compiles the next generation aside and hands it to the workers whole; a text that does not compile leaves
//! the one in force untouched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use thiserror::Error;
use weir_rules::diagnostic::{Diagnostic, Severity, Source};
use weir_rules::policy::Policy;
use weir_rules::signature::{self, Adjustments, SignatureSet, Variables};

use crate::database::{CacheCounters, Compiler, DatabaseCache};
use crate::dataset::{Outside, SetFiles, save_sets};
use crate::detect::{DetectTable, Inheritance, SHARED_BITS};
use crate::event::{Catalog, Generation};
use crate::inspect::Databases;
use crate::reputation::Reputations;

/// What to compile.
#[derive(Clone, Debug)]
pub struct RulesetFiles {
    /// Signature files, in order.
    pub rules: Vec<PathBuf>,
    /// Policy files, in order; none means that everything is allowed.
    pub policies: Vec<PathBuf>,
    /// Address and port variables of the signatures.
    pub variables: Vec<(String, String)>,
    /// Bits of hosts and pairs that can be set at once.
    pub shared_bits: usize,
    /// Where compiled databases are kept; they are not where it is not given.
    pub cache: Option<PathBuf>,
    /// Where the files of sets are.
    pub sets: SetFiles,
    /// What is said of signatures beside their rules.
    pub thresholds: Vec<PathBuf>,
    /// Files with the categories of reputations.
    pub categories: Vec<PathBuf>,
    /// Files with reputations of addresses.
    pub reputations: Vec<PathBuf>,
}

impl Default for RulesetFiles {
    fn default() -> RulesetFiles {
        RulesetFiles {
            rules: Vec::new(),
            policies: Vec::new(),
            variables: Vec::new(),
            shared_bits: SHARED_BITS,
            cache: None,
            sets: SetFiles::Disk { directory: None, outside: Outside::Refused },
            thresholds: Vec::new(),
            categories: Vec::new(),
            reputations: Vec::new(),
        }
    }
}

/// What there is to compile, read.
#[derive(Clone, Debug, Default)]
struct Texts<'t> {
    rules: &'t [Arc<Source>],
    policies: &'t [Arc<Source>],
    variables: &'t [(String, String)],
    thresholds: &'t [Arc<Source>],
}

/// How wrong rules are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// A signature that can't be used is reported, the others are in force.
    #[default]
    Lenient,
    /// Any error refuses the whole rule set.
    Strict,
}

/// Why there is no rule set.
#[derive(Debug, Error)]
pub enum RulesetError {
    /// A file can't be read.
    #[error("can't read {path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The texts have errors; they are rendered with their place.
    #[error("{}", render(.0))]
    Invalid(Vec<Diagnostic>),
}

fn render(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n\n")
}

/// A compiled rule set.
#[derive(Debug)]
pub struct Ruleset {
    /// Which one; the first is 1.
    pub generation: Generation,
    /// The signatures.
    pub signatures: Arc<SignatureSet>,
    /// The segmentation policy.
    pub policy: Arc<Policy>,
    /// What plain signatures compiled to, which the stream matcher decides.
    pub databases: Arc<Databases>,
    /// What the others compiled to.
    pub detect: Arc<DetectTable>,
    /// What is said of signatures beside their rules.
    pub adjustments: Adjustments,
}

/// A rule set with what there is to say about its texts.
#[derive(Debug)]
pub struct Compiled {
    /// The rule set.
    pub ruleset: Ruleset,
    /// Warnings, and errors of signatures that were left out.
    pub diagnostics: Vec<Diagnostic>,
    /// Signatures that were left out.
    pub left_out: usize,
    /// Those of them that need what there is no decoder for, by what that is.
    pub undecoded: BTreeMap<Box<str>, usize>,
    /// Those of them that could not be read.
    pub unread: usize,
    /// What the cache of databases did, where there is one.
    pub cache: Option<CacheCounters>,
}

impl Ruleset {
    /// Reads and compiles `files`. What signatures remember of hosts goes on from the rule set before.
    pub fn load(
        files: &RulesetFiles,
        previous: Option<&Ruleset>,
        generation: Generation,
        strictness: Strictness,
    ) -> Result<Compiled, RulesetError> {
        let rules = read_all(&files.rules)?;
        let policies = read_all(&files.policies)?;
        let thresholds = read_all(&files.thresholds)?;
        let texts = Texts {
            rules: &rules,
            policies: &policies,
            variables: &files.variables,
            thresholds: &thresholds,
        };
        let previous = previous.map(|previous| &*previous.detect);
        let read = Reputations::read(&read_all(&files.categories)?, &read_all(&files.reputations)?);
        let (reputations, diagnostics) = (Arc::new(read.0), read.1);
        let inheritance = Inheritance {
            previous,
            files: &files.sets,
            reputations: Some(&reputations),
            shared_bits: files.shared_bits,
        };
        let compiler = Compiler::new(files.cache.as_deref().and_then(open_cache));
        if strictness == Strictness::Strict && !diagnostics.is_empty() {
            return Err(RulesetError::Invalid(diagnostics));
        }
        let mut compiled = Ruleset::build(&texts, inheritance, &compiler, generation, strictness)?;
        compiled.diagnostics.extend(diagnostics);
        Ok(compiled)
    }

    /// Compiles texts, without a cache.
    pub fn compile(
        rules: &[Arc<Source>],
        policies: &[Arc<Source>],
        variables: &[(String, String)],
        generation: Generation,
        strictness: Strictness,
    ) -> Result<Compiled, RulesetError> {
        let texts = Texts { rules, policies, variables, ..Texts::default() };
        Ruleset::build(&texts, Inheritance::default(), &Compiler::default(), generation, strictness)
    }

    /// Compiles texts to follow a rule set that is in force.
    pub fn compile_after(
        rules: &[Arc<Source>],
        policies: &[Arc<Source>],
        previous: &Ruleset,
        strictness: Strictness,
    ) -> Result<Compiled, RulesetError> {
        let texts = Texts { rules, policies, ..Texts::default() };
        let inheritance = Inheritance { previous: Some(&previous.detect), ..Inheritance::default() };
        Ruleset::build(&texts, inheritance, &Compiler::default(), previous.generation.next(), strictness)
    }

    /// Compiles signatures with what is around them: what is said of them in other files, sets, reputations.
    pub fn compile_with(
        rules: &[Arc<Source>],
        thresholds: &[Arc<Source>],
        inheritance: Inheritance<'_>,
        generation: Generation,
        strictness: Strictness,
    ) -> Result<Compiled, RulesetError> {
        let texts = Texts { rules, thresholds, ..Texts::default() };
        Ruleset::build(&texts, inheritance, &Compiler::default(), generation, strictness)
    }

    fn build(
        texts: &Texts<'_>,
        inheritance: Inheritance<'_>,
        compiler: &Compiler,
        generation: Generation,
        strictness: Strictness,
    ) -> Result<Compiled, RulesetError> {
        let Texts { rules, policies, variables, thresholds } = texts;
        let (policy, mut diagnostics) = if policies.is_empty() {
            (Policy::allow_all(), Vec::new())
        } else {
            Policy::load(policies).map_err(RulesetError::Invalid)?
        };
        let variables = Variables::with(variables);
        let loaded = signature::load(rules, &variables);
        diagnostics.extend(loaded.diagnostics);
        let (adjustments, wrong) = signature::adjustments(thresholds, &variables, &loaded.set);
        diagnostics.extend(wrong);
        let ((databases, report), (detect, unasked)) = thread::scope(|scope| {
            let detect = scope.spawn(|| DetectTable::compile(&loaded.set, inheritance, compiler));
            let databases = Databases::compile_with(&loaded.set, compiler);
            (databases, detect.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let undecoded: usize = loaded.undecoded.values().sum();
        let left_out = loaded.failed + undecoded + report.diagnostics.len() + unasked.diagnostics.len();
        diagnostics.extend(report.diagnostics);
        diagnostics.extend(unasked.diagnostics);
        if strictness == Strictness::Strict && diagnostics.iter().any(|d| d.severity == Severity::Error) {
            return Err(RulesetError::Invalid(diagnostics));
        }
        let ruleset = Ruleset {
            generation,
            signatures: Arc::new(loaded.set),
            policy: Arc::new(policy),
            databases: Arc::new(databases),
            detect: Arc::new(detect),
            adjustments,
        };
        let (undecoded, unread) = (loaded.undecoded, loaded.failed);
        let cache = compiler.cache_counters();
        Ok(Compiled { ruleset, diagnostics, left_out, undecoded, unread, cache })
    }

    /// Writes the sets that rules save, off the data path. What can't be written is logged.
    pub fn save_sets(&self) {
        let (saved, errors) = save_sets(self.detect.sets());
        for error in errors {
            tracing::error!("{error}");
        }
        if saved > 0 {
            tracing::info!(saved, "datasets are written");
        }
    }

    /// What the event writer needs to name the rules and identities of this generation.
    pub fn catalog(&self, wires: Arc<[String]>) -> Catalog {
        Catalog {
            generation: self.generation,
            signatures: self.signatures.clone(),
            policy: self.policy.clone(),
            sets: self.detect.sets().clone(),
            wires,
        }
    }
}

/// Rules are in force with a cache or without, so one that can't be used is no more than a warning.
fn open_cache(directory: &Path) -> Option<DatabaseCache> {
    DatabaseCache::open(directory)
        .inspect_err(|error| tracing::warn!("compiled rules are not kept: {error}"))
        .ok()
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<Arc<Source>>, RulesetError> {
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Arc<Source>, RulesetError> {
    // Rule files in the wild hold bytes of any encoding in their comments and messages.
    let bytes = std::fs::read(path).map_err(|error| RulesetError::Read { path: path.to_owned(), error })?;
    Ok(Source::new(path.display().to_string(), String::from_utf8_lossy(&bytes)))
}
