//! Fragmented datagrams: put together for inspection, and not completed at the receiver when they are forbidden.

use weir_tests::events::is_drop;
use weir_tests::lab::FORGED;
use weir_tests::peer::hex;
use weir_tests::{Driver, Lab, Peer, RIGHT, Setup, Weir};

over_each_driver! {
    fragments_of_harmless_datagrams_arrive;
    a_datagram_with_a_pattern_is_not_completed;
}

fn receiver(lab: &Lab) -> Peer {
    let peer = Peer::start(&lab.right, "datagrams.py", &[RIGHT, "7000"]);
    peer.expect("ready");
    peer
}

/// Sends a datagram in fragments of 16 bytes.
fn send(lab: &Lab, number: &str, order: &str, payload: &str) {
    let (source, destination) = (lab.left.mac("a0"), lab.right.mac("b0"));
    let payload = hex(payload);
    let arguments = ["a0", FORGED, RIGHT, "7000", &source, &destination, number, "16", order, &payload];
    Peer::start(&lab.left, "fragments.py", &arguments).expect("sent");
}

fn fragments_of_harmless_datagrams_arrive(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let _weir = Weir::start(&lab, &Setup::new(driver));
    let receiver = receiver(&lab);
    for (number, order) in [("1", "all"), ("2", "3,1,0,2"), ("3", "2,3,1,0")] {
        let payload = format!("the harmless datagram number {number:0>20}");
        send(&lab, number, order, &payload);
        assert_eq!(receiver.expect("datagram"), hex(&payload));
    }
}

fn a_datagram_with_a_pattern_is_not_completed(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let receiver = receiver(&lab);
    for (number, order) in [("1", "all"), ("2", "2,0,1")] {
        send(&lab, number, order, "0123 forbidden-secret and the end");
    }
    weir.event("the drop", |event| is_drop(event, "signature"));
    send(&lab, "3", "all", "this one may pass");
    assert_eq!(receiver.line(), format!("datagram {}", hex("this one may pass")), "nothing came before it");
}
