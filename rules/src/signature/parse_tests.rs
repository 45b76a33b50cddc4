use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Diagnostic, Severity, Source};
use crate::field::FieldId;

fn load_text(text: &str) -> Loaded {
    load(&[Source::new("t.rules", text)], &Variables::default())
}

/// The only signature of a rule with these options.
fn options(options: &str) -> Signature {
    let mut loaded = load_text(&format!("alert tcp any any -> any any ({options} sid:1;)"));
    assert!(loaded.diagnostics.is_empty(), "{options}: {:?}", shown(&loaded.diagnostics));
    loaded.set.signatures.remove(0)
}

fn shown(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(Diagnostic::to_string).collect()
}

#[test]
fn reads_everything_that_a_rule_says() {
    let text = concat!(
        r#"drop tcp $HOME_NET any -> [1.2.3.4,10.0.0.0/8] 80:443 (msg:"ET \"quoted\"\; text"; "#,
        r#"flow:established,to_server; content:"GET |20 2f|"; nocase; offset:1; depth:20; content:!"x"; distance:-2; "#,
        r#"within:9; pcre:"/^a\;b[|]/RiG"; reference:url,example.org/a; classtype:trojan-activity; target:dest_ip; "#,
        r#"metadata:created_at 2020_01_01, tag; gid:3; sid:42; rev:7; noalert;)"#
    );
    let loaded = load_text(text);
    assert!(loaded.diagnostics.is_empty(), "{:?}", shown(&loaded.diagnostics));
    let signature = &loaded.set.signatures[0];
    assert_eq!(signature.id.to_string(), "3:42");
    assert_eq!((signature.rev, signature.priority, &*signature.msg), (7, 1, "ET \"quoted\"; text"));
    assert_eq!(signature.category(), "A Network Trojan was detected");
    assert_eq!((signature.action, signature.protocol), (RuleAction::Drop, RuleProtocol::Tcp));
    assert_eq!((signature.target, signature.report), (Some(Target::Destination), ReportAs::Nothing));
    assert_eq!(signature.metadata_value("created_at"), Some("2020_01_01"));
    assert_eq!(signature.metadata_value("tag"), Some(""));
    assert_eq!((&*signature.references[0].system, &*signature.references[0].id), ("url", "example.org/a"));
    assert_eq!(signature.flow.direction, Some(FlowDirection::ToServer));
    assert_eq!(signature.flow.state, Some(FlowState::Established));
    let Some([get, x, regex]) = signature.plain_conditions() else { panic!("{:?}", signature.buffers) };
    assert_eq!(get.pattern, Pattern::Literal { bytes: b"GET  /"[..].into(), case: Case::Insensitive });
    assert_eq!(get.placement, Placement::Absolute { offset: 1, depth: Some(20) });
    assert_eq!(&text[get.span.clone()], r#""GET |20 2f|""#);
    assert_eq!(x.presence, Presence::Absent);
    assert_eq!(x.placement, Placement::Relative { distance: -2, within: Some(9) });
    let flags = RegexFlags { caseless: true, ..RegexFlags::default() };
    assert_eq!(regex.pattern, Pattern::Regex { expression: "a;b[|]".into(), flags });
    assert_eq!(regex.placement, Placement::Relative { distance: 0, within: Some(0) });
    assert_eq!((signature.origin.to_string(), signature.origin.text()), ("t.rules:1".into(), text));
}

#[test]
fn placements_follow_from_modifiers() {
    let table = [
        (r#"content:"ab";"#, Placement::ANYWHERE),
        (r#"content:"ab"; startswith;"#, Placement::Absolute { offset: 0, depth: Some(2) }),
        (r#"content:"ab"; depth:2;"#, Placement::Absolute { offset: 0, depth: Some(2) }),
        (r#"content:"ab"; within:5;"#, Placement::Relative { distance: 0, within: Some(5) }),
        (r#"pcre:"/ab/";"#, Placement::ANYWHERE),
        (r#"pcre:"/ab/R";"#, Placement::Relative { distance: 0, within: None }),
        (r#"pcre:"/^(?:a|b)/R";"#, Placement::Relative { distance: 0, within: Some(0) }),
        (r#"content:"ab"; fast_pattern:only; rawbytes;"#, Placement::ANYWHERE),
        (r#"content:"ab"; fast_pattern:0,1;"#, Placement::ANYWHERE),
    ];
    for (text, placement) in table {
        assert_eq!(options(text).plain_conditions().unwrap()[0].placement, placement, "{text}");
    }
}

#[test]
fn priority_goes_before_that_of_the_class_and_three_is_the_rest() {
    assert_eq!(options("classtype:network-scan; priority:1;").priority, 1);
    assert_eq!(options("classtype:tcp-connection;").priority, 4);
    assert_eq!(options("").priority, 3);
}

#[test]
fn every_mistake_is_reported_at_its_place() {
    let head = "alert tcp any any -> any any ";
    let table = [
        (
            "alrt tcp any any -> any any (sid:1;)",
            "1:1: error: \"alrt\" is not an action (help: do you mean alert?)",
        ),
        ("alert htp any any -> any any (sid:1;)", "1:7: error: \"htp\" is not a protocol"),
        ("alert tcp any -> any any (sid:1;)", "1:1: error: a header of 6 words"),
        ("alert tcp any any <- any any (sid:1;)", "1:19: error: there is no direction"),
        ("alert tcp 10.0.0.0/33 any -> any any (sid:1;)", "1:11: error: \"33\" is not the length"),
        ("alert tcp any 70000 -> any any (sid:1;)", "1:15: error: \"70000\" is not a port"),
        (
            "alert tcp $HOME_NTE any -> any any (sid:1;)",
            "the variable $HOME_NTE is not set (help: $HOME_NET is)",
        ),
        ("alert tcp ![0.0.0.0/0,::/0] any -> any any (sid:1;)", "1:11: error: this leaves no address at all"),
        ("alert tcp !!1.1.1.1 any -> any any (sid:1;)", "negated twice"),
        ("alert tcp [1.1.1.1 any -> any any (sid:1;)", "a header of 3 words"),
        ("alert tcp any any -> any any", "a rule without options"),
        ("alert tcp any any -> any any (sid:1;", "the options are not closed"),
        ("+(sid:1)", "1:31: error: this option is not ended"),
        ("+(msg:\"a;b\"; sid:1;)", "the quotes are not closed"),
        (
            "+(contnet:\"a\"; sid:1;)",
            "1:31: error: \"contnet\" is not a keyword (help: do you mean content?)",
        ),
        ("+(nocase; sid:1;)", "1:31: error: there is no content before it"),
        ("+(content:\"ab\"; depth:1; sid:1;)", "depth is 1, but the content has 2 bytes"),
        ("+(content:\"ab\"; within:1; sid:1;)", "within is 1, but the content has 2 bytes"),
        ("+(content:\"a\"; offset:1; within:9; sid:1;)", "offset and depth count from the start"),
        ("+(content:\"a\"; startswith; depth:9; sid:1;)", "startswith is a place already"),
        ("+(content:\"a\"; offset:65536; sid:1;)", "1:51: error: this number is out of bounds"),
        ("+(content:\"a\"; depth:9; depth:9; sid:1;)", "given twice"),
        ("+(content:\"a|0\"; sid:1;)", "1:41: error: this bar is not closed"),
        ("+(pcre:\"a\"; sid:1;)", "this is not a pcre"),
        ("+(flow:to_server,to_client; sid:1;)", "this contradicts an option before it"),
        ("+(flow:etablished; sid:1;)", "do you mean established?"),
        ("+(msg:\"a\";)", "a rule without a sid"),
        ("+(sid;)", "sid needs a value"),
        ("+(sid:1; nocase:1;)", "nocase takes no value"),
        ("+(sid:0;)", "this number is out of bounds"),
        ("+(reference:cve; sid:1;)", "this is not a reference"),
    ];
    for (rule, expected) in table {
        let rule = rule.strip_prefix('+').map_or_else(|| rule.to_owned(), |rest| format!("{head}{rest}"));
        let loaded = load_text(&rule);
        let shown = shown(&loaded.diagnostics);
        assert!(shown.iter().any(|diagnostic| diagnostic.contains(expected)), "{rule}: {shown:?}");
        assert_eq!((loaded.failed, loaded.set.signatures.len()), (1, 0), "{rule}");
    }
}

#[test]
fn one_wrong_rule_does_not_cost_the_others() {
    let loaded = load_text(concat!(
        "alert tcp any any -> any any (msg:\"one\"; sid:1;)\n# a comment\n",
        "alert tcp any any -> any any (msg:\"two\"; nonsense; bogus; sid:2;)\n",
        "alert tcp any any -> any any \\\n  (msg:\"three\"; classtype:trojan-activty; \\\n  sid:3;)\n"
    ));
    let names: Vec<_> = loaded.set.signatures.iter().map(|signature| &*signature.msg).collect();
    assert_eq!((names, loaded.failed), (vec!["one", "three"], 1));
    let lines: Vec<_> = loaded.diagnostics.iter().map(|d| (d.position().line, d.severity)).collect();
    assert_eq!(lines, [(3, Severity::Error), (3, Severity::Error), (5, Severity::Warning)]);
    assert_eq!(loaded.set.signatures[1].origin.line, 4);
}

#[test]
fn the_higher_revision_of_a_signature_counts() {
    let rule = |sid: u32, rev: u32| format!("alert tcp any any -> any any (sid:{sid}; rev:{rev};)");
    let loaded = load_text(&[rule(1, 2), rule(2, 1), rule(1, 3), rule(1, 1), rule(2, 1)].join("\n"));
    let kept: Vec<_> =
        loaded.set.iter().map(|(index, s)| (index.0, s.id.sid, s.rev, s.origin.line)).collect();
    assert_eq!(kept, [(0, 1, 3, 3), (1, 2, 1, 2)]);
    let told = shown(&loaded.diagnostics);
    assert_eq!((told.len(), loaded.failed), (3, 0));
    assert!(told[0].starts_with("t.rules:1:1: warning: 1:1 rev 2 is there twice"), "{told:?}");
    assert!(told[0].contains("rev 3 at t.rules:3 is used"), "{told:?}");
}

#[test]
fn limits_hold() {
    let source = |text: String| [Source::new("t", text)];
    let rule = |body: &str| format!("alert tcp any any -> any any ({body} sid:1;)");
    let limits = Limits { rule_bytes: 200, rules: 2, options: 9, nesting: 3, ..Limits::default() };
    let first = |text: String| shown(&load_with(&source(text), &Variables::default(), &limits).diagnostics);
    assert!(first(rule(&" ".repeat(200)))[0].contains("a rule of 2"));
    assert!(first(rule(&"gid:1;".repeat(10))).iter().any(|d| d.contains("more than 9 options")));
    assert!(
        first(rule("").replacen("any", &format!("{}any{}", "[".repeat(5), "]".repeat(5)), 1))[0]
            .contains("nested")
    );
    assert!(first(format!("{0}\n{0}\n{0}", rule(""))).iter().any(|d| d.contains("more than 2 rules")));
    let mistakes = load_text(&rule(&"bogus;".repeat(100))).diagnostics;
    assert!(mistakes.len() == 17 && mistakes[16].message.contains("too many mistakes"), "{}", mistakes.len());
    let many = load_text(&rule(&"content:\"a\";".repeat(257)));
    assert!(
        shown(&many.diagnostics)[0].contains("more than 256 conditions"),
        "{:?}",
        shown(&many.diagnostics)
    );
    let many = load_text(&rule(&"content:\"a\";".repeat(65)));
    assert!(many.set.signatures[0].plain_conditions().is_none());
}

/// Rules with a bit of everything, to be mutated.
const SEEDS: [&str; 3] = [
    r#"alert tcp $HOME_NET [80,!81,1024:] <> ![10.0.0.0/8,[1.1.1.1-1.1.1.9,!1.1.1.3]] any (msg:"a\;"; content:!"|0d 0a|x"; nocase; distance:-1; within:9; pcre:"/^a[|]\/b/Rsi"; sid:1; rev:2;)"#,
    "reject udp any any -> $EXTERNAL_NET $HTTP_PORTS \\\n (flow:to_server; content:\"é|ff|\"; offset:3; depth:9; fast_pattern:1,2; metadata:a b, c; sid:2;)",
    "pass ip fc00::/7 :1023 => any !$SHELLCODE_PORTS (classtype:trojan-activity; reference:cve,1; priority:2; sid:3;)",
];

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}|[\\x00-\\xff\\n\\\\;:\"|()]{0,200}") {
        for diagnostic in load_text(&text).diagnostics {
            prop_assert!(!diagnostic.render().is_empty());
        }
    }

    #[test]
    fn mutated_rules_are_survived(
        seed in 0..SEEDS.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, "[\\[\\]!,:;|\"\\\\/()$a-z0-9é\n -]{0,6}"), 1..6),
    ) {
        let mut text: Vec<char> = SEEDS[seed].chars().collect();
        for (at, removed, inserted) in cuts {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        let text: String = text.into_iter().collect();
        let loaded = load_text(&text);
        for diagnostic in &loaded.diagnostics {
            prop_assert!(text.is_char_boundary(diagnostic.span.start) && text.is_char_boundary(diagnostic.span.end));
            prop_assert!(diagnostic.span.start <= diagnostic.span.end, "{diagnostic}");
            prop_assert!(!diagnostic.render().is_empty());
        }
    }

    #[test]
    fn printed_conditions_read_as_themselves(
        bytes in prop::collection::vec(any::<u8>(), 1..20),
        place in prop_oneof![
            (0..100u32, prop::option::of(20..100u32)).prop_map(|(offset, depth)| Placement::Absolute { offset, depth }),
            (-100..100i32, prop::option::of(20..100u32))
                .prop_map(|(distance, within)| Placement::Relative { distance, within }),
        ],
        case in prop::sample::select(vec![Case::Sensitive, Case::Insensitive]),
        presence in prop::sample::select(vec![Presence::Required, Presence::Absent]),
    ) {
        let pattern = Pattern::Literal { bytes: bytes.into(), case };
        let condition = Condition { pattern, placement: place, presence, span: 0..0 };
        let signature = options(&condition.to_string());
        let read = &signature.plain_conditions().unwrap()[0];
        prop_assert_eq!(&Condition { span: 0..0, ..read.clone() }, &condition);
    }
}

#[test]
fn all_seeds_are_right_before_they_are_mutated() {
    let loaded = load_text(&SEEDS.join("\n"));
    assert_eq!((loaded.failed, loaded.set.signatures.len()), (0, 3), "{:?}", shown(&loaded.diagnostics));
    let printed: Vec<_> =
        loaded.set.signatures[0].plain_conditions().unwrap().iter().map(Condition::to_string).collect();
    assert_eq!(printed[0], r#"content:!"|0d 0a|x"; nocase; distance:-1; within:9;"#);
    let _: &Arc<Source> = &loaded.set.signatures[0].origin.source;
}

#[test]
fn relative_conditions_stay_with_the_buffer_of_the_match_before() {
    for text in [
        r#"content:"arg"; http_uri; base64_decode:bytes 17, offset 1, relative; base64_data; content:"x";"#,
        r#"uricontent:"this"; byte_extract:1,2,one,string,dec,relative; uricontent:"his"; depth:one;"#,
        r#"content:"arg"; http_uri; isdataat:3,relative;"#,
    ] {
        let signature = options(text);
        let first = &signature.buffers[0];
        assert_eq!(first.buffer, Buffer::Field(FieldId::HttpUri), "{text}");
        assert!(first.conditions.len() >= 2, "{text}: {first:?}");
        assert!(signature.buffers.iter().all(|buffer| buffer.buffer != Buffer::Payload), "{text}");
    }
}
