//! Signals: SIGTERM, SIGINT, SIGHUP, SIGUSR2.

use std::fs;

use weir_tests::client::iperf3;
use weir_tests::events::{is_drop, read};
use weir_tests::patience::until;
use weir_tests::{Driver, Lab, Peer, RIGHT, Setup, Weir};

over_each_driver! {
    sigterm_drains_and_prints_totals;
    sighup_opens_the_event_file_anew;
    sigusr2_reloads;
}

fn sigterm_drains_and_prints_totals(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let _server = Peer::iperf3_server(&lab.right, "5201");
    iperf3(&lab.left, RIGHT, "1M", &[]);
    let (socket, eve) = (weir.socket(), weir.eve());
    let ended = weir.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(ended.stdout.starts_with("totals\n"), "{}", ended.stdout);
    let packets = ended.stdout.lines().find(|line| line.contains("decoder.pkts")).unwrap_or_default();
    let packets: u64 = packets.replace(',', "").split_whitespace().last().unwrap().parse().unwrap();
    assert!(packets > 200, "{}", ended.stdout);
    assert!(!socket.exists(), "the control socket is removed");
    let events = read(&eve);
    assert!(
        events.iter().any(|event| event["event_type"] == "flow" && event["dest_port"] == 5201),
        "flows end"
    );
    assert_eq!(events.last().unwrap()["event_type"], "stats", "the last event is the totals");
}

fn sighup_opens_the_event_file_anew(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    let rotated = lab.path("eve.json.1");
    fs::rename(weir.eve(), &rotated).unwrap();
    weir.signal("HUP");
    until("the file is there again", || weir.eve().exists().then_some(()));
    let before = fs::metadata(&rotated).unwrap().len();
    let client = Peer::start(&lab.left, "pieces.py", &[RIGHT, "9999", "100", "00"]);
    weir.event("the drop, in the new file", |event| is_drop(event, "policy"));
    assert_eq!(fs::metadata(&rotated).unwrap().len(), before, "nothing more goes to the old one");
    drop(client);
}

fn sigusr2_reloads(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(driver));
    weir.signal("USR2");
    until("the second rule set is in force", || (weir.json("stats")["generation"] == 2).then_some(()));
    lab.write("policy.yaml", "default: nonsense\n");
    weir.signal("USR2");
    until("the refusal is logged", || weir.log().contains("policy.yaml:1:").then_some(()));
    assert_eq!(weir.json("stats")["generation"], 2);
    weir.signal("INT");
    until("it ends", || (!weir.socket().exists()).then_some(()));
}
