//! Real ports of DPDK's virtual drivers: attaching, starting, passing frames, and what is said when they can't.

mod running_eal;

use std::fs;
use std::path::Path;

use running_eal::{eal, pool};
use weir_hw::{
    Burst, Checksums, Device, DeviceError, DeviceSpec, Port, PortConfig, PortError, RssFields, RssMode,
    RssOutcome, Started, StartedPort, Stopped, Transmitted, port, ring_port,
};

fn attach(spec: &str) -> Result<Port<Stopped>, DeviceError> {
    let spec: DeviceSpec = spec.parse().expect("a device");
    Device::attach(eal(), &spec)
}

fn start(port: Port<Stopped>, config: &PortConfig, pool: &weir_hw::Mempool) -> StartedPort {
    port.start(config, pool).map_err(|(error, _)| error).expect("it starts")
}

#[test]
fn frames_pass_a_ring_port_in_order_and_partial_sends_keep_the_rest() {
    let pool = pool(1023, 512);
    let (port, mut ends) = ring_port(eal(), "passing", 2, 15).expect("a port");
    let config = PortConfig { rx_queues: 2, tx_queues: 2, ..PortConfig::default() };
    let mut started = start(port, &config, &pool);
    assert_eq!((started.rx.len(), started.tx.len(), started.rss), (2, 2, RssOutcome::None));
    assert_eq!(started.port.name(), "net_ring_passing");
    for number in 0..10_u8 {
        ends[1].inject.push(pool.frame(&[number; 64]).expect("a buffer")).expect("room");
    }
    let mut burst = Burst::new();
    assert_eq!(started.rx[0].receive(&mut burst), 0, "it was the other queue");
    assert_eq!(started.rx[1].receive(&mut burst), 10);
    assert!(burst.iter().enumerate().all(|(index, frame)| frame.data() == [index as u8; 64]));
    let mut more = Burst::new();
    for number in 10..25_u8 {
        more.push(pool.frame(&[number; 64]).expect("a buffer")).expect("room");
    }
    burst.append(&mut more);
    assert_eq!(started.tx[0].transmit(&mut burst), 15, "a ring of 15");
    assert_eq!((burst.len(), burst.get(0).map(|frame| frame.data()[0])), (10, Some(15)));
    let collected: Vec<u8> =
        std::iter::from_fn(|| ends[0].collect.pop()).take(5).map(|frame| frame.data()[0]).collect();
    assert_eq!(collected, [0, 1, 2, 3, 4]);
    assert_eq!(started.tx[0].transmit_or_drop(&mut burst), Transmitted { sent: 5, dropped: 5 });
    assert!(burst.is_empty());
    let stats = started.port.stats().expect("counters");
    assert_eq!((stats.ipackets, stats.opackets), (10, 20));
    started.port.reset_stats().expect("a reset");
    assert_eq!(started.port.stats().expect("counters").ipackets, 0);
    assert_eq!(pool.in_use(), 15);
    drop(started);
    assert_eq!(ends[0].collect.len(), 15, "what was sent can be collected after the port is gone");
    drop(ends);
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn queues_keep_the_port_running() {
    let pool = pool(255, 512);
    let (port, mut ends) = ring_port(eal(), "kept", 1, 15).expect("a port");
    let StartedPort { port, mut rx, tx, .. } = start(port, &PortConfig::default(), &pool);
    drop(tx);
    let port: Port<Started> = port.stop().expect_err("a queue is alive");
    drop(port);
    ends[0].inject.push(pool.frame(b"late").expect("a buffer")).expect("room");
    let mut burst = Burst::new();
    assert_eq!(rx[0].receive(&mut burst), 1);
    drop(rx);
    drop(attach("net_ring_kept").expect("the name is free again"));
}

#[test]
fn a_stopped_port_starts_again() {
    let pool = pool(1023, 2048);
    let port = attach("net_null7,size=100").expect("a port");
    let started = start(port, &PortConfig { rx_queues: 2, ..PortConfig::default() }, &pool);
    let StartedPort { port, rx, tx, .. } = started;
    drop((rx, tx));
    let port = port.stop().expect("no queue is alive");
    let mut again = start(port, &PortConfig::default(), &pool);
    let mut burst = Burst::new();
    assert_eq!(again.rx[0].receive(&mut burst), 64);
    assert!(burst.iter().all(|frame| frame.len() == 100));
    assert!(matches!(again.port.link().expect("a link"), port::Link::Up { .. }));
    assert!(!again.port.xstats().expect("counters").is_empty());
    assert_eq!(again.tx[0].transmit(&mut burst), 64);
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn a_port_says_what_it_can_do_and_refuses_the_rest() {
    let pool = pool(255, 2048);
    let port = attach("net_null8").expect("a port");
    let info = port.info().expect("capabilities");
    assert_eq!(info.driver, "net_null");
    assert!(info.max_rx_queues >= 1 && info.mtu_range.contains(&1500), "{info:?}");
    let asked = info.max_rx_queues + 1;
    let (error, port) =
        port.start(&PortConfig { rx_queues: asked, ..PortConfig::default() }, &pool).expect_err("too many");
    assert!(matches!(error, PortError::Queues { .. }), "{error}");
    assert!(
        error.to_string().contains(&format!("{asked} receive queues are asked for, and net_null has 1 to")),
        "{error}"
    );
    let (error, port) =
        port.start(&PortConfig { tx_queues: 0, ..PortConfig::default() }, &pool).expect_err("none");
    assert!(error.to_string().contains("0 transmit queues"), "{error}");
    let (error, port) =
        port.start(&PortConfig { mtu: Some(10), ..PortConfig::default() }, &pool).expect_err("too small");
    assert!(error.to_string().contains("an MTU of 10 is asked for"), "{error}");
    drop(start(
        port,
        &PortConfig { mtu: Some(1400), checksums: Checksums::Leave, ..PortConfig::default() },
        &pool,
    ));
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn symmetric_rss_is_reported_only_where_the_device_has_it() {
    let pool = pool(255, 2048);
    let config = |rss| PortConfig { rx_queues: 2, tx_queues: 2, rss, ..PortConfig::default() };
    let port = attach("net_null9").expect("a port");
    let symmetric = config(RssMode::Symmetric(RssFields::AddressesAndPorts));
    assert_eq!(start(port, &symmetric, &pool).rss, RssOutcome::Symmetric, "net_null keeps the key");
    let port = attach("net_null9").expect("the name is free again");
    assert_eq!(start(port, &config(RssMode::Off), &pool).rss, RssOutcome::None);
    let (port, _ends) = ring_port(eal(), "rss", 2, 15).expect("a port");
    assert_eq!(start(port, &symmetric, &pool).rss, RssOutcome::None, "net_ring has no hash");
}

/// A capture of the classic format, as its specification has it (draft-ietf-opsawg-pcap §4 and §5).
fn write_capture(path: &Path, frames: &[Vec<u8>]) {
    let mut bytes = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        bytes.extend(word.to_le_bytes());
    }
    for (second, frame) in frames.iter().enumerate() {
        let len = frame.len() as u32;
        for word in [second as u32, 0, len, len] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(frame);
    }
    fs::write(path, bytes).expect("a file");
}

fn read_capture(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).expect("a file");
    let mut rest = &bytes[24..];
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let len = u32::from_le_bytes(rest[8..12].try_into().expect("four bytes")) as usize;
        frames.push(rest[16..16 + len].to_vec());
        rest = &rest[16 + len..];
    }
    frames
}

#[test]
fn captures_go_through_net_pcap_byte_for_byte_in_several_segments_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let (input, output) = (directory.path().join("in.pcap"), directory.path().join("out.pcap"));
    let frames: Vec<Vec<u8>> =
        (0..300_usize).map(|n| (0..60 + n * 29 % 8900).map(|at| (at * 7 + n) as u8).collect()).collect();
    write_capture(&input, &frames);
    let pool = pool(2047, 1024);
    let spec = format!("net_pcap3,rx_pcap={},tx_pcap={}", input.display(), output.display());
    let mut started = start(attach(&spec).expect("a port"), &PortConfig::default(), &pool);
    let mut burst = Burst::new();
    let (mut passed, mut chained) = (0, 0);
    while started.rx[0].receive(&mut burst) > 0 {
        chained += burst.iter().filter(|frame| !frame.is_contiguous()).count();
        for (frame, original) in burst.iter().zip(&frames[passed..]) {
            assert_eq!(frame.segments().collect::<Vec<_>>().concat(), *original);
        }
        passed += started.tx[0].transmit_or_drop(&mut burst).sent;
    }
    assert_eq!(passed, frames.len());
    assert!(chained > 100, "{chained} frames were larger than a buffer");
    assert_eq!(pool.in_use(), 0);
    drop(started);
    assert!(read_capture(&output) == frames, "the output differs");
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let cases = [
        ("net_nothing0", "there is no driver net_nothing; loaded are net_af_packet"),
        (
            "net_af_packet0,iface=weir-no-such",
            "there is no network interface \"weir-no-such\"; this machine has",
        ),
        ("net_af_packet0", "the driver needs the argument iface=, as in net_af_packet0,iface=eth1"),
        ("net_pcap0,rx_pcap=/no/such.pcap,tx_pcap=/tmp/x", "there is no file /no/such.pcap"),
        ("ffff:ff:1f.7", "there is no network device there; this machine has"),
        ("net_null0,colour=green", "the driver refuses the device"),
    ];
    for (spec, words) in cases {
        let error = attach(spec).expect_err(spec).to_string();
        println!("{error}");
        assert!(error.contains(words), "{error}");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let broken = directory.path().join("broken.pcap");
    fs::write(&broken, b"this is not a capture").expect("a file");
    let spec =
        format!("net_pcap1,rx_pcap={},tx_pcap={}", broken.display(), directory.path().join("o").display());
    let error = attach(&spec).expect_err("not a capture").to_string();
    println!("{error}");
    assert!(error.contains("DPDK says") && error.contains("broken.pcap"), "{error}");
}

#[test]
fn a_device_is_taken_once() {
    let port = attach("net_null5").expect("a port");
    let error = attach("net_null5").expect_err("it is taken");
    assert!(matches!(error, DeviceError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("this process uses net_null5 already"), "{error}");
    drop(port);
    drop(attach("net_null5").expect("it is free again"));
}

#[test]
fn the_drivers_are_listed_as_loaded() {
    eal();
    let drivers = weir_hw::virtual_drivers();
    for name in ["net_null", "net_ring", "net_pcap", "net_tap", "net_af_packet", "net_af_xdp", "net_memif"] {
        let found = drivers.iter().find(|driver| driver.name == name).expect(name);
        assert_eq!(found.loaded, weir_hw::Loaded::Yes, "{name}");
        found.example.parse::<DeviceSpec>().expect(name);
    }
}
