//! Encapsulated traffic is decided by the virtual network that it belongs to.

use weir_tests::events::is_drop;
use weir_tests::requirement::skipped;
use weir_tests::{Driver, End, Lab, Peer, Setup, Weir};

/// Two tenants: VNI 100 may talk, VNI 200 may not, and both use the same addresses. VXLAN itself may pass.
const TENANTS: &str = "default: deny
identities:
  - { name: blue, match: [{ vni: 100 }] }
  - { name: red, match: [{ vni: 200 }] }
  - { name: hosts, match: [{ cidr: 10.9.0.0/24 }] }
rules:
  - { name: blue-inside, from: blue, to: blue, action: allow }
  - { name: red-is-closed, from: red, to: red, ports: [{ protocol: tcp }], action: reject }
  - { name: red-else, from: red, to: red, action: allow }
  - { name: underlay, from: hosts, to: hosts, action: allow }
";

over_each_driver! {
    vxlan_is_decided_by_tenant;
}

fn vxlan_is_decided_by_tenant(driver: Driver) {
    let Some(lab) = Lab::new() else { return };
    for (vni, left, right) in
        [("100", "172.16.1.1/24", "172.16.1.2/24"), ("200", "172.16.2.1/24", "172.16.2.2/24")]
    {
        for (namespace, under, remote, address) in
            [(&lab.left, "a0", "10.9.0.2", left), (&lab.right, "b0", "10.9.0.1", right)]
        {
            let name = format!("vx{vni}");
            let link = [
                "link", "add", &name, "type", "vxlan", "id", vni, "remote", remote, "dstport", "4789", "dev",
                under,
            ];
            if let Err(why) = namespace.ip(&link) {
                return skipped(&format!("this kernel has no VXLAN: {why}"));
            }
            namespace.ip(&["addr", "add", address, "dev", &name]).unwrap();
            namespace.ip(&["link", "set", &name, "mtu", "1400", "up"]).unwrap();
            let mut ethtool = namespace.command("ethtool");
            ethtool.args(["-K", &name, "tx", "off", "gso", "off", "gro", "off"]).output().unwrap();
        }
    }
    let setup = Setup { policy: TENANTS.to_owned(), ..Setup::new(driver) };
    let weir = Weir::start(&lab, &setup);
    let record = lab.path("record").display().to_string();
    let server = Peer::start(&lab.right, "recorder.py", &["0.0.0.0", "8000", &record]);
    server.expect("ready");
    let blue = Peer::start(&lab.left, "pieces.py", &["172.16.1.2", "8000", "200", "6869"]);
    server.expect("bytes 2");
    assert_eq!(blue.end(), End::Silence);
    let red = Peer::start(&lab.left, "pieces.py", &["172.16.2.2", "8000", "1000", "6869"]);
    assert_eq!(red.end(), End::Refused, "the reset comes back through the tunnel");
    let event = weir.event("the rejection", |event| is_drop(event, "policy") && event["dest_port"] == 8000);
    assert_eq!(event["segmentation"]["rule"], "red-is-closed");
    assert_eq!(event["segmentation"]["from"], "red");
    assert_eq!(event["tunnel"]["vni"], 200);
    let hidden = Peer::start(
        &lab.left,
        "pieces.py",
        &["172.16.1.2", "8000", "500", &weir_tests::peer::hex("forbidden-secret")],
    );
    assert_eq!(hidden.end(), End::Silence);
    weir.event("the drop", |event| is_drop(event, "signature"));
}
