//! What signatures forbid never reaches the other end, however it is cut.

use std::fs;

use weir_tests::client::curl;
use weir_tests::events::{is_alert, is_drop, read};
use weir_tests::peer::hex;
use weir_tests::{Driver, End, Lab, Peer, RIGHT, Setup, Weir};

over_each_driver! {
    a_forbidden_request_does_not_arrive;
    a_pattern_split_over_segments_does_not_arrive;
    a_forbidden_answer_does_not_arrive;
    a_rejected_connection_is_reset_at_both_ends;
    an_alert_lets_it_pass;
}

/// A server that records, on port 8000.
pub fn recorder(lab: &Lab, answer: &[u8]) -> Peer {
    let record = lab.path("record").display().to_string();
    let peer = Peer::start(&lab.right, "recorder.py", &[RIGHT, "8000", &record, &hex(answer)]);
    peer.expect("ready");
    peer
}

/// What the recorder has recorded.
pub fn recorded(lab: &Lab) -> String {
    String::from_utf8_lossy(&fs::read(lab.path("record")).unwrap_or_default()).into_owned()
}

/// Sends pieces to the recorder, each in a segment of its own.
pub fn pieces(lab: &Lab, patience: &str, pieces: &[&str]) -> Peer {
    let pieces: Vec<String> = pieces.iter().map(hex).collect();
    let mut arguments = vec![RIGHT, "8000", patience];
    arguments.extend(pieces.iter().map(String::as_str));
    Peer::start(&lab.left, "pieces.py", &arguments)
}

fn a_forbidden_request_does_not_arrive(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let _server = recorder(&lab, b"HTTP/1.0 200 OK\r\n\r\nhello");
    let url = format!("http://{RIGHT}:8000/");
    let fine = curl(&lab.left, &["--data", "an ordinary question", "--max-time", "2", &url]);
    assert!(String::from_utf8_lossy(&fine.stdout).contains("hello"), "{fine:?}");
    let blocked =
        curl(&lab.left, &["--data", "this is the forbidden-secret you want", "--max-time", "2", &url]);
    assert!(!blocked.status.success(), "{blocked:?}");
    let event = weir.event("the drop", |event| is_drop(event, "signature"));
    assert_eq!(event["verdict"]["signature_id"], 1);
    let alert = weir.event("the alert", |event| is_alert(event, 1));
    assert_eq!(alert["alert"]["action"], "blocked");
    let recorded = recorded(&lab);
    assert!(recorded.contains("an ordinary question"));
    assert!(!recorded.contains("forbidden"), "{recorded}");
}

fn a_pattern_split_over_segments_does_not_arrive(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let server = recorder(&lab, b"");
    let client = pieces(&lab, "1000", &["be", "fore ", "forb", "id", "d", "en-", "secre", "t", " after"]);
    assert_eq!(client.end(), End::Silence, "a drop says nothing");
    server.expect("bytes 2");
    weir.event("the drop", |event| is_drop(event, "signature"));
    // All but the piece that completes the pattern, and what follows it.
    assert_eq!(recorded(&lab), "before forbidden-secre");
    // What the kernel sends again is dropped as well, as part of a flow that was cut.
    let stats = weir.json("stats");
    assert!(stats["stats"]["verdict"]["reasons"]["flow-cut"].as_u64() > Some(0), "{stats:#}");
}

fn a_forbidden_answer_does_not_arrive(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let _server = recorder(&lab, b"here is the forbidden-secret");
    let client = pieces(&lab, "1000", &["tell me"]);
    assert_eq!(client.expect("received"), "0");
    let event = weir.event("the drop", |event| is_drop(event, "signature"));
    assert_eq!(event["src_ip"], RIGHT);
    assert_eq!(event["direction"], "to_client");
}

fn a_rejected_connection_is_reset_at_both_ends(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let server = recorder(&lab, b"");
    let client = pieces(&lab, "5000", &["hello ", "reject-", "secret"]);
    assert_eq!(client.end(), End::Reset);
    assert_eq!(server.end(), End::Reset);
    assert_eq!(recorded(&lab), "hello reject-");
    let event = weir.event("the rejection", |event| is_drop(event, "signature"));
    assert_eq!(event["verdict"]["action"], "reject");
    assert_eq!(event["verdict"]["signature_id"], 2);
}

fn an_alert_lets_it_pass(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let server = recorder(&lab, b"");
    let _client = pieces(&lab, "500", &["a curious-secret"]);
    server.expect("bytes 16");
    let alert = weir.event("the alert", |event| is_alert(event, 3));
    assert_eq!(alert["alert"]["action"], "allowed");
    assert!(!read(&weir.eve()).iter().any(|event| event["event_type"] == "drop"));
}
