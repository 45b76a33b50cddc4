//! The shape of `weir.yaml`, with every default in one place.

use std::path::PathBuf;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::events::Events;
use super::units::{Size, Span};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Pairs of ports that weir sits between.
    pub wires: Vec<Wire>,
    /// The cores that do the work.
    pub workers: Workers,
    /// Memory and drivers.
    pub dpdk: Dpdk,
    /// How deep frames are parsed.
    pub parser: Parser,
    /// The flow table of each worker.
    pub flows: Flows,
    /// TCP.
    pub tcp: Tcp,
    /// Fragments of IP.
    pub fragments: Fragments,
    /// Scanning.
    pub inspect: Inspect,
    /// Decoding of applications.
    pub app: App,
    /// What signatures remember.
    pub state: State,
    /// Sets of values in files.
    pub datasets: Datasets,
    /// Reputations of addresses.
    pub reputation: Reputation,
    /// Totals of scores from which something is done.
    pub scores: Scores,
    /// Signature files. Paths are relative to the configuration file.
    pub rules: Vec<PathBuf>,
    /// Files in the form of Suricata's `threshold.config`.
    pub thresholds: Vec<PathBuf>,
    /// Segmentation policy files; none allows everything.
    pub policy: Vec<PathBuf>,
    /// Address and port variables of the signatures, like `HOME_NET`.
    pub variables: std::collections::BTreeMap<String, String>,
    /// What is written down, and where.
    pub events: Events,
    /// The control socket.
    pub control: Control,
}

/// Two ports with weir between them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wire {
    /// What events call it.
    pub name: Spanned<String>,
    /// Both ends: PCI addresses or vdev strings.
    pub ports: Spanned<Vec<Spanned<String>>>,
    /// Whether verdicts are carried out.
    #[serde(default)]
    pub mode: Mode,
    /// For packets that are malformed, or that the engine fails on.
    #[serde(default)]
    pub on_fault: FailSafe,
    /// For packets there is no room to judge.
    #[serde(default)]
    pub on_overload: FailSafe,
    /// Largest payload of a frame in bytes; the devices' own where it is not given.
    #[serde(default)]
    pub mtu: Option<Spanned<u16>>,
    /// Take frames for any address, as a bump in the wire must.
    #[serde(default = "yes")]
    pub promiscuous: bool,
}

fn yes() -> bool {
    true
}

/// See [`Wire::mode`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Verdicts are carried out.
    #[default]
    Enforce,
    /// Verdicts are written down, and everything is forwarded.
    Observe,
}

/// What happens to a packet that can't be judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailSafe {
    /// It passes.
    #[default]
    Open,
    /// It is dropped.
    Closed,
}

/// The cores that do the work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Workers {
    /// One worker for each core named here; one worker on the last core that is allowed where none is.
    pub cores: Spanned<Vec<u16>>,
    /// Frames taken from a queue at once, at most 64.
    pub burst: Spanned<usize>,
    /// What an idle worker does.
    pub idle: Idle,
    /// By what flows are spread over workers where the device does not do it.
    pub steering: Steering,
    /// Frames that can wait for each worker when one hands them to another.
    pub ring: usize,
}

impl Default for Workers {
    fn default() -> Workers {
        Workers {
            cores: unplaced(Vec::new()),
            burst: unplaced(32),
            idle: Idle::Auto,
            steering: Steering::Ports,
            ring: 4096,
        }
    }
}

/// What an idle worker does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idle {
    /// `poll` where all devices are hardware, `sleep` otherwise.
    #[default]
    Auto,
    /// Polls on: lowest latency, and the core is always busy.
    Poll,
    /// Sleeps for longer and longer, up to 200 microseconds.
    Sleep,
}

/// By what flows are spread over workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steering {
    /// Addresses and ports: an even spread, but a fragment of TCP can't be told to which connection it belongs.
    #[default]
    Ports,
    /// Addresses only: fragments come to the worker of their flow, and two hosts share one core.
    Addresses,
}

/// Memory and drivers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dpdk {
    /// Tells the files of several running instances apart; made of the process id where it is not given.
    pub file_prefix: Option<String>,
    /// Memory for packet buffers and queues.
    pub memory: Size,
    /// Whether hugepages are used.
    pub hugepages: Hugepages,
    /// Buffers for packets, in all pools together.
    pub mbufs: u32,
    /// Descriptors of each queue.
    pub descriptors: u16,
}

impl Default for Dpdk {
    fn default() -> Dpdk {
        Dpdk {
            file_prefix: None,
            memory: Size::mib(256),
            hugepages: Hugepages::Auto,
            mbufs: 32_767,
            descriptors: 1024,
        }
    }
}

/// Whether hugepages are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hugepages {
    /// Where there are enough free ones.
    #[default]
    Auto,
    /// weir does not start without.
    Require,
    /// Not even when there are some.
    Never,
}

/// How deep frames are parsed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Parser {
    /// Tunnels that are looked through, one inside the other.
    pub tunnel_depth: Spanned<u8>,
    /// UDP ports of VXLAN.
    pub vxlan_ports: Option<Spanned<Vec<u16>>>,
    /// UDP ports of Geneve.
    pub geneve_ports: Option<Spanned<Vec<u16>>>,
    /// UDP ports of GTP-U.
    pub gtp_ports: Option<Spanned<Vec<u16>>>,
}

impl Default for Parser {
    fn default() -> Parser {
        Parser { tunnel_depth: unplaced(2), vxlan_ports: None, geneve_ports: None, gtp_ports: None }
    }
}

/// The flow table of each worker.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Flows {
    /// Flows that fit.
    pub capacity: Spanned<u32>,
    /// How long flows live without a packet.
    pub timeouts: Timeouts,
}

impl Default for Flows {
    fn default() -> Flows {
        Flows { capacity: unplaced(1 << 20), timeouts: Timeouts::default() }
    }
}

/// How long flows live without a packet, by transport.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Timeouts {
    /// TCP.
    pub tcp: TransportTimeouts,
    /// UDP.
    pub udp: TransportTimeouts,
    /// ICMP of both kinds.
    pub icmp: TransportTimeouts,
    /// All others.
    pub other: TransportTimeouts,
}

/// How long flows of one transport live without a packet; what is not given keeps its default.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TransportTimeouts {
    /// Before the other side has answered.
    pub new: Option<Span>,
    /// While both sides talk.
    pub established: Option<Span>,
    /// After its end.
    pub closed: Option<Span>,
}

/// TCP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tcp {
    /// Memory of each worker for segments that wait, or that may be repeated.
    pub memory: Size,
    /// How far ahead of the next byte a segment may lie, and how much is kept for comparison, for each direction.
    pub window: Spanned<Size>,
    /// Connections whose start was not seen.
    pub midstream: Midstream,
    /// Acknowledgments of bytes that never came by.
    pub unseen_acks: UnseenAcks,
    /// Whether repeated bytes are compared with what was inspected.
    pub retransmissions: Retransmissions,
}

impl Default for Tcp {
    fn default() -> Tcp {
        Tcp {
            memory: Size::mib(128),
            window: unplaced(Size::mib(1)),
            midstream: Midstream::Inspect,
            unseen_acks: UnseenAcks::Auto,
            retransmissions: Retransmissions::Compare,
        }
    }
}

/// See [`Tcp::midstream`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Midstream {
    /// Inspected from where they are.
    #[default]
    Inspect,
    /// Forwarded without inspection, once policy allows them.
    Pass,
    /// Dropped.
    Drop,
}

/// See [`Tcp::unseen_acks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnseenAcks {
    /// `drop` when live, `skip` in a replay, where the capture may have lost packets.
    #[default]
    Auto,
    /// The missing bytes are skipped.
    Skip,
    /// The segment is dropped: inline, no honest receiver can have sent it.
    Drop,
}

/// See [`Tcp::retransmissions`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retransmissions {
    /// A copy of unacknowledged bytes is kept, and a repetition that differs is dropped.
    #[default]
    Compare,
    /// Nothing is kept; a repetition passes.
    Trust,
}

/// Fragments of IP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fragments {
    /// Datagrams that can be put together at once.
    pub datagrams: u32,
    /// Memory of each worker for them.
    pub memory: Size,
    /// How long the fragments of a datagram wait for the last.
    pub timeout: Span,
}

impl Default for Fragments {
    fn default() -> Fragments {
        Fragments { datagrams: 4096, memory: Size::mib(16), timeout: Span::seconds(30) }
    }
}

/// Scanning.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Inspect {
    /// Directions of connections that can be under inspection at once, for each worker.
    pub streams: usize,
    /// Signatures that can be half matched at once, for each worker.
    pub progress: usize,
    /// How long connections may keep the rules they began with after a reload.
    pub drain: Span,
    /// Whether one bad signature refuses all.
    pub strict: bool,
    /// Where compiled signatures are kept.
    pub cache: CacheChoice,
}

impl Default for Inspect {
    fn default() -> Inspect {
        Inspect {
            streams: 131_072,
            progress: 65_536,
            drain: Span::seconds(60),
            strict: false,
            cache: CacheChoice::Auto,
        }
    }
}

/// Where compiled signatures are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum CacheChoice {
    /// In `/var/cache/weir` for root, in the user's cache directory for others.
    #[default]
    Auto,
    /// They are compiled every time.
    Never,
    /// In this directory, relative to the configuration file.
    Directory(PathBuf),
}

impl From<String> for CacheChoice {
    fn from(text: String) -> CacheChoice {
        match text.as_str() {
            "auto" => CacheChoice::Auto,
            "never" => CacheChoice::Never,
            _ => CacheChoice::Directory(text.into()),
        }
    }
}

impl CacheChoice {
    /// The directory, where there is to be one.
    pub fn directory(&self) -> Option<PathBuf> {
        match self {
            CacheChoice::Auto => crate::database::default_directory(),
            CacheChoice::Never => None,
            CacheChoice::Directory(directory) => Some(directory.clone()),
        }
    }
}

/// Decoding of applications.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct App {
    /// Connections that are decoded at once, for each worker; others are inspected as streams only.
    pub flows: usize,
}

impl Default for App {
    fn default() -> App {
        App { flows: 65_536 }
    }
}

/// What signatures remember.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct State {
    /// Bits of hosts and pairs of hosts that can be set at once, for all workers together.
    pub shared_bits: Spanned<u32>,
}

impl Default for State {
    fn default() -> State {
        State { shared_bits: unplaced(1 << 18) }
    }
}

/// Sets of values in files (`dataset`, `datarep`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Datasets {
    /// Where sets are looked for that are not beside the rule file, and the only place where sets are saved.
    pub directory: Option<PathBuf>,
    /// Whether rules may name files elsewhere.
    pub outside: Outside,
}

/// Reputations of addresses (`iprep`). Paths are relative to the configuration file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Reputation {
    /// Files that number and name the categories.
    pub categories: Vec<PathBuf>,
    /// Files of addresses and prefixes with their reputations.
    pub files: Vec<PathBuf>,
}

/// Totals of scores from which something is done; nothing is where none is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Scores {
    /// An event is written.
    pub alert: Option<Spanned<i32>>,
    /// The packet that completes it is dropped.
    pub drop: Option<Spanned<i32>>,
    /// The packet that completes it is dropped, and the ends are told.
    pub reject: Option<Spanned<i32>>,
}

/// See [`Datasets::outside`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// They may not.
    #[default]
    Refused,
    /// They may, by absolute paths and `..`.
    Allowed,
}

/// The control socket.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Control {
    /// Where it is; it is made with mode 0600.
    pub socket: PathBuf,
}

impl Default for Control {
    fn default() -> Control {
        Control { socket: PathBuf::from("/run/weir.sock") }
    }
}

fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(value, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}
