//! Two workers over devices with one queue: software spreads the flows, and both directions of each meet.

use weir_tests::client::{curl, iperf3};
use weir_tests::{Driver, End, Lab, Peer, RIGHT, Setup, Weir};

use crate::signatures::{pieces, recorded, recorder};

/// Whether there are two cores, which is said where there are not.
fn two_cores() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores < 2 {
        weir_tests::requirement::skipped("two workers need two cores");
    }
    cores >= 2
}

fn two_workers(driver: Driver) -> Setup {
    Setup { cores: "0, 1", ..Setup::new(driver) }
}

over_each_driver! {
    traffic_passes_two_workers;
    directions_meet_at_one_worker;
}

fn traffic_passes_two_workers(driver: Driver) {
    let Some(lab) = Lab::new().filter(|_| two_cores()) else { return };
    let weir = Weir::start(&lab, &two_workers(driver));
    let _server = Peer::http_server(&lab.right, lab.folder(), "8000");
    for _ in 0..8 {
        let fetched = curl(&lab.left, &[&format!("http://{RIGHT}:8000/policy.yaml")]);
        assert_eq!(String::from_utf8_lossy(&fetched.stdout), weir_tests::setup::POLICY, "{fetched:?}");
    }
    let _server = Peer::iperf3_server(&lab.right, "5201");
    let report = iperf3(&lab.left, RIGHT, "4M", &["--parallel", "4"]);
    assert!(report["error"].is_null(), "{}", report["error"]);
    let stats = weir.json("stats");
    for worker in [0, 1] {
        assert!(stats["workers"][worker]["packets"].as_u64() > Some(0), "both work: {stats:#}");
    }
}

/// A worker that saw one direction only would hold every answer for a connection whose start it missed, and would not
/// know what a reset has to say to the other end.
fn directions_meet_at_one_worker(driver: Driver) {
    let Some(lab) = Lab::new().filter(|_| two_cores()) else { return };
    let weir = Weir::start(&lab, &two_workers(driver));
    let server = recorder(&lab, b"");
    for _ in 0..6 {
        let client = pieces(&lab, "5000", &["reject-", "secret"]);
        assert_eq!(client.end(), End::Reset);
        assert_eq!(server.end(), End::Reset);
    }
    assert_eq!(recorded(&lab), "reject-".repeat(6));
    let flows = weir.json("flows");
    let ours = flows["flows"].as_array().unwrap().iter().filter(|flow| flow["dest_port"] == 8000).count();
    assert_eq!(ours, 6, "a flow is in one table, and not in both: {flows:#}");
}
