//! Ports on interfaces of the kernel: af_packet on a veth pair, and tap. They need root, and say so when they are skipped.

mod running_eal;

use std::process::Command;
use std::time::{Duration, Instant};

use running_eal::{eal, pool};
use weir_hw::{Burst, Device, DeviceSpec, IpVersion, PortConfig, StartedPort, TxChecksums};

/// A pair of interfaces joined back to back, removed on drop.
struct Veth {
    left: String,
    right: String,
}

impl Veth {
    fn new(tag: &str) -> Option<Veth> {
        let names = ["l", "r"].map(|end| format!("wr{tag}{}{end}", std::process::id() % 100_000));
        let [left, right] = names;
        let made = ip(&["link", "add", &left, "type", "veth", "peer", "name", &right]);
        if !made {
            println!("SKIPPED: no veth pair can be made; run as root with iproute2");
            return None;
        }
        let veth = Veth { left, right };
        for name in [&veth.left, &veth.right] {
            // Without addresses the kernel sends nothing of its own, or little.
            let _ = std::fs::write(format!("/proc/sys/net/ipv6/conf/{name}/disable_ipv6"), "1");
            assert!(ip(&["link", "set", name, "mtu", "1500", "up"]));
        }
        Some(veth)
    }
}

impl Drop for Veth {
    fn drop(&mut self) {
        ip(&["link", "del", &self.left]);
    }
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).output().is_ok_and(|output| output.status.success())
}

fn start(spec: &str, pool: &weir_hw::Mempool, queues: u16) -> StartedPort {
    let spec: DeviceSpec = spec.parse().expect("a device");
    let port = Device::attach(eal(), &spec).expect("a port");
    let config = PortConfig { rx_queues: queues, tx_queues: queues, ..PortConfig::default() };
    port.start(&config, pool).map_err(|(error, _)| error).expect("it starts")
}

/// An IPv4 frame of an experimental protocol that nothing else on the machine sends.
fn frame(number: u8, len: usize) -> Vec<u8> {
    let mut bytes = vec![0xff; 12];
    bytes.extend([0x88, 0xb5, number]);
    bytes.resize(len, number);
    bytes
}

#[test]
fn af_packet_ports_on_a_veth_pair_hear_each_other() {
    let Some(veth) = Veth::new("a") else { return };
    let pool = pool(8191, 2048);
    let mut left = start(&format!("net_af_packet10,iface={},qpairs=2", veth.left), &pool, 2);
    let mut right = start(&format!("net_af_packet11,iface={}", veth.right), &pool, 1);
    assert_eq!(left.port.mtu().expect("an MTU"), 1500);
    let mut burst = Burst::new();
    for number in 0..32_u8 {
        let bytes = frame(number, 60 + usize::from(number) * 45);
        burst.push(pool.frame(&bytes).expect("a buffer")).expect("room");
    }
    assert_eq!(left.tx[0].transmit(&mut burst), 32);
    let mut heard = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(10);
    while heard.len() < 32 && Instant::now() < deadline {
        right.rx[0].receive(&mut burst);
        heard.extend(burst.drain().filter(|frame| frame.data().get(12..14) == Some(&[0x88, 0xb5])));
    }
    assert_eq!(heard.len(), 32);
    for (number, received) in heard.iter().enumerate() {
        assert_eq!(received.data(), frame(number as u8, 60 + number * 45));
    }
    drop(heard);
    drop((left, right));
    assert_eq!(pool.in_use(), 0);
}

#[test]
fn an_af_xdp_port_hears_what_the_kernel_delivers() {
    let Some(veth) = Veth::new("x") else { return };
    let spec: DeviceSpec = format!("net_af_xdp10,iface={}", veth.left).parse().expect("a device");
    let pool = pool(16_383, 2048);
    let started = Device::attach(eal(), &spec)
        .map_err(|error| error.to_string())
        .and_then(|port| port.start(&PortConfig::default(), &pool).map_err(|(error, _)| error.to_string()));
    let mut left = match started {
        Ok(started) => started,
        Err(error) => {
            println!("SKIPPED: this kernel has no AF_XDP for us: {error}");
            return;
        }
    };
    let mut right = start(&format!("net_af_packet13,iface={}", veth.right), &pool, 1);
    let mut burst = Burst::new();
    for number in 0..32_u8 {
        burst.push(pool.frame(&frame(number, 200)).expect("a buffer")).expect("room");
    }
    assert_eq!(right.tx[0].transmit(&mut burst), 32);
    let mut heard = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(10);
    while heard.len() < 32 && Instant::now() < deadline {
        left.rx[0].receive(&mut burst);
        heard.extend(burst.drain().filter(|frame| frame.data().get(12..14) == Some(&[0x88, 0xb5])));
    }
    let bytes: Vec<Vec<u8>> = heard.iter().map(|frame| frame.data().to_vec()).collect();
    assert!(bytes == (0..32).map(|number| frame(number, 200)).collect::<Vec<_>>(), "{} heard", bytes.len());
    // The driver shares the pool's memory with the kernel and does not take back the buffers that the kernel holds when
    // the port closes, so the pool stays short of them.
}

#[test]
fn a_tap_port_makes_an_interface_that_goes_with_it() {
    let name = format!("wrt{}", std::process::id() % 100_000);
    let spec: DeviceSpec = format!("net_tap9,iface={name}").parse().expect("a device");
    let port = match Device::attach(eal(), &spec) {
        Ok(port) => port,
        Err(error) => {
            println!("SKIPPED: no tap interface can be made; run as root: {error}");
            return;
        }
    };
    let pool = pool(4095, 2048);
    let started = port.start(&PortConfig::default(), &pool).map_err(|(error, _)| error).expect("it starts");
    assert!(weir_hw::interfaces().iter().any(|interface| interface.name == name));
    drop(started);
    assert!(weir_hw::interfaces().iter().all(|interface| interface.name != name));
    assert_eq!(pool.in_use(), 0);
}

/// The ones' complement sum that IP, TCP and UDP use (RFC 1071); 0xffff over data with its right checksum in it.
fn sum(parts: &[&[u8]]) -> u16 {
    let pairs = parts.iter().flat_map(|part| part.chunks(2));
    let total: u32 = pairs.map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum();
    let folded = (total & 0xffff) + (total >> 16);
    ((folded & 0xffff) + (folded >> 16)) as u16
}

/// Ethernet, IPv4 and a TCP segment or UDP datagram of 33 bytes, with both checksums wrong.
fn unsummed(protocol: u8, header: usize) -> Vec<u8> {
    let len = (20 + header + 33) as u8;
    let mut bytes = vec![0xff; 12];
    bytes.extend([
        0x08, 0x00, 0x45, 0, 0, len, 0, 7, 0, 0, 64, protocol, 0xde, 0xad, 10, 0, 0, 1, 10, 0, 0, 2,
    ]);
    let mut transport: Vec<u8> = (0..header + 33).map(|at| at as u8).collect();
    match protocol {
        17 => transport[4..6].copy_from_slice(&(len as u16 - 20).to_be_bytes()),
        _ => transport[12] = 0x50,
    }
    bytes.extend(transport);
    bytes
}

#[test]
fn a_port_computes_the_checksums_that_it_is_asked_for() {
    let name = format!("wrc{}", std::process::id() % 100_000);
    let spec: DeviceSpec = format!("net_tap8,iface={name}").parse().expect("a device");
    let Ok(port) = Device::attach(eal(), &spec) else {
        println!("SKIPPED: no tap interface can be made; run as root");
        return;
    };
    let offered = port.info().expect("capabilities").tx_checksums;
    assert_eq!(offered, TxChecksums::all(), "net_tap computes them itself");
    let pool = pool(8191, 2048);
    let mut sender =
        port.start(&PortConfig::default(), &pool).map_err(|(error, _)| error).expect("it starts");
    let _ = std::fs::write(format!("/proc/sys/net/ipv6/conf/{name}/disable_ipv6"), "1");
    assert!(ip(&["link", "set", &name, "up"]));
    let mut receiver = start(&format!("net_af_packet12,iface={name}"), &pool, 1);
    for (which, protocol, header) in [(TxChecksums::TCP, 6, 20), (TxChecksums::UDP, 17, 8)] {
        let mut frame = pool.frame(&unsummed(protocol, header)).expect("a buffer");
        assert_eq!(frame.request_checksums(TxChecksums::TCP | TxChecksums::UDP, IpVersion::V4, 14, 20), None);
        assert_eq!(frame.request_checksums(which, IpVersion::V6, 14, 20), None, "too short for IPv6");
        assert_eq!(frame.request_checksums(which, IpVersion::V4, 14, 200), None, "beyond the frame");
        assert_eq!(frame.request_checksums(which | TxChecksums::IPV4, IpVersion::V4, 14, 20), Some(()));
        let mut burst = Burst::new();
        burst.push(frame).expect("room");
        assert_eq!(sender.tx[0].transmit(&mut burst), 1);
        let deadline = Instant::now() + Duration::from_secs(10);
        let ours = |frame: &weir_hw::Mbuf| frame.data().get(26..30) == Some(&[10, 0, 0, 1]);
        let frame = loop {
            receiver.rx[0].receive(&mut burst);
            if let Some(frame) = burst.drain().find(ours) {
                break frame;
            }
            assert!(Instant::now() < deadline, "protocol {protocol}: nothing arrived");
        };
        let (ip_header, transport) = frame.data()[14..].split_at(20);
        assert_eq!(sum(&[ip_header]), 0xffff);
        let pseudo = [0, protocol, 0, transport.len() as u8];
        assert_eq!(sum(&[&ip_header[12..20], &pseudo, transport]), 0xffff, "protocol {protocol}");
    }
    assert_eq!(sender.tx[0].refused(), 0);
}
