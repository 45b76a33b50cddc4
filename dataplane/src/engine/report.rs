//! Events of the engine: filled from what the stages know, pushed into the worker's ring.

use super::frame::Frame;
use super::lifecycle::{cut_reason, identities_of};
use super::pipeline::Engine;
use crate::app::AppHandle;
use crate::counter::Counter;
use crate::decode::dns::DnsHeader;
use crate::decode::recognise::AppProtocol;
use crate::event::{
    AlertEvent, AlertOutcome, AnomalyKind, DropEvent, Effect, Endpoints, Event, EventKind, FlowEnd,
    FlowEvent, FlowTotals, Generation, Identities, PolicyEvent, PolicyNote,
};
use crate::flow::{Direction, FlowHash, FlowId, FlowRecord};
use crate::inspect::Hit;
use crate::packet::{IpProtocol, Packet};
use crate::time::Nanos;
use crate::verdict::Verdict;

/// What an event says of the flow of its packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowContext {
    pub flow_id: u64,
    pub direction: Direction,
    pub identities: Option<Identities>,
    pub totals: FlowTotals,
    pub generation: Generation,
    pub app: Option<AppProtocol>,
}

impl FlowContext {
    pub(super) fn of(
        record: &FlowRecord,
        hash: FlowHash,
        direction: Direction,
        now: Generation,
    ) -> FlowContext {
        FlowContext {
            flow_id: flow_id(hash, record.first_seen),
            direction,
            identities: identities_of(record),
            totals: FlowTotals { packets: record.packets, bytes: record.bytes, start: record.first_seen },
            generation: now.latest_with(record.policy_generation),
            app: None,
        }
    }
}

impl Engine {
    /// The context of a flow's packet for its events; only looked up when there is an event.
    #[cold]
    pub(super) fn context(&self, id: FlowId, direction: Direction) -> Option<FlowContext> {
        let record = self.flows.get(id)?;
        let app = self.app.protocol(AppHandle(record.app)).or(self.datagram);
        let context = FlowContext::of(record, self.flows.hash(record.key()), direction, self.generation());
        Some(FlowContext { app, ..context })
    }

    fn event(
        &self,
        frame: &Frame<'_>,
        packet: &Packet,
        flow: Option<&FlowContext>,
        kind: EventKind,
    ) -> Event {
        Event {
            time: frame.time,
            number: frame.number,
            generation: flow.map_or(self.generation(), |flow| flow.generation),
            flow_id: flow.map_or(0, |flow| flow.flow_id),
            endpoints: Endpoints::of(packet, frame.wire),
            identities: flow.and_then(|flow| flow.identities),
            app: flow.and_then(|flow| flow.app),
            kind,
        }
    }

    #[cold]
    pub(super) fn report_anomaly(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        kind: AnomalyKind,
        detail: Option<&'static str>,
        flow: Option<&FlowContext>,
    ) {
        let event = self.event(frame, packet, flow, EventKind::Anomaly { kind, detail });
        self.events.push(event);
    }

    #[cold]
    pub(super) fn report_drop(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        verdict: Verdict,
        effect: Effect,
        flow: Option<&FlowContext>,
    ) {
        let kind = EventKind::Drop(DropEvent {
            verdict,
            effect,
            length: frame.bytes.len() as u32,
            ttl: packet.ttl,
            tcp: packet.tcp,
            direction: flow.map(|flow| flow.direction),
        });
        let event = self.event(frame, packet, flow, kind);
        self.events.push(event);
    }

    #[cold]
    pub(super) fn report_alert(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        hit: &Hit,
        outcome: AlertOutcome,
        flow: Option<&FlowContext>,
    ) {
        self.counters.add(Counter::Alerts, 1);
        let mut explained = self.hits.explanations(hit.rule);
        let elements = std::array::from_fn(|_| explained.next());
        drop(explained);
        let is_dns = flow.is_some_and(|flow| flow.app == Some(AppProtocol::Dns));
        let dns = (is_dns && packet.protocol == IpProtocol::UDP)
            .then(|| DnsHeader::parse(packet.payload(frame.bytes)))
            .flatten();
        let kind = EventKind::Alert(AlertEvent {
            dns,
            rule: hit.rule,
            outcome,
            direction: flow.map(|flow| flow.direction),
            field: hit.field,
            offset: hit.offset,
            elements,
            totals: flow.map(|flow| flow.totals),
        });
        let event = self.event(frame, packet, flow, kind);
        self.events.push(event);
    }

    /// An event of a packet of a flow.
    #[cold]
    pub(super) fn report(&mut self, frame: &Frame<'_>, packet: &Packet, flow: &FlowContext, kind: EventKind) {
        let event = self.event(frame, packet, Some(flow), kind);
        self.events.push(event);
    }

    #[cold]
    pub(super) fn report_policy(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        note: PolicyNote,
        flow: &FlowContext,
    ) {
        let event = self.event(frame, packet, Some(flow), EventKind::Policy(PolicyEvent { note }));
        self.events.push(event);
    }

    /// The event of a flow that ends, which spoke `app`.
    pub(super) fn report_flow(&mut self, record: &FlowRecord, app: Option<AppProtocol>, end: FlowEnd) {
        let context =
            FlowContext::of(record, self.flows.hash(record.key()), Direction::ToServer, self.generation());
        self.events.push(Event {
            time: self.now(),
            number: 0,
            generation: context.generation,
            flow_id: context.flow_id,
            endpoints: endpoints_of(record),
            identities: context.identities,
            app,
            kind: EventKind::Flow(FlowEvent {
                totals: context.totals,
                last: record.last_seen,
                state: record.state(),
                end,
                tcp_flags: record.tcp_flags,
                cut: cut_reason(record),
            }),
        });
    }
}

/// The ends of a flow, the one that opened it first.
pub(super) fn endpoints_of(record: &FlowRecord) -> Endpoints {
    let key = record.key();
    let client = record.initiator();
    let (src, src_port) = key.endpoint(client);
    let (dst, dst_port) = key.endpoint(client.other());
    Endpoints {
        src,
        dst,
        src_port,
        dst_port,
        protocol: key.protocol,
        version: key.version,
        icmp: [0; 2],
        wire: key.wire,
        tenant: key.tenant_of(),
    }
}

/// A number that tells a flow from all others, positive and exact in the floating point of JSON readers (53 bits).
///
/// Made of the keyed hash of its key and of the time it began, so that it is the same in every replay.
pub(super) fn flow_id(hash: FlowHash, first_seen: Nanos) -> u64 {
    let mixed = (hash.0 ^ first_seen.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 11).max(1)
}
