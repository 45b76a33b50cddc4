//! A signature: everything that one rule says.

use std::fmt;

use super::buffer::BufferMatch;
use super::classification::Classification;
use super::condition::Condition;
use super::fast_pattern::FastPattern;
use super::flow::FlowOptions;
use super::header::{Endpoint, Header};
use super::numeric::NumberCondition;
use super::packet::PacketCondition;
use super::protocol::{AppProtocol, RuleProtocol};
use super::state::{DetectionFilter, StateCondition, Tag, Threshold};
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
    /// What their flow must be found to be.
    pub app: Option<AppProtocol>,
    /// The state of that protocol at which the rule is asked (`http1:request_complete`).
    pub hook: Option<Box<str>>,
    /// Between whom.
    pub header: Header,
    /// In which flows.
    pub flow: FlowOptions,
    /// What numbers of packets, flows and transactions must be; all of it.
    pub numbers: Box<[NumberCondition]>,
    /// What else of packets and flows must be; all of it.
    pub packet: Box<[PacketCondition]>,
    /// What buffers must hold; all of it. Where there is none, header, numbers and the like decide.
    pub buffers: Box<[BufferMatch]>,
    /// What is asked of, and done to, what is remembered; in order.
    pub state: Box<[StateCondition]>,
    /// How many of the matches are reported (`threshold`).
    pub threshold: Option<Threshold>,
    /// How many matches must come before one counts (`detection_filter`).
    pub detection_filter: Option<DetectionFilter>,
    /// What is recorded after a match (`tag`).
    pub tag: Option<Tag>,
    /// What a match adds to the score of its flow (`score`, weir's own).
    pub score: Option<i16>,
    /// The names of the variables; a [`Variable`](super::Variable) is a position here.
    pub variables: Box<[Box<str>]>,
    pub(super) plain: Option<Box<[Condition]>>,
    pub(super) fast_pattern: Option<FastPattern>,
    /// Where it is written.
    pub origin: Origin,
}

impl Signature {
    /// Whether a packet between these endpoints is meant. Protocol, flow and conditions are not looked at.
    #[inline]
    pub fn header_matches(&self, source: &Endpoint, destination: &Endpoint) -> bool {
        self.header.matches(source, destination)
    }

    /// The conditions of a *plain* signature, which asks for patterns in the payload at places that do not depend on
    /// variables, and for nothing more beside header and flow; none of any other. Empty where the header decides.
    ///
    /// A `content` and the `pcre` that must follow it at once are one condition here.
    pub fn plain_conditions(&self) -> Option<&[Condition]> {
        self.plain.as_deref()
    }

    /// The content to look for first: where it is not found, the signature can't match.
    pub fn fast_pattern(&self) -> Option<&FastPattern> {
        self.fast_pattern.as_ref()
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
