//! The configuration that most tests use, and what they change of it.

use crate::lab::Lab;

/// By what weir takes frames from the interfaces of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// Packet sockets.
    AfPacket,
    /// AF_XDP sockets, in copy mode, with one queue: all that a veth pair has.
    AfXdp,
}

impl Driver {
    fn name(self) -> &'static str {
        match self {
            Driver::AfPacket => "net_af_packet",
            Driver::AfXdp => "net_af_xdp",
        }
    }
}

/// Signatures of the lab: `forbidden-secret` is dropped, `reject-secret` rejected, `curious-secret` reported.
pub const RULES: &str = r#"drop ip any any -> any any (msg:"forbidden"; content:"forbidden-secret"; sid:1;)
reject tcp any any -> any any (msg:"not here"; content:"reject-secret"; sid:2;)
alert tcp any any -> any any (msg:"curious"; content:"curious-secret"; sid:3;)
"#;

/// Policy of the lab: both may talk, but not by telnet, TFTP, or on port 9999.
pub const POLICY: &str = r"default: deny
identities:
  - { name: client, match: [{ cidr: 10.9.0.1 }, { cidr: 10.9.0.77 }] }
  - { name: server, match: [{ cidr: 10.9.0.2 }] }
rules:
  - name: no-telnet
    from: any
    to: any
    ports: [{ protocol: tcp, port: 23 }, { protocol: udp, port: 69 }]
    action: reject
  - { name: no-9999, from: any, to: any, ports: [{ protocol: tcp, port: 9999 }], action: deny }
  - { name: lab, from: [client, server], to: [client, server], action: allow }
";

/// A configuration of a lab.
#[derive(Clone, Debug)]
pub struct Setup {
    /// By what frames are taken.
    pub driver: Driver,
    /// `enforce` or `observe`.
    pub mode: &'static str,
    /// `workers.cores`; empty for the default.
    pub cores: &'static str,
    /// Signatures.
    pub rules: String,
    /// Policy.
    pub policy: String,
    /// More lines of the configuration.
    pub more: &'static str,
}

impl Setup {
    /// What most tests use.
    pub fn new(driver: Driver) -> Setup {
        Setup {
            driver,
            mode: "enforce",
            cores: "",
            rules: RULES.to_owned(),
            policy: POLICY.to_owned(),
            more: "",
        }
    }

    /// Writes configuration, rules and policy into the folder of a lab.
    pub fn write(&self, lab: &Lab) {
        lab.write("lab.rules", &self.rules);
        lab.write("policy.yaml", &self.policy);
        lab.write("weir.yaml", &self.configuration(lab));
    }

    /// The text of the configuration. Tables are small, so that many instances start quickly side by side.
    pub fn configuration(&self, lab: &Lab) -> String {
        let Setup { mode, cores, more, .. } = self;
        let driver = self.driver.name();
        let (socket, events) = (lab.path("weir.sock"), lab.path("eve.json"));
        format!(
            "wires:
  - name: lab
    ports: [\"{driver}0,iface=w0\", \"{driver}1,iface=w1\"]
    mode: {mode}
workers: {{ cores: [{cores}] }}
rules: [lab.rules]
policy: [policy.yaml]
events: {{ file: {events}, ring: 1024 }}
control: {{ socket: {socket} }}
dpdk: {{ memory: 128MiB, mbufs: 16383, descriptors: 512 }}
flows: {{ capacity: 65536 }}
inspect: {{ streams: 4096, progress: 4096 }}
tcp: {{ memory: 32MiB, window: 8MiB }}
fragments: {{ datagrams: 256, memory: 1MiB }}
{more}
",
            socket = socket.display(),
            events = events.display(),
        )
    }
}
