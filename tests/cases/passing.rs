//! What is allowed passes, whole and unchanged.

use std::fs;

use weir_tests::client::{curl, iperf3};
use weir_tests::{Driver, Lab, Peer, RIGHT, Setup, Weir};

over_each_driver! {
    a_page_is_fetched;
    a_large_transfer_arrives_whole_in_both_directions;
}

fn a_page_is_fetched(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let _weir = Weir::start(&lab, &Setup::new(driver));
    let page: Vec<u8> = (0..300_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(lab.path("page"), &page).unwrap();
    let _server = Peer::http_server(&lab.right, lab.folder(), "8000");
    let fetched = curl(&lab.left, &[&format!("http://{RIGHT}:8000/page")]);
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    assert!(fetched.stdout == page, "{} bytes came, and not the same", fetched.stdout.len());
}

fn a_large_transfer_arrives_whole_in_both_directions(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    for more in [&[][..], &["--reverse"]] {
        let _server = Peer::iperf3_server(&lab.right, "5201");
        let report = iperf3(&lab.left, RIGHT, "8M", more);
        let received = report["end"]["sum_received"]["bytes"].as_u64().unwrap_or(0);
        assert!(report["error"].is_null() && received > 4 << 20, "{received} bytes: {}", report["error"]);
    }
    let stats = weir.json("stats");
    assert_eq!(stats["stats"]["verdict"]["drop"], 0, "{stats:#}");
    assert_eq!(stats["stats"]["verdict"]["reject"], 0, "{stats:#}");
}
