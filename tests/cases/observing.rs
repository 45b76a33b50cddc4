//! A wire that observes forwards everything, and writes the same verdicts down.

use serde_json::Value;
use weir_tests::events::{is_alert, read};
use weir_tests::{Driver, End, Lab, Peer, RIGHT, Setup, Weir};

use crate::signatures::{pieces, recorded, recorder};

over_each_driver! {
    an_observing_wire_lets_everything_pass;
    both_modes_write_the_same_events;
}

fn observing(driver: Driver) -> Setup {
    Setup { mode: "observe", ..Setup::new(driver) }
}

fn an_observing_wire_lets_everything_pass(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &observing(driver));
    let server = recorder(&lab, b"");
    let client = pieces(&lab, "300", &["a forbidden-secret, ", "a reject-secret"]);
    assert_eq!(client.end(), End::Silence);
    server.expect("bytes 35");
    assert_eq!(recorded(&lab), "a forbidden-secret, a reject-secret");
    let telnet =
        Peer::start(&lab.right, "recorder.py", &[RIGHT, "23", &lab.path("telnet").display().to_string()]);
    telnet.expect("ready");
    let _client = Peer::start(&lab.left, "pieces.py", &[RIGHT, "23", "300", "6869"]);
    telnet.expect("bytes 2");
    let stats = weir.json("stats");
    assert!(stats["stats"]["verdict"]["would_drop"].as_u64() >= Some(3), "{stats:#}");
    assert_eq!(stats["stats"]["verdict"]["drop"], 0);
    assert_eq!(stats["stats"]["verdict"]["reject"], 0);
}

fn both_modes_write_the_same_events(driver: Driver) {
    let mut seen = Vec::new();
    for setup in [Setup::new(driver), observing(driver)] {
        let Some(lab) = Lab::new() else { return };
        let weir = Weir::start(&lab, &setup);
        let _server = recorder(&lab, b"");
        let _client = pieces(&lab, "300", &["a forbid", "den-secret"]);
        weir.event("the alert", |event| is_alert(event, 1));
        let events = weir.eve();
        weir.stop();
        seen.push(read(&events).iter().filter_map(essence).collect::<Vec<_>>());
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].len(), 2, "an alert and a drop: {seen:?}");
}

/// What an event says, without what differs from run to run and from mode to mode.
fn essence(event: &Value) -> Option<String> {
    match event["event_type"].as_str()? {
        "alert" => Some(format!("alert {} {}", event["alert"]["signature_id"], event["dest_ip"])),
        "drop" if event["drop"]["reason"] == "signature" => {
            Some(format!("{} {}", event["verdict"]["action"], event["verdict"]["signature_id"]))
        }
        _ => None,
    }
}
