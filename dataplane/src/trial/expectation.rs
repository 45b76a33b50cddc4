//! What the author of a signature expects of it, written in comments of the rule file.
//!
//! ```text
//!  # expect: sid 1000001 alerts                          on every capture that is given
//!  # expect: sid 1000001 alerts 2 on login.pcap          exactly twice on this one, beside the rule file
//!  # expect: sid 1000001 silent on harmless.pcap
//!  # expect: sid 1000001 alerts in response "AKIA…"      an exchange of HTTP with this body
//!  # expect: sid 1000001 silent in uri "/index.html"
//! ```
//!
//! Texts are quoted as in JSON; bytes that are no text are written `hex "80 04 95"`. `uri`, `request` and `response` are parts of an exchange of HTTP; `client` and `server` are
//! all that an end sends.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use weir_rules::diagnostic::{Diagnostic, Position, Source};

/// What stands before an expectation.
const MARK: &str = "expect:";

/// Bytes of a text that are shown.
const SHOWN: usize = 60;

/// How an expectation is written, for those who wrote one wrong.
const HELP: &str =
    "write `# expect: sid 1000001 alerts`, with a number of times, `on FILE` or `in response \"TEXT\"`";

/// What a signature is to do with some traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The number of the signature.
    pub sid: u32,
    /// What it is to do.
    pub wanted: Wanted,
    /// With what.
    pub traffic: Traffic,
    /// Where it is written.
    pub at: Position,
}

/// What a signature is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Alert at least once.
    Alerts,
    /// Alert exactly so often.
    Times(u64),
    /// Not alert.
    Silent,
}

/// Traffic of an expectation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Traffic {
    /// Every capture that is given on the command line, by itself.
    Given,
    /// This capture.
    Capture(PathBuf),
    /// An exchange in which this is said.
    Text(Said, Vec<u8>),
}

/// In which place of an exchange something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// The target of a request.
    Uri,
    /// The body of a request.
    Request,
    /// The body of a response.
    Response,
    /// All that the client sends.
    Client,
    /// All that the server sends.
    Server,
}

impl Said {
    const ALL: [(&'static str, Said); 5] = [
        ("uri", Said::Uri),
        ("request", Said::Request),
        ("response", Said::Response),
        ("client", Said::Client),
        ("server", Said::Server),
    ];

    fn name(self) -> &'static str {
        Said::ALL.iter().find(|(_, said)| *said == self).map_or("", |(name, _)| name)
    }
}

impl Wanted {
    /// Whether alerting `count` times is what is wanted.
    pub fn is_met_by(self, count: u64) -> bool {
        match self {
            Wanted::Alerts => count > 0,
            Wanted::Times(times) => count == times,
            Wanted::Silent => count == 0,
        }
    }

    /// Whether it is that the signature finds something.
    pub fn is_positive(self) -> bool {
        !matches!(self, Wanted::Silent | Wanted::Times(0))
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sid {} ", self.sid)?;
        match self.wanted {
            Wanted::Alerts => f.write_str("alerts")?,
            Wanted::Times(times) => write!(f, "alerts {times}")?,
            Wanted::Silent => f.write_str("silent")?,
        }
        match &self.traffic {
            Traffic::Given => Ok(()),
            Traffic::Capture(path) => write!(f, " on {}", path.display()),
            Traffic::Text(said, text) => {
                let shown = text.get(..SHOWN).unwrap_or(text);
                let more = if shown.len() < text.len() { "…" } else { "" };
                write!(f, " in {} \"{}\"{more}", said.name(), shown.escape_ascii())
            }
        }
    }
}

/// The expectations in the comments of a rule file, and what is wrong with those that can't be read.
pub fn read_expectations(source: &Arc<Source>) -> (Vec<Expectation>, Vec<Diagnostic>) {
    let (mut expectations, mut wrong) = (Vec::new(), Vec::new());
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let Some(comment) = line.trim_start().strip_prefix('#') else { continue };
        let Some(text) = comment.trim_start_matches('#').trim().strip_prefix(MARK) else { continue };
        let span: Range<usize> = at..at + line.trim_end().len();
        match read(text.trim()) {
            Ok((sid, wanted, traffic)) => {
                expectations.push(Expectation { sid, wanted, traffic, at: source.position(at) });
            }
            Err(message) => wrong.push(Diagnostic::error(source, span, message).with_help(HELP)),
        }
    }
    (expectations, wrong)
}

fn read(text: &str) -> Result<(u32, Wanted, Traffic), String> {
    let (word, rest) = next_word(text);
    if word != "sid" {
        return Err(format!("an expectation starts with `sid`, not `{word}`"));
    }
    let (number, rest) = next_word(rest);
    let sid = number.parse().map_err(|_| format!("`{number}` is not the number of a signature"))?;
    let (verb, rest) = next_word(rest);
    let (wanted, rest) = match verb {
        "silent" => (Wanted::Silent, rest),
        "alerts" => match next_word(rest) {
            (times, behind) if times.starts_with(|c: char| c.is_ascii_digit()) => {
                let times = times.parse().map_err(|_| format!("`{times}` is not a number of times"))?;
                (Wanted::Times(times), behind)
            }
            _ => (Wanted::Alerts, rest),
        },
        _ => return Err(format!("a signature `alerts` or is `silent`; it can't `{verb}`")),
    };
    Ok((sid, wanted, traffic(rest)?))
}

fn traffic(text: &str) -> Result<Traffic, String> {
    let (word, rest) = next_word(text);
    match word {
        "" => Ok(Traffic::Given),
        "on" if rest.is_empty() => Err("on which capture?".to_owned()),
        "on" => Ok(Traffic::Capture(PathBuf::from(rest))),
        "in" => {
            let (place, text) = next_word(rest);
            let said = Said::ALL.iter().find(|(name, _)| *name == place).map(|(_, said)| *said);
            let said = said.ok_or_else(|| {
                let names: Vec<&str> = Said::ALL.iter().map(|(name, _)| *name).collect();
                format!("`{place}` is no place in an exchange; these are: {}", names.join(", "))
            })?;
            let (quoted, is_hex) = match next_word(text) {
                ("hex", quoted) => (quoted, true),
                _ => (text, false),
            };
            let text: String =
                serde_json::from_str(quoted).map_err(|error| format!("the text is not quoted: {error}"))?;
            Ok(Traffic::Text(said, if is_hex { bytes_of(&text)? } else { text.into_bytes() }))
        }
        _ => Err(format!("`{word}` is not understood")),
    }
}

/// The bytes that pairs of hexadecimal digits stand for.
fn bytes_of(hex: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| {
        let digit = |&byte: &u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        }
    };
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes.ok_or_else(|| "bytes are pairs of hexadecimal digits: `hex \"80 04 95\"`".to_owned())
}

/// The first word, and what comes behind the blanks after it.
fn next_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}
