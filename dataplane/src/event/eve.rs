//! Events as EVE JSON: Suricata's schema, with the objects `segmentation` and `verdict` as weir fills them.
//!
//! One [`EveLine`] is one line of the file. It borrows names from the [`Catalog`] and holds no state.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use weir_rules::policy::Policy;
use weir_rules::signature::{RuleIndex, Signature};

use super::alert_line::Alert;
use super::dns::DnsObject;
use super::record::{
    AlertEvent, DropEvent, Effect, Endpoints, Event, EventKind, FlowEvent, FlowTotals, Identities, PolicyNote,
};
use super::redact::Redaction;
use super::score_line::Score;
use super::transaction_line::objects;
use super::{AnomalyKind, Catalog};
use crate::app::TransactionRecord;
use crate::flow::Direction;
use crate::packet::{IpProtocol, TcpFlags, TunnelKind};
use crate::time::Nanos;
use crate::verdict::{Reason, Verdict};

/// One event, ready to be serialized.
#[derive(Debug, Serialize)]
pub struct EveLine<'c> {
    timestamp: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_iface: Option<&'c str>,
    event_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pcap_cnt: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vlan: Vec<u16>,
    #[serde(flatten)]
    ends: Option<Ends>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tunnel: Option<Tunnel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segmentation: Option<Segmentation<'c>>,
    #[serde(flatten)]
    body: Body<'c>,
}

#[derive(Debug, Serialize)]
pub(super) struct Ends {
    pub src_ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_port: Option<u16>,
    pub dest_ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dest_port: Option<u16>,
    proto: Protocol,
    ip_v: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_code: Option<u8>,
}

#[derive(Debug, Serialize)]
struct Tunnel {
    proto: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vni: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Segmentation<'c> {
    from: &'c str,
    to: &'c str,
    rule: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Body<'c> {
    Alert {
        alert: Alert<'c>,
        #[serde(skip_serializing_if = "Option::is_none")]
        dns: Option<DnsObject>,
        #[serde(skip_serializing_if = "Option::is_none")]
        flow: Option<AlertFlow>,
    },
    Drop {
        drop: Dropped,
        verdict: VerdictObject<'c>,
    },
    Flow {
        flow: Ended,
        #[serde(skip_serializing_if = "Option::is_none")]
        tcp: Option<Tcp>,
    },
    Anomaly {
        anomaly: Anomaly,
    },
    Score {
        score: Score<'c>,
        flow: Totals,
    },
    Transaction {
        tx_id: u32,
        #[serde(flatten)]
        said: BTreeMap<&'static str, Map<String, Value>>,
    },
    Note {},
}

#[derive(Debug, Serialize)]
struct Totals {
    pkts_toserver: u64,
    pkts_toclient: u64,
    bytes_toserver: u64,
    bytes_toclient: u64,
    start: Stamp,
}

/// The flow of an alert, with its ends: those of the alert are the packet's.
#[derive(Debug, Serialize)]
struct AlertFlow {
    #[serde(flatten)]
    totals: Totals,
    src_ip: IpAddr,
    dest_ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_port: Option<u16>,
}

#[derive(Debug, Serialize)]
struct Dropped {
    len: u32,
    ttl: u8,
    #[serde(flatten)]
    tcp: Option<DroppedTcp>,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct DroppedTcp {
    tcpseq: u32,
    tcpack: u32,
    tcpwin: u16,
    syn: bool,
    ack: bool,
    psh: bool,
    rst: bool,
    urg: bool,
    fin: bool,
}

#[derive(Debug, Serialize)]
struct VerdictObject<'c> {
    action: &'static str,
    mode: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ended {
    #[serde(flatten)]
    totals: Totals,
    end: Stamp,
    age: u64,
    state: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Tcp {
    tcp_flags: String,
    tcp_flags_ts: String,
    tcp_flags_tc: String,
    state: &'static str,
}

#[derive(Debug, Serialize)]
struct Anomaly {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
}

/// A time as Suricata writes it: `2026-11-24T20:47:40.123456+0000`.
#[derive(Clone, Copy, Debug)]
pub struct Stamp(pub Nanos);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = humantime::format_rfc3339_micros(UNIX_EPOCH + Duration::from_nanos(self.0.0)).to_string();
        serializer.collect_str(&format_args!("{}+0000", text.trim_end_matches('Z')))
    }
}

/// A transport by its name, or by its number where it has none.
#[derive(Clone, Copy, Debug)]
struct Protocol(IpProtocol);

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.name() {
            Some(name) => serializer.serialize_str(name),
            None => serializer.collect_str(&format_args!("{:03}", self.0.0)),
        }
    }
}

impl<'c> EveLine<'c> {
    /// Names everything in `event`; `catalog` is that of its generation, and without one its numbers stay unnamed.
    pub fn new(event: &Event, catalog: Option<&'c Catalog>) -> EveLine<'c> {
        let Endpoints { tenant, wire, .. } = event.endpoints;
        let known = event.endpoints.protocol != IpProtocol::default() || event.flow_id != 0;
        let note = match &event.kind {
            EventKind::Policy(policy) => Some(note_name(policy.note)),
            _ => None,
        };
        // Without a policy everybody is unknown and nothing is decided, which need not be said on every line.
        let segmentation = catalog
            .filter(|catalog| !catalog.policy.is_trivial())
            .zip(event.identities)
            .map(|(catalog, identities)| segmentation(&catalog.policy, identities, note));
        EveLine {
            timestamp: Stamp(event.time),
            flow_id: (event.flow_id != 0).then_some(event.flow_id),
            in_iface: catalog.and_then(|c| c.wires.get(usize::from(wire.0))).map(String::as_str),
            event_type: event_type(&event.kind),
            pcap_cnt: (event.number != 0).then_some(event.number),
            vlan: tenant.vlan.into_iter().filter(|&id| id != 0).collect(),
            ends: known.then(|| ends(&event.endpoints)),
            tunnel: tunnel(&event.endpoints),
            direction: direction_of(&event.kind).map(direction_name),
            app_proto: event.app.map(|app| app.name()),
            segmentation,
            body: body(event, catalog),
        }
    }

    /// What was said in a transaction, a line for each kind of thing, without what is to be taken out.
    pub fn of_transaction(
        event: &Event,
        record: &TransactionRecord,
        catalog: Option<&'c Catalog>,
        redaction: &Redaction,
    ) -> impl Iterator<Item = EveLine<'c>> {
        objects(record, redaction).into_iter().map(move |(family, object)| EveLine {
            event_type: family.name(),
            body: Body::Transaction { tx_id: record.id.0, said: BTreeMap::from([(family.name(), object)]) },
            ..EveLine::new(event, catalog)
        })
    }
}

fn event_type(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Alert(_) => "alert",
        EventKind::Score(_) => "score",
        EventKind::Drop(_) => "drop",
        EventKind::Policy(_) => "segmentation",
        EventKind::Transaction(_) => "transaction",
        EventKind::Flow(_) => "flow",
        EventKind::Anomaly { .. } => "anomaly",
    }
}

fn note_name(note: PolicyNote) -> &'static str {
    match note {
        PolicyNote::Alert => "alert",
        PolicyNote::WouldDeny => "would_deny",
        PolicyNote::WouldReject => "would_reject",
    }
}

fn direction_of(kind: &EventKind) -> Option<Direction> {
    match kind {
        EventKind::Alert(alert) => alert.direction,
        EventKind::Score(score) => Some(score.direction),
        EventKind::Drop(dropped) => dropped.direction,
        _ => None,
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::ToServer => "to_server",
        Direction::ToClient => "to_client",
    }
}

pub(super) fn ends(ends: &Endpoints) -> Ends {
    let ported = matches!(ends.protocol, IpProtocol::TCP | IpProtocol::UDP | IpProtocol::SCTP);
    let icmp = matches!(ends.protocol, IpProtocol::ICMP | IpProtocol::ICMPV6);
    let [icmp_type, icmp_code] = ends.icmp;
    Ends {
        src_ip: ends.src.to_ip(),
        src_port: ported.then_some(ends.src_port),
        dest_ip: ends.dst.to_ip(),
        dest_port: ported.then_some(ends.dst_port),
        proto: Protocol(ends.protocol),
        ip_v: ends.version as u8,
        icmp_type: icmp.then_some(icmp_type),
        icmp_code: icmp.then_some(icmp_code),
    }
}

fn tunnel(ends: &Endpoints) -> Option<Tunnel> {
    let (proto, has_vni) = match ends.tenant.tunnel {
        TunnelKind::None => return None,
        TunnelKind::Vxlan => ("vxlan", true),
        TunnelKind::Geneve => ("geneve", true),
        TunnelKind::Gre => ("gre", true),
        TunnelKind::IpIp => ("ipip", false),
        TunnelKind::GtpU => ("gtp-u", false),
    };
    Some(Tunnel { proto, vni: has_vni.then_some(ends.tenant.vni) })
}

fn segmentation<'c>(
    policy: &'c Policy,
    identities: Identities,
    note: Option<&'static str>,
) -> Segmentation<'c> {
    let rule = identities.rule.and_then(|rule| policy.rule(rule));
    Segmentation {
        from: policy.identity_name(identities.from),
        to: policy.identity_name(identities.to),
        rule: rule.map_or("default", |rule| &*rule.name),
        at: rule.map(|rule| rule.origin.to_string()),
        note,
    }
}

fn body<'c>(event: &Event, catalog: Option<&'c Catalog>) -> Body<'c> {
    match &event.kind {
        EventKind::Alert(alert) => {
            let (object, dns) = (Alert::new(event, alert, catalog), alert.dns.map(DnsObject::new));
            Body::Alert { alert: object, dns, flow: alert_flow(event, alert) }
        }
        EventKind::Drop(dropped) => {
            let reason = dropped.verdict.reason();
            let verdict = verdict_object(dropped, reason, catalog);
            Body::Drop { drop: dropped_object(event, dropped, reason), verdict }
        }
        EventKind::Flow(flow) => Body::Flow { flow: ended(flow), tcp: tcp(event, flow) },
        EventKind::Anomaly { kind, detail } => Body::Anomaly { anomaly: anomaly(*kind, *detail) },
        EventKind::Score(score) => {
            Body::Score { score: Score::new(score, catalog), flow: totals(&score.totals) }
        }
        EventKind::Policy(_) | EventKind::Transaction(_) => Body::Note {},
    }
}

pub(super) fn signature(catalog: Option<&Catalog>, rule: RuleIndex) -> Option<&Signature> {
    catalog?.signatures.signatures.get(rule.0 as usize)
}

fn alert_flow(event: &Event, alert: &AlertEvent) -> Option<AlertFlow> {
    let totals = totals(alert.totals.as_ref()?);
    let Ends { src_ip, src_port, dest_ip, dest_port, .. } = ends(&event.endpoints);
    Some(match alert.direction {
        Some(Direction::ToClient) => {
            AlertFlow { totals, src_ip: dest_ip, dest_ip: src_ip, src_port: dest_port, dest_port: src_port }
        }
        _ => AlertFlow { totals, src_ip, dest_ip, src_port, dest_port },
    })
}

fn totals(totals: &FlowTotals) -> Totals {
    let [to_server, to_client] = totals.packets;
    let [bytes_to_server, bytes_to_client] = totals.bytes;
    Totals {
        pkts_toserver: to_server,
        pkts_toclient: to_client,
        bytes_toserver: bytes_to_server,
        bytes_toclient: bytes_to_client,
        start: Stamp(totals.start),
    }
}

fn dropped_object(event: &Event, dropped: &DropEvent, reason: Option<Reason>) -> Dropped {
    let flags = dropped.tcp.flags;
    let tcp = (event.endpoints.protocol == IpProtocol::TCP).then(|| DroppedTcp {
        tcpseq: dropped.tcp.seq,
        tcpack: dropped.tcp.ack,
        tcpwin: dropped.tcp.window,
        syn: flags.contains(TcpFlags::SYN),
        ack: flags.contains(TcpFlags::ACK),
        psh: flags.contains(TcpFlags::PSH),
        rst: flags.contains(TcpFlags::RST),
        urg: flags.contains(TcpFlags::URG),
        fin: flags.contains(TcpFlags::FIN),
    });
    Dropped {
        len: dropped.length,
        ttl: dropped.ttl,
        tcp,
        reason: reason.map_or("", |reason| reason.kind().name()),
    }
}

fn verdict_object<'c>(
    dropped: &DropEvent,
    reason: Option<Reason>,
    catalog: Option<&'c Catalog>,
) -> VerdictObject<'c> {
    let rule = match reason {
        Some(Reason::Signature(rule) | Reason::FlowCut(rule)) => signature(catalog, rule),
        _ => None,
    };
    let policy_rule = match (reason, catalog) {
        (Some(Reason::Policy(Some(rule))), Some(catalog)) => catalog.policy.rule(rule),
        _ => None,
    };
    let detail = match reason {
        Some(Reason::Policy(None)) => Some("default"),
        Some(reason) => reason.detail(),
        None => None,
    };
    VerdictObject {
        action: match dropped.verdict {
            Verdict::Forward => "pass",
            Verdict::Drop(_) => "drop",
            Verdict::Reject(_) => "reject",
        },
        mode: match dropped.effect {
            Effect::Enforced => "enforce",
            Effect::Observed => "observe",
        },
        reason: reason.map_or("", |reason| reason.kind().name()),
        detail: policy_rule.map(|rule| &*rule.name).or(rule.map(|s| &*s.msg)).or(detail),
        signature_id: rule.map(|signature| signature.id.sid),
        at: policy_rule.map(|r| r.origin.to_string()).or(rule.map(|s| s.origin.to_string())),
    }
}

fn ended(flow: &FlowEvent) -> Ended {
    Ended {
        totals: totals(&flow.totals),
        end: Stamp(flow.last),
        age: flow.last.since(flow.totals.start).as_secs(),
        state: flow.state.phase().name(),
        reason: flow.end.name(),
        cut: flow.cut.map(|reason| reason.kind().name()),
    }
}

fn tcp(event: &Event, flow: &FlowEvent) -> Option<Tcp> {
    let [to_server, to_client] = flow.tcp_flags;
    (event.endpoints.protocol == IpProtocol::TCP).then(|| Tcp {
        tcp_flags: format!("{:02x}", (to_server | to_client).bits()),
        tcp_flags_ts: format!("{:02x}", to_server.bits()),
        tcp_flags_tc: format!("{:02x}", to_client.bits()),
        state: flow.state.tcp_name(),
    })
}

fn anomaly(kind: AnomalyKind, detail: Option<&'static str>) -> Anomaly {
    Anomaly { kind: kind.name(), event: detail }
}
