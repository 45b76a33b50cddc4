//! The control socket, and what asks through it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use serde_json::Value;
use weir_tests::events::is_drop;
use weir_tests::{Driver, Lab, RIGHT, Setup, Weir};

use crate::signatures::{pieces, recorder};

#[test]
fn the_socket_is_for_its_owner_alone() {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(Driver::AfPacket));
    let mode = fs::metadata(weir.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_second_instance_on_the_same_socket_is_refused() {
    let Some(lab) = Lab::new() else { return };
    let first = Weir::start(&lab, &Setup::new(Driver::AfPacket));
    let copy = lab.path("second");
    fs::create_dir(&copy).unwrap();
    for file in ["weir.yaml", "policy.yaml", "lab.rules"] {
        fs::copy(lab.path(file), copy.join(file)).unwrap();
    }
    let ended = Weir::run(&lab.middle, &copy).expect_err("the socket is taken");
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("another instance answers"), "{}", ended.stderr);
    assert_eq!(first.json("stats")["generation"], 1, "the first goes on");
}

#[test]
fn what_a_crash_left_behind_is_taken_over() {
    let Some(lab) = Lab::new() else { return };
    let first = Weir::start(&lab, &Setup::new(Driver::AfPacket));
    let socket = first.socket();
    drop(first);
    assert!(socket.exists(), "who is killed does not clean up");
    let second = Weir::start(&lab, &Setup::new(Driver::AfPacket));
    assert_eq!(second.json("stats")["generation"], 1);
}

#[test]
fn statistics_and_flows_tell_what_goes_on() {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(Driver::AfPacket));
    let server = recorder(&lab, b"");
    let _client = pieces(&lab, "5000", &["hello"]);
    server.expect("bytes 5");
    let stats = weir.json("stats");
    assert!(stats["workers"][0]["packets"].as_u64() >= Some(4), "{stats:#}");
    assert!(stats["workers"][0]["latency_ns"]["p50"].as_u64() > Some(0), "{stats:#}");
    assert_eq!(stats["ports"].as_array().map(Vec::len), Some(2));
    assert_eq!(stats["ports"][0]["wire"], "lab");
    let flows = weir.json("flows");
    let flow =
        flows["flows"].as_array().unwrap().iter().find(|flow| flow["dest_port"] == 8000).expect("the flow");
    assert_eq!((&flow["src_ip"], &flow["dest_ip"]), (&Value::from("10.9.0.1"), &Value::from(RIGHT)));
    assert_eq!(flow["proto"], "TCP");
    assert_eq!(flow["state"], "established");
    assert_eq!(flow["wire"], "lab");
    assert!(flow["bytes_toserver"].as_u64() > Some(0));
    for command in ["stats", "flows"] {
        let table = weir.ask(command, &[]);
        assert!(table.status.success());
        assert!(String::from_utf8_lossy(&table.stdout).lines().count() >= 2);
    }
    let limited = weir.ask("flows", &["--json", "--limit", "0"]);
    let limited: Value = serde_json::from_slice(&limited.stdout).unwrap();
    assert_eq!((&limited["flows"], &limited["more"]), (&Value::Array(Vec::new()), &Value::from(true)));
}

#[test]
fn nonsense_on_the_socket_is_answered_and_harms_nobody() {
    let Some(lab) = Lab::new() else { return };
    let weir = Weir::start(&lab, &Setup::new(Driver::AfPacket));
    let long = "x".repeat(100_000);
    for nonsense in
        ["", "{}", "{\"command\":\"explode\"}", "\u{0}\u{1}", "{\"command\":\"flows\",\"limit\":-1}", &long]
    {
        let mut stream = UnixStream::connect(weir.socket()).unwrap();
        // The instance may answer and hang up before it has read all of it.
        let _ = stream.write_all(format!("{nonsense}\n").as_bytes());
        let mut answer = String::new();
        if BufReader::new(&stream).read_line(&mut answer).is_ok_and(|len| len > 0) {
            assert!(answer.contains("error"), "{nonsense:.40}: {answer}");
        }
    }
    weir.json("stats");
}

#[test]
fn clients_of_nobody_say_so() {
    let Some(lab) = Lab::new() else { return };
    for command in ["stats", "flows", "reload"] {
        let output = weir_tests::binary::command()
            .args([command, "--socket"])
            .arg(lab.path("nobody.sock"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("is weir running"), "{output:?}");
    }
}

#[test]
fn malformed_frames_are_dropped_where_a_wire_fails_closed() {
    let Some(lab) = Lab::new() else { return };
    let mut setup = Setup::new(Driver::AfPacket);
    setup.more = "parser: { tunnel-depth: 1 }";
    setup.write(&lab);
    let closed = setup.configuration(&lab).replace("mode: enforce", "on-fault: closed");
    lab.write("weir.yaml", &closed);
    let weir = Weir::run(&lab.middle, lab.folder()).expect("it starts");
    // An IPv4 header that claims to be longer than the frame.
    let frame = format!("{}{}0800{}", "ff".repeat(6), "02".repeat(6), "4f".to_owned() + &"00".repeat(19));
    let script =
        "import socket,sys; s=socket.socket(17,3); s.bind(('a0',0)); s.send(bytes.fromhex(sys.argv[1]))";
    let sent = lab.left.bounded(10, "python3").args(["-c", script, &frame]).status().unwrap();
    assert!(sent.success());
    weir.event("the drop", |event| is_drop(event, "malformed"));
}
