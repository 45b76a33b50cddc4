//! What policy forbids: rejected at once, so that the client knows, or dropped, so that it does not.

use serde_json::Value;
use weir_tests::client::curl;
use weir_tests::events::is_drop;
use weir_tests::{Driver, End, Lab, Peer, RIGHT, Setup, Weir};

over_each_driver! {
    a_rejected_port_is_refused_at_once;
    a_denied_port_is_silence;
    a_rejected_datagram_is_answered_by_icmp;
    strangers_are_denied_by_default;
}

/// curl's exit code for a refused connection.
const REFUSED: i32 = 7;

fn a_rejected_port_is_refused_at_once(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    // Somebody listens: it is weir that refuses.
    let _server = Peer::http_server(&lab.right, lab.folder(), "23");
    let refused = curl(&lab.left, &[&format!("http://{RIGHT}:23/")]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(REFUSED), "{said}");
    assert!(said.contains("refused") || said.contains("Couldn't connect"), "{said}");
    let event = weir.event("the rejection", |event| is_drop(event, "policy"));
    assert_eq!(event["verdict"]["action"], "reject");
    assert_eq!(event["segmentation"]["from"], "client");
    assert_eq!(event["segmentation"]["to"], "server");
    assert_eq!(event["segmentation"]["rule"], "no-telnet");
    let at = event["segmentation"]["at"].as_str().unwrap_or_default();
    assert!(at.contains("policy.yaml:6"), "the event names the line of the rule: {at}");
}

fn a_denied_port_is_silence(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let server = Peer::start(&lab.right, "recorder.py", &[RIGHT, "9999", path(&lab, "record")]);
    server.expect("ready");
    let fetched = curl(&lab.left, &["--connect-timeout", "2", &format!("http://{RIGHT}:9999/")]);
    assert_eq!(fetched.status.code(), Some(28), "a time-out: {fetched:?}");
    let event = weir.event("the drop", |event| is_drop(event, "policy"));
    assert_eq!(event["verdict"]["action"], "drop");
    assert_eq!(event["segmentation"]["rule"], "no-9999");
}

fn a_rejected_datagram_is_answered_by_icmp(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let mut setup = Setup::new(driver);
    setup.policy = setup.policy.replace(
        "  - { name: lab,",
        "  - { name: no-ping, from: any, to: any, ports: [{ protocol: icmp }], action: reject }\n  - { name: lab,",
    );
    let weir = Weir::start(&lab, &setup);
    let _echo = echo(&lab, "69");
    let _open = echo(&lab, "70");
    let ask = |arguments: &[&str]| Peer::start(&lab.left, "ask.py", arguments).line();
    assert_eq!(ask(&["udp", RIGHT, "70", "6869"]), "answer 6869", "what is allowed is answered");
    assert!(ask(&["udp", RIGHT, "69", "6869"]).starts_with("refused"), "TFTP is rejected");
    // A ping is answered with an ICMP error too, which a raw socket does not take for an answer of its own.
    let ping = ask(&["ping", RIGHT]);
    assert!(!ping.starts_with("answer") || is_unreachable(&ping), "{ping}");
    weir.event("the rejection of the ping", |event: &Value| event["segmentation"]["rule"] == "no-ping");
}

/// Whether a raw ICMP socket received destination unreachable (type 3) behind an IPv4 header of 20 bytes.
fn is_unreachable(line: &str) -> bool {
    line.strip_prefix("answer ").and_then(|hex| hex.get(40..42)) == Some("03")
}

fn echo(lab: &Lab, port: &str) -> Peer {
    let echo = Peer::start(&lab.right, "echo.py", &[RIGHT, port]);
    echo.expect("ready");
    echo
}

fn strangers_are_denied_by_default(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let mut setup = Setup::new(driver);
    setup.policy = setup.policy.replace("10.9.0.1 }", "10.9.0.99 }");
    let weir = Weir::start(&lab, &setup);
    let server = Peer::start(&lab.right, "recorder.py", &[RIGHT, "8000", path(&lab, "record")]);
    server.expect("ready");
    let client = Peer::start(&lab.left, "pieces.py", &[RIGHT, "8000", "500", "00"]);
    assert_eq!(client.end(), End::Silence);
    let event = weir.event("the drop", |event| is_drop(event, "policy"));
    assert_eq!(event["segmentation"]["from"], "unknown");
    assert_eq!(event["segmentation"]["rule"], "default");
}

fn path(lab: &Lab, name: &str) -> &'static str {
    Box::leak(lab.path(name).display().to_string().into_boxed_str())
}
