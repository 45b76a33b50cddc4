//! What is said about signatures beside their rules: Suricata's `threshold.config`.
//!
//! ```text
//! event_filter gen_id 1, sig_id 2002087, type limit, track by_src, count 1, seconds 60
//! rate_filter  gen_id 1, sig_id 2002087, track by_src, count 100, seconds 60, new_action drop, timeout 30
//! suppress     gen_id 1, sig_id 2002087, track by_src, ip [10.0.0.0/8,$HOME_NET]
//! ```
//!
//! `threshold` is an older name of `event_filter`. A `sig_id` of 0 means all signatures of the generator, a `gen_id` of 0
//! those of all. What names a signature takes the place of its own `threshold`; what means all leaves that alone.

use std::collections::HashMap;
use std::sync::Arc;

use super::expression::Evaluator;
use super::fault::Fault;
use super::keyword::{Rate, named_argument, number};
use super::limits::Limits;
use super::rule::{RejectTo, RuleAction, RuleIndex, SignatureId};
use super::set::SignatureSet;
use super::state::{Threshold, Track};
use super::text::{Piece, Rules};
use super::variables::Variables;
use crate::diagnostic::{Diagnostic, Source};
use crate::ranges::RangeSet;
use crate::signature::address::Addresses;

/// What is said about one signature.
#[derive(Clone, Debug, Default)]
pub struct Adjustment {
    /// In place of its own `threshold`.
    pub threshold: Option<Threshold>,
    /// Matches that are not reported.
    pub suppressions: Vec<Arc<Suppression>>,
    /// Another action, where it matches often.
    pub rate: Option<RateFilter>,
}

/// Matches that are not reported. What their signature does is done all the same.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Of which end.
    pub end: SuppressedEnd,
    /// The addresses of that end.
    pub addresses: Arc<RangeSet<u128>>,
}

/// Of which end the address decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SuppressedEnd {
    /// Of none: all matches are meant.
    Any,
    /// The sender's.
    Source,
    /// The receiver's.
    Destination,
    /// The one's or the other's.
    Either,
}

impl Suppression {
    /// Whether a match between two addresses, IPv4 being mapped, is not reported.
    pub fn covers(&self, source: [u8; 16], destination: [u8; 16]) -> bool {
        let is_in = |address| self.addresses.contains(u128::from_be_bytes(address));
        match self.end {
            SuppressedEnd::Any => true,
            SuppressedEnd::Source => is_in(source),
            SuppressedEnd::Destination => is_in(destination),
            SuppressedEnd::Either => is_in(source) || is_in(destination),
        }
    }
}

/// Another action for a time, where a signature matches more often than so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateFilter {
    /// What is counted together.
    pub track: Track,
    /// Matches that it takes.
    pub count: u32,
    /// Seconds in which they are counted.
    pub seconds: u32,
    /// The action.
    pub action: RuleAction,
    /// Seconds for which it is done.
    pub timeout: u32,
}

/// All that is said beside rules.
#[derive(Clone, Debug, Default)]
pub struct Adjustments(HashMap<RuleIndex, Adjustment>);

impl Adjustments {
    /// What is said about a signature; nothing, for most.
    pub fn of(&self, rule: RuleIndex) -> Option<&Adjustment> {
        self.0.get(&rule)
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What one line says.
enum Saying {
    Threshold(Threshold),
    Suppression(Arc<Suppression>),
    Rate(RateFilter),
}

/// Parses files; a line with an error is left out, the others count.
pub fn adjustments(
    sources: &[Arc<Source>],
    variables: &Variables,
    set: &SignatureSet,
) -> (Adjustments, Vec<Diagnostic>) {
    let limits = Limits::default();
    let mut addresses = Evaluator::new(variables, limits.nesting);
    let by_id: HashMap<SignatureId, RuleIndex> =
        set.iter().map(|(rule, signature)| (signature.id, rule)).collect();
    let (mut adjustments, mut diagnostics) = (Adjustments::default(), Vec::new());
    for source in sources {
        for line in Rules::of(&source.text) {
            match read(Piece { text: &line.text, at: 0 }, &mut addresses) {
                Ok((id, saying)) => adjustments.say(id, &saying, set, &by_id),
                Err(fault) if diagnostics.len() < limits.diagnostics => {
                    diagnostics.push(fault.into_diagnostic(source, &line));
                }
                Err(_) => {}
            }
        }
    }
    (adjustments, diagnostics)
}

impl Adjustments {
    fn say(
        &mut self,
        id: SignatureId,
        saying: &Saying,
        set: &SignatureSet,
        by_id: &HashMap<SignatureId, RuleIndex>,
    ) {
        if id.sid != 0 && id.gid != 0 {
            if let Some(&rule) = by_id.get(&id) {
                self.0.entry(rule).or_default().take(saying);
            }
            return;
        }
        for (rule, signature) in set.iter() {
            let meant =
                (id.gid == 0 || id.gid == signature.id.gid) && (id.sid == 0 || id.sid == signature.id.sid);
            let known = self.0.get(&rule);
            // What was said of it by name stays.
            let stays = match saying {
                Saying::Threshold(_) => {
                    signature.threshold.is_some() || known.is_some_and(|known| known.threshold.is_some())
                }
                Saying::Rate(_) => known.is_some_and(|known| known.rate.is_some()),
                Saying::Suppression(_) => false,
            };
            if meant && !stays {
                self.0.entry(rule).or_default().take(saying);
            }
        }
    }
}

impl Adjustment {
    fn take(&mut self, saying: &Saying) {
        match saying {
            Saying::Threshold(threshold) => self.threshold = Some(*threshold),
            Saying::Rate(rate) => self.rate = Some(*rate),
            Saying::Suppression(suppression) => self.suppressions.push(Arc::clone(suppression)),
        }
    }
}

fn read(line: Piece<'_>, addresses: &mut Evaluator<'_, Addresses>) -> Result<(SignatureId, Saying), Fault> {
    let line = line.trimmed();
    let (kind, rest) = named_argument(line);
    let mut parts = split_outside_brackets(rest);
    let mut id = |wanted: &str| {
        let found = parts.iter().position(|part| named_argument(*part).0 == wanted);
        let part = found.map(|at| parts.remove(at)).ok_or_else(|| {
            Fault::error(line.span(), format!("{wanted} is missing"))
                .with_help("write `gen_id 1, sig_id 2002087`")
        })?;
        number(named_argument(part).1, 0..=u32::MAX)
    };
    let id = SignatureId { gid: id("gen_id")?, sid: id("sig_id")? };
    let saying = match kind {
        "event_filter" | "threshold" => Saying::Threshold(threshold(line, &parts)?),
        "rate_filter" => Saying::Rate(rate_filter(line, &parts)?),
        "suppress" => Saying::Suppression(Arc::new(suppression(line, &parts, addresses)?)),
        _ => {
            return Err(Fault::error(line.span(), format!("{kind:?} is not said about signatures"))
                .with_help("lines begin with event_filter, threshold, rate_filter or suppress"));
        }
    };
    Ok((id, saying))
}

/// Commas separate, but not those in lists.
fn split_outside_brackets<'t>(text: Piece<'t>) -> Vec<Piece<'t>> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    let part = |start: usize, end: usize| {
        Piece { text: text.text.get(start..end).unwrap_or_default(), at: text.at + start }.trimmed()
    };
    for (at, byte) in text.text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(part(start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(part(start, text.text.len()));
    parts.retain(|part| !part.text.is_empty());
    parts
}

fn threshold(line: Piece<'_>, parts: &[Piece<'_>]) -> Result<Threshold, Fault> {
    Rate::of(parts.iter().copied())?.threshold(line)?.ok_or_else(|| {
        Fault::error(line.span(), "a filter without track, count or seconds")
            .with_help("write `…, type limit, track by_src, count 1, seconds 60`")
    })
}

fn rate_filter(line: Piece<'_>, parts: &[Piece<'_>]) -> Result<RateFilter, Fault> {
    let (mut action, mut timeout) = (None, None);
    let mut others = Vec::new();
    for &part in parts {
        let (name, argument) = named_argument(part);
        match name {
            "new_action" => action = Some(self::action(argument)?),
            "timeout" => timeout = Some(number(argument, 0..=u32::MAX)?),
            _ => others.push(part),
        }
    }
    let rate = Rate::of(others.into_iter())?;
    match (rate.track, rate.count, rate.seconds, action, timeout) {
        (Some(track), Some(count), Some(seconds), Some(action), Some(timeout)) => {
            Ok(RateFilter { track, count, seconds, action, timeout })
        }
        _ => Err(Fault::error(
            line.span(),
            "a rate_filter without track, count, seconds, new_action or timeout",
        )
        .with_help("write `…, track by_src, count 100, seconds 60, new_action drop, timeout 30`")),
    }
}

fn action(text: Piece<'_>) -> Result<RuleAction, Fault> {
    Ok(match text.text {
        "alert" => RuleAction::Alert,
        "pass" => RuleAction::Pass,
        "drop" => RuleAction::Drop,
        "reject" => RuleAction::Reject(RejectTo::Both),
        _ => {
            return Err(Fault::error(text.span(), "this is not an action")
                .with_help("write alert, drop, pass or reject"));
        }
    })
}

fn suppression(
    line: Piece<'_>,
    parts: &[Piece<'_>],
    addresses: &mut Evaluator<'_, Addresses>,
) -> Result<Suppression, Fault> {
    let (mut end, mut of) = (None, None);
    for &part in parts {
        let (name, argument) = named_argument(part);
        match (name, argument.text) {
            ("track", "by_src") => end = Some(SuppressedEnd::Source),
            ("track", "by_dst") => end = Some(SuppressedEnd::Destination),
            ("track", "by_either") => end = Some(SuppressedEnd::Either),
            ("ip", _) => of = Some(addresses.evaluate(argument)?),
            _ => {
                return Err(Fault::error(part.span(), "this does not tell what is suppressed").with_help(
                    "write `track by_src, ip 10.0.0.0/8`; tracks are by_src, by_dst and by_either",
                ));
            }
        }
    }
    match (end, of) {
        (None, None) => Ok(Suppression { end: SuppressedEnd::Any, addresses: Arc::new(RangeSet::full()) }),
        (Some(end), Some(addresses)) => Ok(Suppression { end, addresses }),
        _ => Err(Fault::error(line.span(), "track and ip go together")
            .with_help("write both, or neither to suppress all")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::set::load;
    use super::*;

    const RULES: &str = "alert tcp any any -> any any (sid:1;)
        alert tcp any any -> any any (threshold:type limit, track by_src, count 1, seconds 5; sid:2;)
        alert tcp any any -> any any (gid:3; sid:1;)";

    fn read_all(text: &str) -> (Adjustments, Vec<String>) {
        let set = load(&[Source::new("a.rules", RULES)], &Variables::default()).set;
        assert_eq!(set.signatures.len(), 3);
        let (adjustments, diagnostics) =
            adjustments(&[Source::new("threshold.config", text)], &Variables::default(), &set);
        (adjustments, diagnostics.iter().map(ToString::to_string).collect())
    }

    fn address(text: &str) -> [u8; 16] {
        match text.parse().expect("an address") {
            std::net::IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            std::net::IpAddr::V6(v6) => v6.octets(),
        }
    }

    #[test]
    fn what_names_a_signature_outweighs_what_means_all() {
        let (adjustments, said) = read_all(
            "# comment\nevent_filter gen_id 1, sig_id 2, type both, track by_both, count 7, seconds 60\n\
             threshold gen_id 1, sig_id 0, type limit, track by_rule, \\\n  count 9, seconds 60\n",
        );
        assert_eq!(said, [""; 0]);
        let count = |rule| adjustments.of(RuleIndex(rule)).and_then(|a| a.threshold).map(|t| t.count);
        assert_eq!((count(0), count(1), count(2)), (Some(9), Some(7), None));
        let (adjustments, _) =
            read_all("event_filter gen_id 0, sig_id 0, type limit, track by_dst, count 9, seconds 6");
        let count = |rule| adjustments.of(RuleIndex(rule)).and_then(|a| a.threshold).map(|t| t.count);
        assert_eq!((count(0), count(1), count(2)), (Some(9), None, Some(9)), "it has its own");
    }

    #[test]
    fn suppressions_are_of_addresses() {
        let (adjustments, said) = read_all(
            "suppress gen_id 1, sig_id 1, track by_src, ip [10.0.0.0/8, !10.0.0.1]\n\
             suppress gen_id 1, sig_id 1, track by_either, ip $HOME_NET\nsuppress gen_id 3, sig_id 1\n",
        );
        assert_eq!(said, [""; 0]);
        let [first, second] = &adjustments.of(RuleIndex(0)).expect("two").suppressions[..] else {
            panic!("two")
        };
        let covers = |s: &Suppression, a, b| s.covers(address(a), address(b));
        assert!(covers(first, "10.0.0.2", "1.1.1.1") && !covers(first, "10.0.0.1", "10.0.0.2"));
        assert!(covers(second, "1.1.1.1", "192.168.0.1") && !covers(second, "1.1.1.1", "2.2.2.2"));
        assert!(adjustments.of(RuleIndex(2)).expect("all").suppressions[0].covers([0; 16], [0; 16]));
    }

    #[test]
    fn rates_change_actions() {
        let (adjustments, said) = read_all(
            "rate_filter gen_id 1, sig_id 1, track by_rule, count 3, seconds 10, new_action drop, timeout 30",
        );
        assert_eq!(said, [""; 0]);
        let rate = adjustments.of(RuleIndex(0)).and_then(|a| a.rate).expect("a rate");
        assert_eq!((rate.count, rate.action, rate.timeout), (3, RuleAction::Drop, 30));
    }

    #[test]
    fn faults_have_a_place() {
        for (text, want) in [
            ("supress gen_id 1, sig_id 1", "1:1: error: \"supress\" is not said"),
            ("\nsuppress gen_id 1", "2:1: error: sig_id is missing"),
            ("suppress gen_id 1, sig_id 1, track by_src", "track and ip go together"),
            ("suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0", "is not an address"),
            ("event_filter gen_id 1, sig_id 1, type x, track by_src, count 1, seconds 1", "1:39: error"),
            ("rate_filter gen_id 1, sig_id 1, track by_src, count 1, seconds 1", "without track"),
        ] {
            let (adjustments, said) = read_all(text);
            assert!(adjustments.is_empty() && said.len() == 1 && said[0].contains(want), "{text}: {said:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "(suppress |event_filter |rate_filter |gen_id 1,|sig_id 1,|\\PC|[,\\[\\]\n]){0,40}") {
            let _ = read_all(&text);
        }
    }
}
