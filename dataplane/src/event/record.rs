//! An event as it travels through the ring: numbers only, of fixed size, but for the record of a transaction, which is
//! made once and goes to and fro.

use weir_rules::field::FieldId;
use weir_rules::policy::{IdentityId, PolicyRuleId};
use weir_rules::signature::RuleIndex;

use super::Generation;
use crate::app::TransactionRecord;
use crate::confirm::FoundElement;
use crate::decode::dns::DnsHeader;
use crate::decode::recognise::AppProtocol;
use crate::detect::Reached;
use crate::flow::{Direction, FlowState, WireId};
use crate::packet::{Address, IpProtocol, IpVersion, Packet, TcpFlags, TcpHeader, Tenant};
use crate::time::Nanos;
use crate::verdict::{Reason, Verdict};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When: the time of the packet that it is about.
    pub time: Nanos,
    /// Number of that packet in the capture, from 1; 0 when live.
    pub number: u64,
    /// The rule set whose numbers it carries.
    pub generation: Generation,
    /// The flow; 0 where the packet belongs to none.
    pub flow_id: u64,
    /// Who talks to whom. For a flow the source is the endpoint that opened it, else the sender of the packet.
    pub endpoints: Endpoints,
    /// Identities of the endpoint that opened the flow and of the other, once policy was asked.
    pub identities: Option<Identities>,
    /// What the flow speaks, where that is known.
    pub app: Option<AppProtocol>,
    /// What happened.
    pub kind: EventKind,
}

/// The two ends, with all that keeps equal addresses apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Source address.
    pub src: Address,
    /// Destination address.
    pub dst: Address,
    /// Source port, zero where the transport has none.
    pub src_port: u16,
    /// Destination port, zero where the transport has none.
    pub dst_port: u16,
    /// Transport.
    pub protocol: IpProtocol,
    /// IP version.
    pub version: IpVersion,
    /// Type and code of ICMP.
    pub icmp: [u8; 2],
    /// The wire.
    pub wire: WireId,
    /// VLANs and tunnel.
    pub tenant: Tenant,
}

impl Endpoints {
    /// The ends of `packet`.
    pub fn of(packet: &Packet, wire: WireId) -> Endpoints {
        Endpoints {
            src: packet.src,
            dst: packet.dst,
            src_port: packet.src_port,
            dst_port: packet.dst_port,
            protocol: packet.protocol,
            version: packet.version,
            icmp: packet.icmp,
            wire,
            tenant: packet.tenant,
        }
    }
}

/// Who the two ends of a flow are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identities {
    /// The endpoint that opened the flow.
    pub from: IdentityId,
    /// The other.
    pub to: IdentityId,
    /// The policy rule that decided; `None` for the default.
    pub rule: Option<PolicyRuleId>,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// A signature matched.
    Alert(AlertEvent),
    /// What signatures weigh together has reached a limit.
    Score(ScoreEvent),
    /// A packet was not forwarded, or would not have been.
    Drop(DropEvent),
    /// Policy has something to say of a flow that passes.
    Policy(PolicyEvent),
    /// A transaction ended. The record goes back to its worker when it is written.
    Transaction(Box<TransactionRecord>),
    /// A flow ended.
    Flow(FlowEvent),
    /// Traffic that is not as it should be.
    Anomaly {
        /// In which respect.
        kind: AnomalyKind,
        /// The name of the failure below that.
        detail: Option<&'static str>,
    },
}

/// Whether a verdict was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was.
    Enforced,
    /// The wire only observes: it was written down.
    Observed,
}

/// What became of a packet that a signature matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertOutcome {
    /// Forwarded.
    Allowed,
    /// Not forwarded.
    Blocked,
    /// Forwarded by a wire that only observes.
    WouldBlock,
}

/// A signature matched.
#[derive(Clone, Copy, Debug)]
pub struct AlertEvent {
    /// The header of the DNS message in the datagram.
    pub dns: Option<DnsHeader>,
    /// Which.
    pub rule: RuleIndex,
    /// What became of the packet.
    pub outcome: AlertOutcome,
    /// In which direction of the flow, where there is one.
    pub direction: Option<Direction>,
    /// The field it matched in; `None` where the header decided.
    pub field: Option<FieldId>,
    /// Offset in the field behind the last byte of the match.
    pub offset: u64,
    /// Elements of sets that it is about, of which the sets' files say more.
    pub elements: [Option<FoundElement>; MAX_ELEMENTS],
    /// The flow so far, where there is one.
    pub totals: Option<FlowTotals>,
}

/// What signatures weigh together has reached a limit.
#[derive(Clone, Copy, Debug)]
pub struct ScoreEvent {
    /// The total, and who made it up.
    pub reached: Reached,
    /// What became of the packet that completed it.
    pub outcome: AlertOutcome,
    /// In which direction of the flow.
    pub direction: Direction,
    /// The flow so far.
    pub totals: FlowTotals,
}

/// Elements of sets that one alert tells of.
pub const MAX_ELEMENTS: usize = 4;

/// A packet was not forwarded, or would not have been.
#[derive(Clone, Copy, Debug)]
pub struct DropEvent {
    /// The verdict, with its reason.
    pub verdict: Verdict,
    /// Whether it was carried out.
    pub effect: Effect,
    /// Length of the frame in bytes.
    pub length: u32,
    /// TTL or hop limit.
    pub ttl: u8,
    /// The TCP header, where there is one.
    pub tcp: TcpHeader,
    /// The direction in the flow, where there is one.
    pub direction: Option<Direction>,
}

/// Policy has something to say of a flow.
#[derive(Clone, Copy, Debug)]
pub struct PolicyEvent {
    /// What.
    pub note: PolicyNote,
}

/// What policy says of a flow that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyNote {
    /// Allowed by a rule with action `alert`.
    Alert,
    /// A rule in observe mode would deny it.
    WouldDeny,
    /// A rule in observe mode would reject it.
    WouldReject,
}

/// Sizes of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowTotals {
    /// Packets, by [`Direction`].
    pub packets: [u64; 2],
    /// Bytes of their frames.
    pub bytes: [u64; 2],
    /// When it began.
    pub start: Nanos,
}

/// A flow ended.
#[derive(Clone, Copy, Debug)]
pub struct FlowEvent {
    /// Its sizes.
    pub totals: FlowTotals,
    /// When its last packet came.
    pub last: Nanos,
    /// Its state when it ended.
    pub state: FlowState,
    /// Why it ended.
    pub end: FlowEnd,
    /// TCP flags seen, by [`Direction`].
    pub tcp_flags: [TcpFlags; 2],
    /// Why its packets were not forwarded at the end, where they were not.
    pub cut: Option<Reason>,
}

/// Why a flow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowEnd {
    /// It was idle for longer than its state allows.
    Timeout,
    /// It was evicted to make room.
    Evicted,
    /// A new connection took its ports over.
    Reused,
    /// weir stops, or the capture ends.
    Shutdown,
}

impl FlowEnd {
    /// As EVE's `flow.reason`.
    pub const fn name(self) -> &'static str {
        match self {
            FlowEnd::Timeout => "timeout",
            FlowEnd::Evicted => "forced",
            FlowEnd::Reused => "tcp_reuse",
            FlowEnd::Shutdown => "shutdown",
        }
    }
}

/// In which respect traffic is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnomalyKind {
    /// A header makes no sense.
    Decode,
    /// Fragments make no datagram.
    Fragment,
    /// A TCP stream contradicts itself or can't be followed.
    Stream,
}

impl AnomalyKind {
    /// As EVE's `anomaly.type`.
    pub const fn name(self) -> &'static str {
        match self {
            AnomalyKind::Decode | AnomalyKind::Fragment => "decode",
            AnomalyKind::Stream => "stream",
        }
    }
}
