//! Reloads: nothing is lost, nothing half done, and what is wrong is refused.

use std::fs;

use weir_tests::events::is_drop;
use weir_tests::peer::hex;
use weir_tests::{Driver, End, Lab, Peer, RIGHT, Setup, Weir};

use crate::signatures::{pieces, recorded, recorder};

over_each_driver! {
    a_reload_under_load_loses_nothing;
    new_rules_are_in_force_after_a_reload;
    a_pattern_begun_before_a_reload_is_found_after_it;
    a_broken_configuration_is_refused_and_the_old_one_stays;
}

fn a_reload_under_load_loses_nothing(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let mut setup = Setup::new(driver);
    let weir = Weir::start(&lab, &setup);
    let echo = Peer::start(&lab.right, "echo.py", &[RIGHT, "7000"]);
    echo.expect("ready");
    let stop = lab.path("stop");
    let client = Peer::start(&lab.left, "questions.py", &[RIGHT, "7000", &stop.display().to_string()]);
    client.expect("started");
    for round in 0..5 {
        setup.rules += &format!(
            "alert tcp any any -> any any (content:\"round-{round}-of-reloads\"; sid:{};)\n",
            100 + round
        );
        setup.write(&lab);
        let answer = weir.json("reload");
        assert_eq!(answer["signatures"], 4 + round);
        assert_eq!(answer["generation"], 2 + round);
    }
    fs::write(&stop, "").unwrap();
    let totals = client.expect("asked");
    let (asked, lost) = totals.split_once(" lost ").expect("totals");
    assert_eq!(lost, "0", "of {asked}");
    assert!(asked.parse::<u32>().unwrap() > 20, "there was hardly any load: {asked}");
}

fn new_rules_are_in_force_after_a_reload(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let mut setup = Setup::new(driver);
    let weir = Weir::start(&lab, &setup);
    let server = recorder(&lab, b"");
    let first = pieces(&lab, "200", &["the new-secret"]);
    server.expect("bytes 14");
    first.end();
    setup.rules += "reject tcp any any -> any any (msg:\"new\"; content:\"new-secret\"; sid:50;)\n";
    setup.policy = setup.policy.replace("port: 9999", "port: 8001");
    setup.write(&lab);
    weir.json("reload");
    let second = pieces(&lab, "5000", &["the new-secret"]);
    assert_eq!(second.end(), End::Reset);
    assert_eq!(recorded(&lab), "the new-secret");
    let denied = Peer::start(&lab.left, "pieces.py", &[RIGHT, "8001", "100", "00"]);
    weir.event("the drop", |event| is_drop(event, "policy") && event["dest_port"] == 8001);
    drop(denied);
}

fn a_pattern_begun_before_a_reload_is_found_after_it(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let setup = Setup::new(driver);
    let weir = Weir::start(&lab, &setup);
    let server = recorder(&lab, b"");
    let gate = lab.path("gate");
    let arguments =
        [RIGHT, "8000", "500", &hex("a forbidden"), &format!("file:{}", gate.display()), &hex("-secret")];
    let client = Peer::start(&lab.left, "pieces.py", &arguments);
    server.expect("bytes 11");
    weir.json("reload");
    fs::write(&gate, "").unwrap();
    assert_eq!(client.end(), End::Silence);
    weir.event("the drop", |event| is_drop(event, "signature"));
    assert_eq!(recorded(&lab), "a forbidden");
}

fn a_broken_configuration_is_refused_and_the_old_one_stays(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    let setup = Setup::new(driver);
    let weir = Weir::start(&lab, &setup);
    let good = setup.configuration(&lab);
    for (file, text, place) in [
        ("weir.yaml", format!("{good}fliws: {{}}\n"), "weir.yaml:"),
        ("weir.yaml", good.replace("capacity: 65536", "capacity: 3"), "weir.yaml:11:20"),
        (
            "policy.yaml",
            setup.policy.replace("to: [client, server]", "to: [client, sever]"),
            "policy.yaml:12:",
        ),
    ] {
        lab.write(file, &text);
        let refused = weir.ask("reload", &[]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(place), "{place}: {said}");
        setup.write(&lab);
    }
    assert_eq!(weir.json("stats")["generation"], 1, "the first rule set is still in force");
    let _server = recorder(&lab, b"");
    let client = pieces(&lab, "5000", &["reject-secret"]);
    assert_eq!(client.end(), End::Reset);
    assert_eq!(weir.json("reload")["signatures"], 3);
}
