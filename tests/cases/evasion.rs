//! Segments as no honest kernel sends them, to slip a pattern past who inspects. The recorder tells what the server's
//! kernel made of them.

use weir_tests::events::is_drop;
use weir_tests::lab::FORGED;
use weir_tests::peer::hex;
use weir_tests::{Driver, End, Lab, Peer, RIGHT, Setup, Weir};

use crate::signatures::{recorded, recorder};

over_each_driver! {
    honest_segments_arrive;
    the_piece_that_fills_the_gap_does_not_arrive;
    the_first_copy_of_overlapping_segments_counts;
    a_repetition_does_not_change_what_was_inspected;
    a_reset_reaches_the_one_who_sends_by_hand;
    a_drop_is_not_hidden_behind_a_crowd_of_alerts;
}

/// Sends segments by hand: offset and bytes.
fn segments(lab: &Lab, list: &[(u32, &str)]) -> Peer {
    let list: Vec<String> = list.iter().map(|(offset, bytes)| format!("{offset}:{}", hex(bytes))).collect();
    let (source_mac, destination_mac) = (lab.left.mac("a0"), lab.right.mac("b0"));
    let mut arguments = vec!["a0", FORGED, RIGHT, "8000", source_mac.as_str(), destination_mac.as_str()];
    arguments.extend(list.iter().map(String::as_str));
    Peer::start(&lab.left, "segments.py", &arguments)
}

fn honest_segments_arrive(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let _weir = Weir::start(&lab, &Setup::new(driver));
    let _server = recorder(&lab, b"");
    // In order, out of order, repeated, and overlapping where the copies agree; over the wrap of sequence numbers.
    let filler = "x".repeat(300);
    let client =
        segments(&lab, &[(0, "one "), (8, "six "), (4, "two "), (4, "two "), (2, "e two si"), (12, &filler)]);
    assert_eq!(client.expect("acked"), "312");
    assert_eq!(recorded(&lab), format!("one two six {filler}"));
}

fn the_piece_that_fills_the_gap_does_not_arrive(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let _server = recorder(&lab, b"");
    // What lies behind the gap may pass, and can't be read; the piece that fills it carries the verdict.
    let client = segments(&lab, &[(9, "en-secret"), (0, "a "), (5, "bidd"), (2, "for"), (18, " tail")]);
    assert_eq!(client.expect("acked"), "2");
    weir.event("the drop", |event| is_drop(event, "signature"));
    assert_eq!(recorded(&lab), "a ");
}

fn the_first_copy_of_overlapping_segments_counts(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let _server = recorder(&lab, b"");
    // A harmless copy is shown first; the kernel would take whichever it likes.
    let client = segments(&lab, &[(4, "harmless-string!"), (4, "forbidden-secret"), (0, "see ")]);
    assert_eq!(client.expect("acked"), "20");
    assert_eq!(recorded(&lab), "see harmless-string!");
    let event = weir.event("the drop", |event| is_drop(event, "overlap-conflict"));
    assert_eq!(event["verdict"]["action"], "drop");
    weir.event("the anomaly", |event| event["anomaly"]["event"] == "overlap_different_data");
}

fn a_repetition_does_not_change_what_was_inspected(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let _server = recorder(&lab, b"");
    // The receiver keeps the first nine bytes and takes the rest of the longer segment, which is harmless by itself.
    let client = segments(&lab, &[(0, "forbidden"), (0, "FORBIDDEN-secret")]);
    assert_eq!(client.expect("acked"), "9");
    weir.event("the drop", |event| is_drop(event, "signature"));
    assert_eq!(recorded(&lab), "forbidden");
}

fn a_reset_reaches_the_one_who_sends_by_hand(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let _weir = Weir::start(&lab, &Setup::new(driver));
    let server = recorder(&lab, b"");
    let client = segments(&lab, &[(7, "secret"), (0, "reject-")]);
    assert_eq!(client.end(), End::Reset);
    assert_eq!(server.end(), End::Reset);
    assert_eq!(recorded(&lab), "");
}

/// A packet that sets off more alerts than a worker would keep must not lose the one signature that drops it.
fn a_drop_is_not_hidden_behind_a_crowd_of_alerts(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let mut setup = Setup::new(driver);
    let noise: Vec<String> = (100..300).map(|number| format!("n{number}.")).collect();
    for (number, word) in noise.iter().enumerate() {
        let sid = 1000 + number;
        setup.rules +=
            &format!("alert tcp any any -> any any (msg:\"noise\"; content:\"{word}\"; sid:{sid};)\n");
    }
    let weir = Weir::start(&lab, &setup);
    let _server = recorder(&lab, b"");
    let client = segments(&lab, &[(0, &format!("{}forbidden-secret", noise.concat()))]);
    assert_eq!(client.expect("acked"), "0");
    weir.event("the drop", |event| is_drop(event, "signature"));
    assert_eq!(recorded(&lab), "");
}
