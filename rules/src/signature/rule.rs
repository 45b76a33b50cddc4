//! A signature: everything that one rule says.

use std::fmt;

use super::classification::Classification;
use super::condition::Condition;
use super::flow::FlowOptions;
use super::header::{Endpoint, Header};
use crate::origin::Origin;

/// The position of a signature in its [`SignatureSet`](super::SignatureSet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u32);

/// By what people call a signature: generator and signature number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignatureId {
    /// The generator; 1 for rules.
    pub gid: u32,
    /// The signature; unique in its generator.
    pub sid: u32,
}

impl fmt::Display for SignatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.gid, self.sid)
    }
}

/// One rule, compiled.
#[derive(Clone, Debug)]
pub struct Signature {
    /// `gid` and `sid`.
    pub id: SignatureId,
    /// `rev`; 0 where it is not given.
    pub rev: u32,
    /// `msg`.
    pub msg: Box<str>,
    /// `classtype`.
    pub classification: Option<&'static Classification>,
    /// `priority`, or that of the classification, or 3. 1 is the worst.
    pub priority: u8,
    /// `metadata`: keys and values, in order.
    pub metadata: Box<[(Box<str>, Box<str>)]>,
    /// `reference`, in order.
    pub references: Box<[Reference]>,
    /// `target`.
    pub target: Option<Target>,
    /// What is done with a packet that matches.
    pub action: RuleAction,
    /// Whether a match shows as an event.
    pub report: ReportAs,
    /// Which packets are looked at.
    pub protocol: RuleProtocol,
    /// Between whom.
    pub header: Header,
    /// In which flows.
    pub flow: FlowOptions,
    /// What they must hold; all of it. None means that the header decides.
    pub conditions: Vec<Condition>,
    /// Where it is written.
    pub origin: Origin,
}

impl Signature {
    /// Whether a packet between these endpoints is meant. Protocol, flow and conditions are not looked at.
    #[inline]
    pub fn header_matches(&self, source: &Endpoint, destination: &Endpoint) -> bool {
        self.header.matches(source, destination)
    }

    /// The text of the classification for `alert.category` of EVE; empty where there is none.
    pub fn category(&self) -> &'static str {
        self.classification.map_or("", |classification| classification.description)
    }

    /// The first value of a key of the metadata.
    pub fn metadata_value(&self, key: &str) -> Option<&str> {
        self.metadata.iter().find(|(k, _)| &**k == key).map(|(_, value)| &**value)
    }
}

/// What is done with a packet that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleAction {
    /// It is reported.
    Alert,
    /// It goes on, and no other signature is asked.
    Pass,
    /// It vanishes, as does the rest of its flow.
    Drop,
    /// As [`RuleAction::Drop`], and the ends are told.
    Reject(RejectTo),
}

impl RuleAction {
    /// The word that a rule starts with.
    pub const fn name(self) -> &'static str {
        match self {
            RuleAction::Alert => "alert",
            RuleAction::Pass => "pass",
            RuleAction::Drop => "drop",
            RuleAction::Reject(RejectTo::Sender) => "reject",
            RuleAction::Reject(RejectTo::Receiver) => "rejectdst",
            RuleAction::Reject(RejectTo::Both) => "rejectboth",
        }
    }
}

/// Who is told that a packet was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectTo {
    /// The one who sent it (`reject`, `rejectsrc`).
    Sender,
    /// The one it was sent to (`rejectdst`).
    Receiver,
    /// Both (`rejectboth`).
    Both,
}

/// Whether a match shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReportAs {
    /// As an event.
    #[default]
    Event,
    /// Not at all (`noalert`); the action is carried out.
    Nothing,
}

/// Which packets a signature looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleProtocol {
    /// All of IP.
    Ip,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP and ICMPv6.
    Icmp,
}

impl RuleProtocol {
    /// The word in a rule.
    pub const fn name(self) -> &'static str {
        match self {
            RuleProtocol::Ip => "ip",
            RuleProtocol::Tcp => "tcp",
            RuleProtocol::Udp => "udp",
            RuleProtocol::Icmp => "icmp",
        }
    }

    /// Whether packets of an IP protocol (IANA's number) are looked at.
    #[inline]
    pub const fn covers(self, ip_protocol: u8) -> bool {
        match self {
            RuleProtocol::Ip => true,
            RuleProtocol::Tcp => ip_protocol == 6,
            RuleProtocol::Udp => ip_protocol == 17,
            RuleProtocol::Icmp => matches!(ip_protocol, 1 | 58),
        }
    }
}

/// A source to read more in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What kind: `cve`, `url`, …
    pub system: Box<str>,
    /// Which.
    pub id: Box<str>,
}

/// Which end of a match is under attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The sender of the packet (`src_ip`).
    Source,
    /// Its receiver (`dest_ip`).
    Destination,
}
