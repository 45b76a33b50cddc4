//! `weir rules test`: signatures against what their author expects of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use weir_rules::diagnostic::Source;

use super::super::Failure;
use super::super::rules_source::RulesSource;
use crate::config::Config;
use crate::ruleset::Ruleset;
use crate::trial::{Exchange, Expectation, Profiling, Traffic, Trial, read_expectations};

/// What `weir rules test` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Expectations are comments of the rule file, best beside the rule that they are about:

  # expect: sid 1000001 alerts                           on every capture given with --pcap
  # expect: sid 1000001 alerts 2 on login.pcap           exactly twice on this one, beside the rule file
  # expect: sid 1000001 silent on harmless.pcap
  # expect: sid 1000001 alerts in response \"AKIA…\"       an exchange of HTTP with this body, no capture needed
  # expect: sid 1000001 silent in request \"hello\"        also: in uri; in client, in server: all that an end sends

Texts are quoted as in JSON (\\\" \\n \\u0041); bytes are `hex \"80 04 95\"`. Each expectation is a line of the output that starts with `pass` or
`FAIL`. Exit codes: 0 all passed, 1 one failed, 2 an expectation can't be read or wrong usage.")]
pub struct Arguments {
    /// Signature files with expectations in their comments.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A capture for the expectations that name none, and to find those that name one of this name.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pcap: Vec<PathBuf>,
    #[command(flatten)]
    source: RulesSource,
    /// Fail where a signature has no expectation that it alerts, or none that it does not.
    #[arg(long)]
    covered: bool,
    /// Show failures only.
    #[arg(short, long)]
    quiet: bool,
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
}

/// An expectation, and what came of it.
struct Verdict {
    place: String,
    says: String,
    failure: Option<String>,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let expectations = read_all(&arguments.files)?;
    let (config, ruleset) = super::compile_quietly(&arguments.source, &arguments.files)?;
    let mut tests = Tests { ruleset, config, given: &arguments.pcap, seen: BTreeMap::new() };
    let mut verdicts = Vec::new();
    for (file, expectation) in &expectations {
        verdicts.extend(tests.check(file, expectation).map_err(Failure::Work)?);
    }
    if arguments.covered {
        verdicts.extend(tests.uncovered(&expectations));
    }
    let failed = verdicts.iter().filter(|verdict| verdict.failure.is_some()).count();
    if arguments.json {
        println!(
            "{:#}",
            json!({ "failed": failed, "expectations": verdicts.iter().map(Verdict::json).collect::<Vec<_>>() })
        );
    } else {
        for verdict in verdicts.iter().filter(|verdict| !arguments.quiet || verdict.failure.is_some()) {
            println!("{}", verdict.line());
        }
        println!("{} passed, {failed} failed", verdicts.len() - failed);
    }
    match failed {
        0 if verdicts.is_empty() => {
            Err(Failure::usage(anyhow::anyhow!("there is nothing to test: no comment starts with `expect:`")))
        }
        0 => Ok(()),
        failed => Err(Failure::work(anyhow::anyhow!("{failed} expectations failed"))),
    }
}

fn read_all(files: &[PathBuf]) -> Result<Vec<(PathBuf, Expectation)>, Failure> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        let bytes = std::fs::read(file).with_context(|| format!("can't read {}", file.display()));
        let bytes = bytes.map_err(Failure::Usage)?;
        let source = Source::new(file.display().to_string(), String::from_utf8_lossy(&bytes));
        let (read, found) = read_expectations(&source);
        all.extend(read.into_iter().map(|expectation| (file.clone(), expectation)));
        wrong.extend(found.iter().map(|diagnostic| diagnostic.render()));
    }
    if wrong.is_empty() { Ok(all) } else { Err(Failure::usage(anyhow::anyhow!(wrong.join("\n\n")))) }
}

/// How often each signature alerted, by its number.
type Counts = BTreeMap<u32, u64>;

struct Tests<'a> {
    ruleset: Arc<Ruleset>,
    config: Config,
    given: &'a [PathBuf],
    /// What each traffic gave: it is sent once, however many expectations are about it.
    seen: BTreeMap<Traffic, Counts>,
}

impl Tests<'_> {
    /// What came of an expectation: as many verdicts as it has captures.
    fn check(&mut self, file: &Path, expectation: &Expectation) -> anyhow::Result<Vec<Verdict>> {
        let place = format!("{}:{}", file.display(), expectation.at.line);
        let verdict = |says: String, failure| Verdict { place: place.clone(), says, failure };
        let known = self.ruleset.signatures.signatures.iter().any(|s| s.id.sid == expectation.sid);
        if !known {
            let failure =
                "there is no such signature; `weir rules check` says which were left out".to_owned();
            return Ok(vec![verdict(expectation.to_string(), Some(failure))]);
        }
        let traffic = match &expectation.traffic {
            Traffic::Given => self.given.iter().map(|path| Traffic::Capture(path.clone())).collect(),
            Traffic::Capture(named) => vec![Traffic::Capture(self.find(file, named))],
            Traffic::Text(..) => vec![expectation.traffic.clone()],
        };
        if traffic.is_empty() {
            let failure = "it names no capture, and none is given with --pcap".to_owned();
            return Ok(vec![verdict(expectation.to_string(), Some(failure))]);
        }
        let mut verdicts = Vec::with_capacity(traffic.len());
        for traffic in traffic {
            let count = self.counts(&traffic)?.get(&expectation.sid).copied().unwrap_or(0);
            let met = expectation.wanted.is_met_by(count);
            let failure = (!met).then(|| format!("it alerted {count} times"));
            verdicts.push(verdict(Expectation { traffic, ..expectation.clone() }.to_string(), failure));
        }
        Ok(verdicts)
    }

    /// A capture that is named: one that is given and called so, or else the one beside the rule file.
    fn find(&self, file: &Path, named: &Path) -> PathBuf {
        let given = self.given.iter().find(|path| path.ends_with(named));
        let beside = || file.parent().unwrap_or(Path::new("")).join(named);
        given.cloned().unwrap_or_else(beside)
    }

    fn counts(&mut self, traffic: &Traffic) -> anyhow::Result<&Counts> {
        if !self.seen.contains_key(traffic) {
            let counts = self.send(traffic)?;
            self.seen.insert(traffic.clone(), counts);
        }
        self.seen.get(traffic).context("what was sent is known")
    }

    fn send(&self, traffic: &Traffic) -> anyhow::Result<Counts> {
        let mut trial = Trial::new(Arc::clone(&self.ruleset), &self.config, Profiling::Off)?;
        match traffic {
            Traffic::Capture(path) => {
                trial.capture(path).with_context(|| format!("can't test with {}", path.display()))?;
            }
            Traffic::Text(said, text) => trial.exchange(&Exchange::of(*said, text)),
            Traffic::Given => {}
        }
        let mut counts = Counts::new();
        for (rule, count) in trial.finish().alerts {
            if let Some(signature) = self.ruleset.signatures.get(rule) {
                *counts.entry(signature.id.sid).or_default() += count;
            }
        }
        Ok(counts)
    }

    /// Signatures of which nobody says when they alert, or when they do not.
    fn uncovered(&self, expectations: &[(PathBuf, Expectation)]) -> Vec<Verdict> {
        let of = |positive: bool| -> BTreeSet<u32> {
            let fitting = expectations.iter().filter(|(_, e)| e.wanted.is_positive() == positive);
            fitting.map(|(_, expectation)| expectation.sid).collect()
        };
        let (alerts, silent) = (of(true), of(false));
        let mut verdicts = Vec::new();
        for signature in &self.ruleset.signatures.signatures {
            let sid = signature.id.sid;
            for (covered, what) in [(&alerts, "alerts"), (&silent, "is silent")] {
                if !covered.contains(&sid) {
                    verdicts.push(Verdict {
                        place: signature.origin.to_string(),
                        says: format!("sid {sid} is covered"),
                        failure: Some(format!("nothing says when it {what}")),
                    });
                }
            }
        }
        verdicts
    }
}

impl Verdict {
    fn line(&self) -> String {
        match &self.failure {
            None => format!("pass  {}: {}", self.place, self.says),
            Some(failure) => format!("FAIL  {}: {}: {failure}", self.place, self.says),
        }
    }

    fn json(&self) -> Value {
        json!({
            "place": self.place,
            "expectation": self.says,
            "passed": self.failure.is_none(),
            "failure": self.failure,
        })
    }
}
