use proptest::prelude::*;
use weir_rules::diagnostic::Source;

use super::expectation::{Said, Traffic, Wanted, read_expectations};

#[test]
fn expectations_are_read_from_comments() {
    let text = "# a comment\n\
                # expect: sid 1 alerts\n\
                alert tcp any any -> any any (sid:1;)\n\
                \u{20} ## expect: sid 2 alerts 3 on a b.pcap\n\
                # expect: sid 4 alerts in response hex \"80 04 9f\"\n\
                #expect: sid 3 silent in uri \"/a\\\"b\\r\\n\"\n";
    let (read, wrong) = read_expectations(&Source::new("t.rules", text));
    assert!(wrong.is_empty(), "{wrong:?}");
    let got: Vec<_> = read.iter().map(|e| (e.sid, e.wanted, e.traffic.clone(), e.at.line)).collect();
    assert_eq!(
        got,
        [
            (1, Wanted::Alerts, Traffic::Given, 2),
            (2, Wanted::Times(3), Traffic::Capture("a b.pcap".into()), 4),
            (4, Wanted::Alerts, Traffic::Text(Said::Response, vec![0x80, 4, 0x9f]), 5),
            (3, Wanted::Silent, Traffic::Text(Said::Uri, b"/a\"b\r\n".to_vec()), 6),
        ]
    );
    assert_eq!(read[3].to_string(), r#"sid 3 silent in uri "/a\"b\r\n""#);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, message) in [
        ("expect: 1 alerts", "starts with `sid`"),
        ("expect: sid x alerts", "`x` is not the number"),
        ("expect: sid 1 sings", "it can't `sing"),
        ("expect: sid 1 alerts 1x", "`1x` is not a number of times"),
        ("expect: sid 1 alerts on", "on which capture"),
        ("expect: sid 1 alerts in body \"x\"", "`body` is no place"),
        ("expect: sid 1 alerts in uri /x", "not quoted"),
        ("expect: sid 1 alerts in uri hex \"8\"", "pairs of hexadecimal"),
        ("expect: sid 1 alerts in uri hex \"+1\"", "pairs of hexadecimal"),
        ("expect: sid 1 alerts twice", "`twice` is not understood"),
    ] {
        let (read, wrong) = read_expectations(&Source::new("t.rules", format!("\n# {text}\n")));
        assert!(read.is_empty(), "{text}");
        let said = wrong.first().map(ToString::to_string).unwrap_or_default();
        assert!(said.starts_with("t.rules:2:1: error") && said.contains(message), "{text}: {said}");
    }
}

#[test]
fn wanted_is_held_against_counts() {
    for (wanted, met, not) in [
        (Wanted::Alerts, vec![1, 9], vec![0]),
        (Wanted::Times(2), vec![2], vec![0, 1, 3]),
        (Wanted::Silent, vec![0], vec![1]),
    ] {
        assert!(met.iter().all(|&count| wanted.is_met_by(count)), "{wanted:?}");
        assert!(!not.iter().any(|&count| wanted.is_met_by(count)), "{wanted:?}");
    }
}

proptest! {
    #[test]
    fn no_text_does_harm(text in "(# ?expect: ?[ -~é]{0,60}\n?){0,4}") {
        let _ = read_expectations(&Source::new("t.rules", text));
    }
}
