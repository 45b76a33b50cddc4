//! Which plain signatures Hyperscan refuses, and which of them PCRE takes: those with back-references, look-around and
//! the like, which no automaton can follow. They are asked of each payload, within limits, instead of being scanned for.

use weir_rules::signature::{Pattern, Presence, RuleIndex, Signature};

use super::database::scan_pattern;
use super::plan::{GroupPlan, Report};

/// The condition of a plain signature that Hyperscan refuses by its syntax, and why.
pub(super) fn refused(rule: RuleIndex, signature: &Signature) -> Option<(usize, String)> {
    let mut alone = GroupPlan::default();
    alone.add(rule, signature.plain_conditions()?);
    alone.patterns.iter().zip(&alone.uses).find_map(|(key, uses)| {
        let pattern = scan_pattern(key);
        if matches!(key.report, Report::Once | Report::Ends) && pattern.is_literal() {
            return None;
        }
        let error = pattern.numbered(0).info().err()?;
        Some((usize::from(uses.first()?.step), error.to_string()))
    })
}

/// Whether a plain signature is confirmed by PCRE, because it has an expression that Hyperscan can't run.
pub fn is_for_pcre(rule: RuleIndex, signature: &Signature) -> bool {
    let conditions = signature.plain_conditions().unwrap_or_default();
    let beyond_automata = |pattern: &Pattern| match pattern {
        Pattern::Regex { expression, .. } => needs_backtracking(expression),
        Pattern::Literal { .. } => false,
    };
    conditions.iter().any(|condition| beyond_automata(&condition.pattern))
        && conditions.iter().any(|condition| condition.presence == Presence::Required)
        && refused(rule, signature).is_some()
}

/// Whether an expression may have what only backtracking can follow. Cheap, and rather too often than too seldom: what
/// Hyperscan takes in the end goes to it.
fn needs_backtracking(expression: &str) -> bool {
    const GROUPS: [&str; 11] = ["(?=", "(?!", "(?<", "(?>", "(?(", "(?P=", "(?P>", "(?R", "(?&", "(?|", "(*"];
    const ESCAPES: [&str; 5] = ["\\k", "\\g", "\\G", "\\K", "\\X"];
    const POSSESSIVE: [&str; 4] = ["++", "*+", "?+", "}+"];
    let has = |words: &[&str]| words.iter().any(|word| expression.contains(word));
    let refers_back = || expression.as_bytes().windows(2).any(|pair| matches!(pair, [b'\\', b'1'..=b'9']));
    has(&GROUPS) || has(&ESCAPES) || has(&POSSESSIVE) || refers_back()
}

#[cfg(test)]
mod tests {
    use weir_rules::diagnostic::Source;
    use weir_rules::signature::{Variables, load};

    use super::*;

    #[test]
    fn what_backtracks_goes_to_pcre_and_nothing_else() {
        for (conditions, expected) in [
            (r#"pcre:"/a(?=b)/";"#, true),
            (r#"pcre:"/(a)\1/";"#, true),
            (r#"content:"a"; pcre:"/(?<!x)b/R";"#, true),
            (r#"pcre:"/a++b/";"#, true),
            (r#"pcre:"/(?:a|b)c/";"#, false),
            (r#"pcre:"/a*/";"#, false),
            (r#"pcre:"/\+\+/";"#, false),
            (r#"pcre:!"/a(?=b)/";"#, false),
            (r#"content:"a";"#, false),
        ] {
            let rule = format!("alert tcp any any -> any any ({conditions} sid:1;)");
            let set = load(&[Source::new("t.rules", rule)], &Variables::default()).set;
            let signature = set.signatures.first().unwrap_or_else(|| panic!("{conditions} loads"));
            assert_eq!(is_for_pcre(RuleIndex(0), signature), expected, "{conditions}");
        }
    }
}
