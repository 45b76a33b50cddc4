//! A `content` and the `pcre` that must follow it at once, as one pattern.
//!
//! Rules often name a literal and go on just behind it: `content:"id="; pcre:"/^\s*\d+/R";`. Apart, the scanner has to
//! report where each match of the expression starts, and it reports the leftmost start only: of `id= 7`, where the
//! content is `id= `, the blanks would belong to both and the match be missed. Together they are one expression, which
//! needs no starts.

use super::condition::{Case, Condition, Pattern, Placement, Presence};

/// The longest literal that is joined: written as an expression it takes four times its length, and the scanner's
/// expressions are bounded.
const MAX_LITERAL: usize = 512;

/// Joins each pair of conditions that says "this literal, and at once this expression".
pub(super) fn fuse(conditions: Vec<Condition>) -> Vec<Condition> {
    let mut fused: Vec<Condition> = Vec::with_capacity(conditions.len());
    for condition in conditions {
        match fused.last().and_then(|before| joined(before, &condition)) {
            Some(both) => {
                fused.pop();
                fused.push(both);
            }
            None => fused.push(condition),
        }
    }
    fused
}

fn joined(before: &Condition, condition: &Condition) -> Option<Condition> {
    let (Pattern::Literal { bytes, case }, Pattern::Regex { expression, flags }) =
        (&before.pattern, &condition.pattern)
    else {
        return None;
    };
    let at_once = condition.placement == Placement::Relative { distance: 0, within: Some(0) };
    // Where the literal has to end early, the end of both together says nothing about it.
    let unbounded =
        matches!(before.placement, Placement::ANYWHERE | Placement::Relative { within: None, .. });
    let both_required = before.presence == Presence::Required && condition.presence == Presence::Required;
    // A comment at the end of an extended expression would swallow what is put behind it.
    if !at_once || !unbounded || !both_required || flags.extended || bytes.len() > MAX_LITERAL {
        return None;
    }
    let literal: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    let case = match case {
        Case::Sensitive => "-i",
        Case::Insensitive => "i",
    };
    Some(Condition {
        pattern: Pattern::Regex { expression: format!("(?{case}:{literal})(?:{expression})"), flags: *flags },
        placement: before.placement,
        presence: Presence::Required,
        span: before.span.start..condition.span.end,
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::signature::{Condition, Variables, load};

    fn conditions(options: &str) -> Vec<String> {
        let text = format!("alert tcp any any -> any any ({options} sid:1;)");
        let loaded = load(&[Source::new("t", text)], &Variables::default());
        loaded.set.signatures[0].plain_conditions().unwrap().iter().map(Condition::to_string).collect()
    }

    #[test]
    fn an_expression_just_behind_a_literal_is_one_with_it() {
        let found = conditions(r#"content:"a "; pcre:"/^\s+b/R"; content:"c"; distance:1;"#);
        assert_eq!(found, [r#"pcre:"/(?-i:\x61\x20)(?:\s+b)/";"#, r#"content:"c"; distance:1;"#]);
        let found = conditions(r#"content:"a"; content:"b"; nocase; distance:2; pcre:"/^(?:c|d)/iR";"#);
        assert_eq!(found[1], r#"pcre:"/(?i:\x62)(?:(?:c|d))/iR";"#);
    }

    #[test]
    fn what_is_bounded_or_negated_or_elsewhere_stays_apart() {
        for options in [
            r#"content:"a"; depth:9; pcre:"/^b/R";"#,
            r#"content:"a"; within:9; pcre:"/^b/R";"#,
            r#"content:!"a"; pcre:"/^b/R";"#,
            r#"content:"a"; pcre:!"/^b/R";"#,
            r#"content:"a"; pcre:"/b/R";"#,
            r#"content:"a"; pcre:"/^b#/Rx";"#,
            r#"content:"a"; content:!"c"; distance:0; pcre:"/^b/R";"#,
        ] {
            let apart = options.matches("content:").count() + options.matches("pcre:").count();
            assert_eq!(conditions(options).len(), apart, "{options}");
        }
    }
}
