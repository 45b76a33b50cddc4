//! What becomes of signatures that Hyperscan does not take, and of patterns at its limits.

use std::sync::Arc;

use weir_rules::diagnostic::Source;
use weir_rules::field::FieldId;
use weir_rules::signature::{SignatureSet, Variables, load};

use super::{Databases, Hits, Inspector, InspectorConfig, Opened};
use crate::flow::Direction;

fn set(rules: &str) -> SignatureSet {
    let loaded = load(&[Source::new("test.rules", rules)], &Variables::default());
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.set
}

fn rule(conditions: &str, sid: usize) -> String {
    format!("alert tcp any any -> any any (flow:to_server; {conditions} sid:{sid};)\n")
}

#[test]
fn what_cannot_be_scanned_is_left_out_and_said() {
    let refused = [
        (r#"pcre:"/a*/";"#, "matches nothing at all"),
        (r#"pcre:"/(?:a?b?)*/R";"#, "matches nothing at all"),
        (r#"pcre:"/a{1,100000}/";"#, "a repeat without measure"),
        (r#"pcre:"/(a/";"#, "no expression"),
        (r#"content:!"a";"#, "nothing that must be there"),
    ];
    for (conditions, why) in refused {
        let text = rule(r#"content:"fine";"#, 1) + &rule(conditions, 2) + &rule(r#"pcre:"/fine?/";"#, 3);
        let (databases, report) = Databases::compile(&set(&text));
        assert_eq!(report.diagnostics.len(), 1, "{why}: {:?}", report.diagnostics);
        let span = &report.diagnostics[0].span;
        assert!(!span.is_empty() && text.get(span.clone()).is_some(), "{why}");
        let group = databases.group(FieldId::TcpStream, Direction::ToServer).expect("a group");
        assert_eq!(group.plan.plans.iter().map(|plan| plan.rule.0).collect::<Vec<_>>(), [0, 2], "{why}");
    }
}

/// More signatures that fail only when compiled than a few attempts would find one by one.
#[test]
fn many_that_fail_leave_the_others_in_force() {
    let mut text = String::new();
    for sid in 1..=200 {
        text += &match sid % 2 {
            0 => rule(&format!("content:\"word{sid}\";"), sid),
            _ => rule(&format!("pcre:\"/(?:x{sid})*/\";"), sid),
        };
    }
    let (databases, report) = Databases::compile(&set(&text));
    assert_eq!(report.diagnostics.len(), 100);
    let group = databases.group(FieldId::TcpStream, Direction::ToServer).expect("a group");
    assert_eq!(group.plan.plans.len(), 100);
}

#[test]
fn any_bytes_can_be_looked_for_and_looked_at() {
    let text = rule(r#"content:"|00 ff|a|00|";"#, 1)
        + &rule(r#"pcre:"/\x00\xfe+\x00/";"#, 2)
        + &rule(r#"content:"|c3 28|"; content:"|80|"; distance:0;"#, 3)
        + &rule(r#"pcre:"/a.{2,900}b/s";"#, 4);
    let (databases, report) = Databases::compile(&set(&text));
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let config = InspectorConfig { streams: 2, progress: 16 };
    let mut inspector = Inspector::new(Arc::new(databases), 0, config).expect("an inspector");
    let mut hits = Hits::default();
    let Opened::Stream(handle) = inspector.open(Direction::ToServer, 1) else { panic!("no stream") };
    let long = [b"a".as_slice(), &[b'\n'; 900], b"b"].concat();
    for text in [b"\x00\xffa\x00".as_slice(), b"\x00\xfe\xfe", b"\x00", b"\xc3", b"(..\x80", &long] {
        let _ = inspector.scan_stream(handle, Direction::ToServer, 1, text, &mut hits);
    }
    assert_eq!(hits.as_slice().iter().map(|hit| hit.rule.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
}
