//! The short way: packets of flows about which nothing is left to decide.
//!
//! Most packets belong to a flow that policy lets pass and change nothing about it. For them one look at the record is
//! enough, up to inspection; every other packet goes the long way ([`flow_packet`](super::lifecycle)), which comes to the
//! same for these.

use super::frame::Frame;
use super::lifecycle::Place;
use super::pipeline::Engine;
use super::settings::Midstream;
use crate::flow::{CachedVerdict, FlowFlags, FlowId, FlowRecord, FlowState, Side, Transition};
use crate::packet::{IpProtocol, Packet, TcpFlags};

impl Engine {
    /// Counts a packet of a flow that policy lets pass and that stays as it is; `None` where it is not so.
    #[inline]
    pub(super) fn settled(
        &mut self,
        frame: &Frame<'_>,
        packet: &Packet,
        id: FlowId,
        side: Side,
    ) -> Option<Place> {
        let generation = self.generation_tag();
        let keeps_midstream = self.settings.midstream != Midstream::Drop;
        let shortest = self.flows.shortest_timeout();
        let record = self.flows.get_mut(id)?;
        let (direction, verdict) = (record.direction(side), record.verdict);
        let settled = matches!(verdict, CachedVerdict::Forward | CachedVerdict::Inspect)
            && record.policy_generation == generation
            && frame.time.since(record.last_seen) < shortest
            && (keeps_midstream || !record.flags.contains(FlowFlags::MIDSTREAM))
            && match packet.protocol {
                IpProtocol::TCP => is_plain(record, packet.tcp.flags),
                _ => record.state().datagram(direction) == Transition::Stays,
            };
        if !settled {
            return None;
        }
        record.count(direction, frame.bytes.len() as u32, frame.time);
        record.note_flags(direction, packet.tcp.flags);
        Some(Place { id, direction, verdict })
    }
}

/// Whether a segment leaves its connection as it is: established, and nothing is opened or ended.
fn is_plain(record: &FlowRecord, flags: TcpFlags) -> bool {
    let opens_or_ends = TcpFlags::SYN.union(TcpFlags::FIN).union(TcpFlags::RST);
    record.state() == FlowState::Established
        && flags.contains(TcpFlags::ACK)
        && !flags.intersects(opens_or_ends)
}
