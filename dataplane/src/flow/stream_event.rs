//! What is odd about a segment, in the words of signatures (`stream-event:est_synack_resend`).
//!
//! The state machine says what a segment does, and reassembly what its bytes are; both are content with much that is
//! still odd: a SYN of a connection that stands, an acknowledgment of nothing. This is a second look, taken before the
//! segment has moved anything, and only where signatures ask for such events. It knows what a
//! [`Half`](crate::stream::Half) knows: neither windows as they were advertised nor time stamps.

use super::key::Direction;
use super::record::FlowRecord;
use super::state::FlowState;
use crate::named_events::named_events;
use crate::packet::{Packet, TcpFlags};
use crate::stream::Half;

named_events! {
    /// Something that is odd about a segment of a TCP connection.
    StreamEvent,
    /// A set of stream events.
    StreamEvents(u64):
    ThreeWhsAckInWrongDir = "3whs_ack_in_wrong_dir",
    ThreeWhsRightSeqWrongAckEvasion = "3whs_right_seq_wrong_ack_evasion",
    ThreeWhsSynackInWrongDirection = "3whs_synack_in_wrong_direction",
    ThreeWhsSynackResendWithDiffAck = "3whs_synack_resend_with_diff_ack" ["3whs_synack_resend_with_different_ack"],
    ThreeWhsSynackResendWithDiffSeq = "3whs_synack_resend_with_diff_seq",
    ThreeWhsSynackToserverOnSynRecv = "3whs_synack_toserver_on_syn_recv",
    ThreeWhsSynackWithWrongAck = "3whs_synack_with_wrong_ack",
    ThreeWhsSynResendDiffSeqOnSynRecv = "3whs_syn_resend_diff_seq_on_syn_recv",
    ThreeWhsSynToclientOnSynRecv = "3whs_syn_toclient_on_syn_recv",
    ThreeWhsWrongSeqWrongAck = "3whs_wrong_seq_wrong_ack",
    ThreeWhsAckDataInject = "3whs_ack_data_inject",
    FourWhsSynackWithWrongAck = "4whs_synack_with_wrong_ack",
    FourWhsSynackWithWrongSyn = "4whs_synack_with_wrong_syn",
    FourWhsWrongSeq = "4whs_wrong_seq",
    FourWhsInvalidAck = "4whs_invalid_ack",
    ClosewaitAckOutOfWindow = "closewait_ack_out_of_window",
    ClosewaitFinOutOfWindow = "closewait_fin_out_of_window",
    ClosewaitPktBeforeLastAck = "closewait_pkt_before_last_ack",
    ClosewaitInvalidAck = "closewait_invalid_ack",
    EstPacketOutOfWindow = "est_packet_out_of_window",
    EstPktBeforeLastAck = "est_pkt_before_last_ack",
    EstSynackResend = "est_synack_resend",
    EstSynackResendWithDiffAck = "est_synack_resend_with_diff_ack" ["est_synack_resend_with_different_ack"],
    EstSynackResendWithDiffSeq = "est_synack_resend_with_diff_seq",
    EstSynackToserver = "est_synack_toserver",
    EstSynResend = "est_syn_resend",
    EstSynResendDiffSeq = "est_syn_resend_diff_seq",
    EstSynToclient = "est_syn_toclient",
    EstInvalidAck = "est_invalid_ack",
    FinInvalidAck = "fin_invalid_ack",
    FinOutOfWindow = "fin_out_of_window",
    FinButNoSession = "fin_but_no_session",
    Fin1AckWrongSeq = "fin1_ack_wrong_seq",
    Fin1FinWrongSeq = "fin1_fin_wrong_seq",
    Fin1InvalidAck = "fin1_invalid_ack",
    Fin2AckWrongSeq = "fin2_ack_wrong_seq",
    Fin2FinWrongSeq = "fin2_fin_wrong_seq",
    Fin2InvalidAck = "fin2_invalid_ack",
    LastackAckWrongSeq = "lastack_ack_wrong_seq",
    LastackInvalidAck = "lastack_invalid_ack",
    TimewaitAckWrongSeq = "timewait_ack_wrong_seq",
    TimewaitInvalidAck = "timewait_invalid_ack",
    ShutdownSynResend = "shutdown_syn_resend",
    RstButNoSession = "rst_but_no_session",
    RstInvalidAck = "rst_invalid_ack",
    SuspectedRstInject = "suspected_rst_inject",
    PktInvalidAck = "pkt_invalid_ack",
    PktBrokenAck = "pkt_broken_ack",
    PktRetransmission = "pkt_retransmission",
    PktSpuriousRetransmission = "pkt_spurious_retransmission",
    ReassemblySegmentBeforeBaseSeq = "reassembly_segment_before_base_seq",
    ReassemblyNoSegment = "reassembly_no_segment",
    ReassemblySeqGap = "reassembly_seq_gap",
    ReassemblyOverlapDifferentData = "reassembly_overlap_different_data",
}

use StreamEvent as E;

/// What is odd about a TCP segment, given its connection as the packets before left it. `window` is how far ahead of
/// what passed by a segment or an acknowledgment may lie, in bytes.
pub fn stream_events(
    record: &FlowRecord,
    direction: Direction,
    packet: &Packet,
    window: u32,
) -> StreamEvents {
    let (Some(&own), Some(&peer)) =
        (record.halves.get(direction.index()), record.halves.get(direction.reverse().index()))
    else {
        return StreamEvents::NONE;
    };
    let mut look = Look { events: StreamEvents::NONE, record, direction, packet, own, peer, window };
    look.segment();
    look.events
}

struct Look<'s> {
    events: StreamEvents,
    record: &'s FlowRecord,
    direction: Direction,
    packet: &'s Packet,
    /// What its sender has sent so far.
    own: Half,
    /// What its receiver has sent so far.
    peer: Half,
    window: u32,
}

/// What an event is called in the states after a FIN, and before.
struct Names {
    invalid_ack: E,
    fin_wrong_seq: E,
    wrong_seq: E,
    before_last_ack: Option<E>,
}

impl Look<'_> {
    fn raise(&mut self, event: E) {
        self.events.raise(event);
    }

    fn segment(&mut self) {
        let (flags, state) = (self.packet.tcp.flags, self.record.state());
        if !flags.contains(TcpFlags::ACK) && self.packet.tcp.ack != 0 {
            self.raise(E::PktBrokenAck);
        }
        if flags.contains(TcpFlags::RST) {
            self.reset(state);
        } else if flags.contains(TcpFlags::SYN | TcpFlags::ACK) {
            self.syn_ack(state);
        } else if flags.contains(TcpFlags::SYN) {
            self.syn(state);
        } else {
            self.acknowledgment(state);
        }
    }

    fn reset(&mut self, state: FlowState) {
        if state == FlowState::New {
            self.raise(E::RstButNoSession);
        } else if !self.is_acknowledging() {
            self.raise(E::RstInvalidAck);
        }
    }

    fn syn_ack(&mut self, state: FlowState) {
        let to_server = self.direction == Direction::ToServer;
        match state {
            FlowState::SynSent if to_server => self.raise(E::ThreeWhsSynackInWrongDirection),
            FlowState::SynSent if !self.is_acknowledging() => self.raise(E::ThreeWhsSynackWithWrongAck),
            FlowState::SynRecv if to_server && self.opens_at_once() => {
                if !self.is_acknowledging() {
                    self.raise(E::FourWhsSynackWithWrongAck);
                }
                if !self.is_first_syn() {
                    self.raise(E::FourWhsSynackWithWrongSyn);
                }
            }
            FlowState::SynRecv if to_server => self.raise(E::ThreeWhsSynackToserverOnSynRecv),
            FlowState::SynRecv => {
                if self.peer.is_started() && self.packet.tcp.ack != self.peer.acked() {
                    self.raise(E::ThreeWhsSynackResendWithDiffAck);
                }
                if !self.is_first_syn() {
                    self.raise(E::ThreeWhsSynackResendWithDiffSeq);
                }
            }
            FlowState::Established if to_server => self.raise(E::EstSynackToserver),
            FlowState::Established
                if first_after(&self.peer).is_some_and(|seq| seq != self.packet.tcp.ack) =>
            {
                self.raise(E::EstSynackResendWithDiffAck);
            }
            FlowState::Established if !self.is_first_syn() => self.raise(E::EstSynackResendWithDiffSeq),
            FlowState::Established => self.raise(E::EstSynackResend),
            _ => self.syn_after_fin(state),
        }
    }

    fn syn(&mut self, state: FlowState) {
        let to_client = self.direction == Direction::ToClient;
        match state {
            FlowState::SynRecv if to_client => self.raise(E::ThreeWhsSynToclientOnSynRecv),
            FlowState::SynRecv if !self.is_first_syn() => self.raise(E::ThreeWhsSynResendDiffSeqOnSynRecv),
            FlowState::Established if to_client => self.raise(E::EstSynToclient),
            FlowState::Established if !self.is_first_syn() => self.raise(E::EstSynResendDiffSeq),
            FlowState::Established => self.raise(E::EstSynResend),
            _ => self.syn_after_fin(state),
        }
    }

    fn syn_after_fin(&mut self, state: FlowState) {
        if matches!(
            state,
            FlowState::CloseWait | FlowState::FinWait | FlowState::LastAck | FlowState::TimeWait
        ) {
            self.raise(E::ShutdownSynResend);
        }
    }

    fn acknowledgment(&mut self, state: FlowState) {
        let fin = self.packet.tcp.flags.contains(TcpFlags::FIN);
        let names = match state {
            FlowState::New if fin => return self.raise(E::FinButNoSession),
            FlowState::SynRecv => return self.end_of_handshake(),
            FlowState::Reset => {
                // Whoever has reset a connection sends no more in it.
                let sent = self.record.tcp_flags.get(self.direction.index());
                if sent.is_some_and(|sent| sent.contains(TcpFlags::RST)) {
                    self.raise(E::SuspectedRstInject);
                }
                return;
            }
            FlowState::Established if fin => Names {
                invalid_ack: E::FinInvalidAck,
                fin_wrong_seq: E::FinOutOfWindow,
                wrong_seq: E::FinOutOfWindow,
                before_last_ack: None,
            },
            FlowState::Established => Names {
                invalid_ack: E::EstInvalidAck,
                fin_wrong_seq: E::FinOutOfWindow,
                wrong_seq: E::EstPacketOutOfWindow,
                before_last_ack: Some(E::EstPktBeforeLastAck),
            },
            FlowState::CloseWait => Names {
                invalid_ack: E::ClosewaitInvalidAck,
                fin_wrong_seq: E::ClosewaitFinOutOfWindow,
                wrong_seq: E::ClosewaitAckOutOfWindow,
                before_last_ack: Some(E::ClosewaitPktBeforeLastAck),
            },
            FlowState::FinWait if self.fin_is_acknowledged() => Names {
                invalid_ack: E::Fin2InvalidAck,
                fin_wrong_seq: E::Fin2FinWrongSeq,
                wrong_seq: E::Fin2AckWrongSeq,
                before_last_ack: None,
            },
            FlowState::FinWait => Names {
                invalid_ack: E::Fin1InvalidAck,
                fin_wrong_seq: E::Fin1FinWrongSeq,
                wrong_seq: E::Fin1AckWrongSeq,
                before_last_ack: None,
            },
            FlowState::LastAck => Names {
                invalid_ack: E::LastackInvalidAck,
                fin_wrong_seq: E::LastackAckWrongSeq,
                wrong_seq: E::LastackAckWrongSeq,
                before_last_ack: None,
            },
            FlowState::TimeWait => Names {
                invalid_ack: E::TimewaitInvalidAck,
                fin_wrong_seq: E::TimewaitAckWrongSeq,
                wrong_seq: E::TimewaitAckWrongSeq,
                before_last_ack: None,
            },
            _ => return,
        };
        self.within_connection(&names, fin);
    }

    /// A segment of a connection that stands or ends.
    fn within_connection(&mut self, names: &Names, fin: bool) {
        if !self.is_acknowledging() {
            self.raise(names.invalid_ack);
            self.raise(E::PktInvalidAck);
        }
        if !self.own.is_started() {
            return;
        }
        let len = u32::from(self.packet.payload_len);
        let seq = self.packet.tcp.seq;
        let (ahead, end) = (distance(self.own.next_seq(), seq), seq.wrapping_add(len));
        // One byte before the next, of any value, asks whether the other end is still there (RFC 9293 §3.8.4).
        let keep_alive = len <= 1 && ahead == -1;
        if ahead > i64::from(self.window) || ahead < -i64::from(self.window) {
            self.raise(if fin { names.fin_wrong_seq } else { names.wrong_seq });
        } else if len > 0 && !keep_alive && distance(self.own.next_seq(), end) <= 0 {
            self.raise(E::PktRetransmission);
            if distance(self.own.acked(), end) <= 0 {
                self.raise(E::PktSpuriousRetransmission);
                self.raise(E::ReassemblySegmentBeforeBaseSeq);
                names.before_last_ack.into_iter().for_each(|event| self.raise(event));
            }
        }
    }

    /// The third segment of a handshake, or what comes in its place.
    fn end_of_handshake(&mut self) {
        let in_order = !self.own.is_started() || self.packet.tcp.seq == self.own.next_seq();
        if self.direction == Direction::ToClient {
            let injects = self.packet.payload_len > 0 && in_order && self.is_acknowledging();
            return self.raise(if injects { E::ThreeWhsAckDataInject } else { E::ThreeWhsAckInWrongDir });
        }
        let acknowledging = self.is_acknowledging() && self.packet.tcp.flags.contains(TcpFlags::ACK);
        match (self.opens_at_once(), in_order, acknowledging) {
            (_, true, true) => {}
            (true, in_order, acknowledging) => {
                if !in_order {
                    self.raise(E::FourWhsWrongSeq);
                }
                if !acknowledging {
                    self.raise(E::FourWhsInvalidAck);
                }
            }
            (false, true, false) => self.raise(E::ThreeWhsRightSeqWrongAckEvasion),
            // The segment before it may have been lost: it acknowledges as it would.
            (false, false, true) => {}
            (false, false, false) => self.raise(E::ThreeWhsWrongSeqWrongAck),
        }
    }

    /// Whether it acknowledges what the other end may have sent, as far as that is known. During the handshake that is
    /// what passed by, later also what may have passed on another way.
    fn is_acknowledging(&self) -> bool {
        if !self.packet.tcp.flags.contains(TcpFlags::ACK) || !self.peer.is_started() {
            return true;
        }
        let ahead = distance(self.peer.next_seq(), self.packet.tcp.ack);
        let window = i64::from(self.window);
        let handshake = matches!(self.record.state(), FlowState::SynSent | FlowState::SynRecv);
        let [behind, beyond] = if handshake {
            [-i64::try_from(self.peer.offset()).unwrap_or(window), 0]
        } else {
            [-window, window]
        };
        (behind..=beyond + i64::from(self.peer.is_finished())).contains(&ahead)
    }

    /// Whether both ends have sent a SYN and neither has answered one (RFC 9293 §3.5, figure 7).
    fn opens_at_once(&self) -> bool {
        let [_, server] = self.record.tcp_flags;
        !server.contains(TcpFlags::ACK)
    }

    /// Whether the SYN has the number of the first that its sender sent.
    fn is_first_syn(&self) -> bool {
        first_after(&self.own).is_none_or(|first| first == self.packet.tcp.seq.wrapping_add(1))
    }

    fn fin_is_acknowledged(&self) -> bool {
        let [_, server] = self.record.halves;
        server.is_finished() && server.acked() == server.next_seq()
    }
}

/// The sequence number behind the SYN.
fn first_after(half: &Half) -> Option<u32> {
    half.is_started().then(|| half.next_seq().wrapping_sub(half.offset() as u32))
}

/// How far `to` lies ahead of `from`, modulo 2^32 (RFC 1982 §3.2).
fn distance(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from).cast_signed())
}
