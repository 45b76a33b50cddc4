//! `weir devices`: what ports there are, and what they can do.

use clap::Args;
use serde_json::{Value, json};
use weir_hw::{
    Device, DeviceSpec, Eal, EalConfig, Hugepages, PortInfo, RssSupport, interfaces, pci_devices,
    virtual_drivers,
};

use super::Failure;
use super::plain_table::plain_table;

/// What `weir devices` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Without arguments, lists the PCI network devices, the network interfaces and the virtual drivers of this
machine. With devices named, opens each and says what it can do:
  weir devices 0000:01:00.0
  weir devices net_af_packet0,iface=eth1 net_tap0")]
pub struct Arguments {
    /// Devices to open: PCI addresses or vdev strings.
    #[arg(value_name = "DEVICE")]
    devices: Vec<DeviceSpec>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Carries the command out.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = EalConfig {
        memory_mib: 64,
        hugepages: Hugepages::Never,
        devices: arguments.devices.clone(),
        ..EalConfig::default()
    };
    let eal = Eal::init(&config).map_err(Failure::work)?;
    if arguments.devices.is_empty() {
        let listing = listing();
        if arguments.json {
            println!("{listing:#}")
        } else {
            print_listing(&listing)
        }
        return Ok(());
    }
    let mut found = Vec::new();
    for spec in &arguments.devices {
        let port = Device::attach(eal, spec).map_err(Failure::work)?;
        found.push((spec.to_string(), port.info().map_err(Failure::work)?));
    }
    if arguments.json {
        let ports: Vec<Value> = found.iter().map(|(name, info)| json_of(name, info)).collect();
        println!("{:#}", json!({ "ports": ports }));
    } else {
        found.iter().for_each(|(name, info)| print_port(name, info));
    }
    Ok(())
}

fn listing() -> Value {
    let drivers: Vec<Value> = virtual_drivers()
        .iter()
        .map(|driver| json!({ "name": driver.name, "for": driver.about, "example": driver.example }))
        .collect();
    let pci: Vec<Value> = pci_devices()
        .iter()
        .map(|device| {
            json!({
                "address": device.address.to_string(),
                "id": format!("{:04x}:{:04x}", device.vendor, device.device),
                "driver": device.driver,
                "interfaces": device.interfaces,
                "usable": device.is_usable(),
            })
        })
        .collect();
    let interfaces: Vec<Value> = interfaces()
        .iter()
        .map(|i| json!({ "name": i.name, "mac": i.mac, "state": i.state, "mtu": i.mtu }))
        .collect();
    json!({ "pci": pci, "interfaces": interfaces, "virtual_drivers": drivers })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".into(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn print_listing(listing: &Value) {
    let print = |title: &str, key: &str, columns: &[&str]| {
        let rows = listing[key].as_array().map(Vec::as_slice).unwrap_or_default();
        println!("{title}{}", if rows.is_empty() { ": none" } else { "" });
        if rows.is_empty() {
            return;
        }
        let mut table = plain_table();
        table.set_header(columns.iter().copied());
        for row in rows {
            table.add_row(columns.iter().map(|column| text(&row[*column])));
        }
        println!("{table}\n");
    };
    print("PCI network devices", "pci", &["address", "id", "driver", "interfaces", "usable"]);
    print(
        "network interfaces (for net_af_packet, net_af_xdp)",
        "interfaces",
        &["name", "mac", "state", "mtu"],
    );
    print("virtual drivers", "virtual_drivers", &["name", "for", "example"]);
    println!("`weir devices DEVICE` opens one and says what it can do");
}

fn rss(info: &PortInfo) -> &'static str {
    match info.rss {
        RssSupport::None => "none",
        RssSupport::Addresses => "addresses",
        RssSupport::AddressesAndPorts => "addresses and ports",
    }
}

fn json_of(name: &str, info: &PortInfo) -> Value {
    json!({
        "device": name,
        "driver": info.driver,
        "mac": info.mac.to_string(),
        "rx_queues": info.max_rx_queues,
        "tx_queues": info.max_tx_queues,
        "mtu": [info.mtu_range.start(), info.mtu_range.end()],
        "rss": rss(info),
        "rx_offloads": info.rx_offloads,
        "tx_offloads": info.tx_offloads,
    })
}

fn print_port(name: &str, info: &PortInfo) {
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let mut table = plain_table();
    table.add_row(["driver", &info.driver]);
    table.add_row(["MAC", &info.mac.to_string()]);
    table.add_row(["queues", &format!("{} receive, {} transmit", info.max_rx_queues, info.max_tx_queues)]);
    table.add_row(["MTU", &format!("{} to {}", info.mtu_range.start(), info.mtu_range.end())]);
    table.add_row(["RSS", rss(info)]);
    table.add_row(["receive offloads", &list(&info.rx_offloads)]);
    table.add_row(["transmit offloads", &list(&info.tx_offloads)]);
    println!("{name}\n{table}\n");
}
