//! Devices of other kinds start, carry frames and stop; what can't be opened is said.

use std::fs;
use std::path::Path;
use std::process::Output;

use weir_tests::events::is_drop;
use weir_tests::namespace::Namespace;
use weir_tests::patience::until;
use weir_tests::requirement::labs_can_be_made;
use weir_tests::weir::Ended;
use weir_tests::{Weir, binary};

/// A namespace and a folder, for instances that need no lab.
struct Bench {
    namespace: Namespace,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Option<Bench> {
        if !labs_can_be_made() {
            return None;
        }
        let folder = tempfile::Builder::new().prefix("weir-test").tempdir().unwrap();
        Some(Bench { namespace: Namespace::new("bench").expect("a namespace"), folder })
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn start(&self, name: &str, ports: [&str; 2], more: &str) -> Result<Weir, Ended> {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "wires: [{{ name: lab, ports: [\"{}\", \"{}\"] }}]
rules: [lab.rules]
events: {{ file: {folder}/eve.json }}
control: {{ socket: {folder}/weir.sock }}
dpdk: {{ memory: 128MiB, mbufs: 16383, descriptors: 512 }}
flows: {{ capacity: 4096 }}
inspect: {{ streams: 1024, progress: 1024 }}
tcp: {{ memory: 4MiB }}
{more}
",
            ports[0],
            ports[1],
            folder = folder.display()
        );
        fs::write(folder.join("weir.yaml"), text).unwrap();
        fs::write(folder.join("lab.rules"), weir_tests::setup::RULES).unwrap();
        Weir::run(&self.namespace, &folder)
    }
}

fn stops_well(weir: Weir) {
    let ended = weir.stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
}

#[test]
fn null_and_ring_devices_start_and_stop() {
    let Some(bench) = Bench::new() else { return };
    for (name, ports) in
        [("null", ["net_null0,size=64", "net_null1,size=1024"]), ("ring", ["net_ring0", "net_ring1"])]
    {
        let weir = bench.start(name, ports, "").unwrap_or_else(|ended| panic!("{name}: {ended:?}"));
        if name == "null" {
            until("frames come", || {
                (weir.json("stats")["workers"][0]["packets"].as_u64() > Some(1000)).then_some(())
            });
        }
        stops_well(weir);
    }
}

#[test]
fn a_capture_goes_in_and_comes_out_by_pcap_devices() {
    let Some(bench) = Bench::new() else { return };
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/captures/base/openai_chat.pcap");
    let out = bench.path("out.pcap");
    let first = format!("net_pcap0,rx_pcap={},tx_pcap={}", capture.display(), bench.path("none.pcap"));
    let second = format!("net_pcap1,rx_pcap={},tx_pcap={out}", empty_capture(&bench));
    let weir = bench.start("pcap", [&first, &second], "").unwrap_or_else(|ended| panic!("{ended:?}"));
    until("all 14 frames", || (weir.json("stats")["stats"]["decoder"]["pkts"] == 14).then_some(()));
    stops_well(weir);
    let (came, went) = (frames(&fs::read(capture).unwrap()), frames(&fs::read(out).unwrap()));
    assert_eq!(came.len(), 14);
    assert!(came == went, "the same frames in the same order");
}

/// A capture without frames: its header alone.
fn empty_capture(bench: &Bench) -> String {
    let path = bench.path("empty.pcap");
    let header: [u32; 6] = [0xa1b2_c3d4, 2 | 4 << 16, 0, 0, 65_535, 1];
    fs::write(&path, header.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<_>>()).unwrap();
    path
}

/// The frames of a little-endian pcap file, without their times.
fn frames(file: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = file.get(24..).unwrap_or_default();
    while let Some((header, after)) = rest.split_at_checked(16) {
        let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let Some((frame, after)) = after.split_at_checked(length) else { break };
        frames.push(frame.to_vec());
        rest = after;
    }
    frames
}

#[test]
fn tap_devices_carry_what_the_kernel_sends() {
    let Some(bench) = Bench::new() else { return };
    if !Path::new("/dev/net/tun").exists() {
        return weir_tests::requirement::skipped("there is no /dev/net/tun");
    }
    let weir = bench
        .start("tap", ["net_tap0,iface=t0", "net_tap1,iface=t1"], "")
        .unwrap_or_else(|ended| panic!("{ended:?}"));
    bench.namespace.ip(&["link", "set", "t0", "up"]).unwrap();
    bench.namespace.ip(&["addr", "add", "10.8.0.1/24", "dev", "t0"]).unwrap();
    bench
        .namespace
        .ip(&["neigh", "replace", "10.8.0.2", "lladdr", "02:00:00:00:00:02", "dev", "t0"])
        .unwrap();
    let script = "import socket; socket.socket(2, 2).sendto(b'a forbidden-secret', ('10.8.0.2', 7))";
    let sent = bench.namespace.bounded(10, "python3").args(["-c", script]).status().unwrap();
    assert!(sent.success());
    weir.event("the drop", |event| is_drop(event, "signature") && event["src_ip"] == "10.8.0.1");
    stops_well(weir);
}

#[test]
fn memif_joins_two_instances() {
    let Some(bench) = Bench::new() else { return };
    let socket = bench.path("memif.sock");
    let memif = |role: &str| format!("net_memif0,role={role},id=0,socket={socket},socket-abstract=no");
    let receiver = bench
        .start("receiver", [&memif("server"), "net_null0,size=64"], "workers: { idle: sleep }")
        .unwrap_or_else(|ended| panic!("{ended:?}"));
    let sender = bench
        .start("sender", [&memif("client"), "net_null0,size=64"], "workers: { idle: sleep }")
        .unwrap_or_else(|ended| panic!("{ended:?}"));
    until("frames cross", || {
        let stats = receiver.json("stats");
        (stats["ports"][0]["rx_packets"].as_u64() > Some(1000)).then_some(())
    });
    stops_well(sender);
    // The driver of DPDK 22.11 unmaps the memory of a peer that goes while the other may be polling it, so how the one
    // that is left ends is not ours to promise (README, "What it does not do").
    drop(receiver.stop());
}

#[test]
fn what_can_not_be_opened_is_named() {
    let Some(bench) = Bench::new() else { return };
    for (name, ports, code, wanted) in [
        ("missing", ["net_af_packet0,iface=nowhere", "net_null0"], 1, "nowhere"),
        ("no-file", ["net_pcap0,rx_pcap=/nowhere.pcap,tx_pcap=/tmp/x", "net_null0"], 1, "nowhere.pcap"),
        ("no-driver", ["net_frobnicator0", "net_null0"], 1, "frobnicator"),
        ("no-device", ["eth0", "net_null0"], 1, "neither a PCI address"),
        ("no-pci", ["0000:7f:1f.7", "net_null0"], 1, "0000:7f:1f.7"),
    ] {
        let ended = match bench.start(name, ports, "") {
            Err(ended) => ended,
            Ok(_) => panic!("{name} starts"),
        };
        assert_eq!(ended.status.code(), Some(code), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains(wanted), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains("lab"), "{name}: the wire is named: {}", ended.stderr);
    }
}

#[test]
fn devices_are_listed_and_described() {
    let run =
        |arguments: &[&str]| -> Output { binary::command().arg("devices").args(arguments).output().unwrap() };
    let listing = run(&["--json"]);
    assert!(listing.status.success(), "{listing:?}");
    let listing: serde_json::Value = serde_json::from_slice(&listing.stdout).unwrap();
    let drivers = listing["virtual_drivers"].as_array().unwrap();
    assert!(drivers.iter().any(|driver| driver["name"] == "net_af_packet"));
    assert!(listing["interfaces"].as_array().unwrap().iter().any(|interface| interface["name"] == "lo"));
    let described = run(&["net_null0", "net_ring0"]);
    assert!(described.status.success(), "{described:?}");
    assert!(String::from_utf8_lossy(&described.stdout).contains("net_null0"));
    assert_eq!(run(&["net_frobnicator0"]).status.code(), Some(1));
    assert_eq!(run(&["eth0"]).status.code(), Some(2));
}
