//! The states of a TCP connection as someone in the middle sees them (RFC 9293 §3.3.2, from neither end).
//!
//! ```text
//!            SYN ▶              ◀ SYN,ACK            ACK ▶
//!      New ───────▶ SynSent ──────────────▶ SynRecv ───────▶ Established
//!       │                                                    │   ▲    │
//!       │ anything else                     answer with ACK  │   │    │ ◀ FIN
//!       └──────────────▶ Midstream ──────────────────────────┼───┘    ▼
//!                                                            │     FinWait ── FIN ▶ ──▶ TimeWait ── ◀ ACK ──┐
//!       any ── RST ──▶ Reset                                 │ FIN ▶                                        ▼
//!       over ── SYN ──▶ a new connection                     └▶ CloseWait ── ◀ FIN ──▶ LastAck ── ACK ▶ ▶ Closed
//! ```
//!
//! [`FlowState::tcp`] believes the [`Segment`] it is given. Whoever knows sequence numbers takes out a RST or FIN that
//! the receiver would not believe ([`Expected`](super::Expected)), and a FIN that comes before the bytes it ends.

use super::key::{Direction, Side};
use super::state::{FlowPhase, FlowState, Transition};
use crate::packet::{IpProtocol, Packet, TcpFlags};

/// A packet that no connection can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpAnomaly {
    /// Flags that exclude each other or say nothing: SYN with FIN or RST, or none of SYN, ACK and RST.
    Flags,
    /// A SYN from the initiator of a live connection. Its end may have been missed (the host restarted); a receiver
    /// that has the connection answers with an ACK that makes the sender reset it (RFC 5961 §4), so it may be let
    /// through as long as no SYN,ACK is let back.
    Syn,
    /// A SYN from the responder of a live connection: a connection the other way would hide behind this one's policy.
    SynFromResponder,
    /// A SYN,ACK that answers no SYN.
    SynAck,
}

/// What the state needs to know of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Its control bits, without a RST or FIN that its receiver would not believe.
    pub flags: TcpFlags,
    /// Its sequence number, if it is a SYN.
    pub isn: Isn,
    /// Its acknowledgment number.
    pub ack: AckFit,
}

impl Segment {
    /// A segment of which only the control bits are known; its numbers are taken to be right.
    pub const fn trusted(flags: TcpFlags) -> Segment {
        Segment { flags, isn: Isn::Consistent, ack: AckFit::Fits }
    }
}

/// How the sequence number of a SYN compares with an earlier SYN of the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isn {
    /// The same, or there was none, or the packet is no SYN.
    #[default]
    Consistent,
    /// Another: not a retransmission but a new attempt (RFC 9293 §3.4.1).
    Changed,
}

/// How an acknowledgment number compares with what the other end has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AckFit {
    /// It acknowledges something that was sent, or what was sent is not known.
    #[default]
    Fits,
    /// It does not: a guess by someone who did not see the SYN,ACK.
    Stray,
}

/// Who opened the conversation, going by the first packet that is seen of it.
///
/// The sender, except that a SYN,ACK comes from the responder; and where a connection is picked up in the middle, the
/// end with the lower port is taken for the server.
pub fn initiator(packet: &Packet, sender: Side) -> Side {
    let flags = packet.tcp.flags;
    if packet.protocol != IpProtocol::TCP || packet.fragment.is_some() {
        return sender;
    }
    let responds = if flags.contains(TcpFlags::SYN) {
        flags.contains(TcpFlags::ACK)
    } else {
        packet.src_port < packet.dst_port
    };
    if responds { sender.other() } else { sender }
}

impl FlowState {
    /// The state of a TCP connection after a segment with these flags.
    pub fn tcp(self, direction: Direction, segment: Segment) -> Transition {
        let flags = segment.flags;
        if !are_possible(flags) {
            return Transition::Anomaly(TcpAnomaly::Flags);
        }
        let next = if flags.contains(TcpFlags::RST) {
            // A reset after the end, or one more, tells nothing new.
            Ok(if matches!(self.phase(), FlowPhase::Closed) { self } else { FlowState::Reset })
        } else if flags.contains(TcpFlags::SYN) {
            self.synchronize(direction, flags.contains(TcpFlags::ACK), segment.isn)
        } else {
            Ok(self.acknowledge(direction, segment.ack).finish(direction, flags))
        };
        match next {
            Ok(next) if next == self => Transition::Stays,
            Ok(next) => Transition::Moves(next),
            Err(transition) => transition,
        }
    }

    /// SYN and SYN,ACK. `Err` holds what is not a move.
    fn synchronize(self, direction: Direction, ack: bool, isn: Isn) -> Result<FlowState, Transition> {
        use Direction::{ToClient, ToServer};
        match (self, direction, ack) {
            (FlowState::New, ToServer, false) => Ok(FlowState::SynSent),
            (FlowState::New, ToClient, true) => Ok(FlowState::SynRecv),
            (FlowState::SynSent | FlowState::SynRecv, ToServer, false) => match isn {
                Isn::Consistent => Ok(self),
                Isn::Changed => Err(Transition::Reused),
            },
            // A SYN without ACK from the responder is a simultaneous open (RFC 9293 §3.5, figure 7).
            (FlowState::SynSent, ToClient, _) => Ok(FlowState::SynRecv),
            (FlowState::SynRecv, ToClient, _) => Ok(self),
            (FlowState::SynRecv, ToServer, true) => Ok(FlowState::Established),
            // A retransmitted SYN,ACK, whose ACK was lost or overtaken.
            (FlowState::Established, ToClient, true) if isn == Isn::Consistent => Ok(self),
            // Nothing says that what was picked up in the middle is still alive.
            (FlowState::MidstreamToServer | FlowState::MidstreamToClient, _, false) => {
                Err(Transition::Reused)
            }
            (_, _, false) if matches!(self.phase(), FlowPhase::Closed) => Err(Transition::Reused),
            (_, _, true) => Err(Transition::Anomaly(TcpAnomaly::SynAck)),
            (_, ToServer, false) => Err(Transition::Anomaly(TcpAnomaly::Syn)),
            (_, ToClient, false) => Err(Transition::Anomaly(TcpAnomaly::SynFromResponder)),
        }
    }

    /// A segment without SYN and RST.
    fn acknowledge(self, direction: Direction, ack: AckFit) -> FlowState {
        use Direction::{ToClient, ToServer};
        match (self, direction) {
            (FlowState::New, ToServer) => FlowState::MidstreamToServer,
            (FlowState::New, ToClient) => FlowState::MidstreamToClient,
            (FlowState::MidstreamToServer, ToClient)
            | (FlowState::MidstreamToClient, ToServer)
            | (FlowState::SynRecv, ToServer)
                if ack == AckFit::Fits =>
            {
                FlowState::Established
            }
            (FlowState::LastAck, ToServer) | (FlowState::TimeWait, ToClient) => FlowState::Closed,
            _ => self,
        }
    }

    /// The FIN of a segment, where it has one.
    fn finish(self, direction: Direction, flags: TcpFlags) -> FlowState {
        if !flags.contains(TcpFlags::FIN) {
            return self;
        }
        match (self, direction) {
            (FlowState::Established, Direction::ToServer) => FlowState::CloseWait,
            (FlowState::Established, Direction::ToClient) => FlowState::FinWait,
            (FlowState::CloseWait, Direction::ToClient) => FlowState::LastAck,
            (FlowState::FinWait, Direction::ToServer) => FlowState::TimeWait,
            _ => self,
        }
    }
}

/// Whether a sender can mean these flags.
fn are_possible(flags: TcpFlags) -> bool {
    let syn = flags.contains(TcpFlags::SYN);
    let excluded = flags.intersects(TcpFlags::FIN.union(TcpFlags::RST));
    let said = flags.intersects(TcpFlags::SYN.union(TcpFlags::ACK).union(TcpFlags::RST));
    said && !(syn && excluded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{ToClient, ToServer};

    const SYN: TcpFlags = TcpFlags::SYN;
    const ACK: TcpFlags = TcpFlags::ACK;
    const RST: TcpFlags = TcpFlags::RST;
    const SYN_ACK: TcpFlags = SYN.union(ACK);
    const FIN_ACK: TcpFlags = TcpFlags::FIN.union(ACK);

    /// Runs a connection and returns the state after each packet.
    fn run(packets: &[(Direction, TcpFlags)]) -> Vec<FlowState> {
        let mut state = FlowState::New;
        let step = |&(direction, flags): &(Direction, TcpFlags)| {
            match state.tcp(direction, Segment::trusted(flags)) {
                Transition::Stays => {}
                Transition::Moves(next) => state = next,
                other => panic!("{other:?} in {state:?}"),
            }
            state
        };
        packets.iter().map(step).collect()
    }

    #[test]
    fn the_initiator_may_close_first() {
        let packets = [
            (ToServer, SYN),
            (ToServer, SYN),
            (ToClient, SYN_ACK),
            (ToServer, ACK),
            (ToClient, SYN_ACK),
            (ToServer, FIN_ACK),
            (ToClient, ACK),
            (ToClient, FIN_ACK),
            (ToServer, ACK),
            (ToServer, RST),
        ];
        let expected = [
            FlowState::SynSent,
            FlowState::SynSent,
            FlowState::SynRecv,
            FlowState::Established,
            FlowState::Established,
            FlowState::CloseWait,
            FlowState::CloseWait,
            FlowState::LastAck,
            FlowState::Closed,
            FlowState::Closed,
        ];
        assert_eq!(run(&packets), expected);
    }

    #[test]
    fn the_responder_may_close_first() {
        let packets = [
            (ToServer, SYN),
            (ToClient, SYN_ACK),
            (ToServer, ACK),
            (ToClient, FIN_ACK),
            (ToServer, ACK),
            (ToServer, FIN_ACK),
            (ToClient, ACK),
        ];
        let expected = [
            FlowState::SynSent,
            FlowState::SynRecv,
            FlowState::Established,
            FlowState::FinWait,
            FlowState::FinWait,
            FlowState::TimeWait,
            FlowState::Closed,
        ];
        assert_eq!(run(&packets), expected);
    }

    #[test]
    fn one_end_alone_establishes_nothing() {
        for flags in [ACK, FIN_ACK, TcpFlags::PSH.union(ACK)] {
            assert_eq!(
                run(&[(ToServer, SYN), (ToServer, flags), (ToServer, flags)]),
                [FlowState::SynSent; 3]
            );
            assert_eq!(run(&[(ToServer, flags), (ToServer, flags)]), [FlowState::MidstreamToServer; 2]);
            assert_eq!(run(&[(ToClient, flags), (ToClient, flags)]), [FlowState::MidstreamToClient; 2]);
        }
        let handshake = [(ToServer, SYN), (ToClient, SYN_ACK), (ToClient, SYN_ACK), (ToClient, ACK)];
        assert_eq!(run(&handshake).last(), Some(&FlowState::SynRecv));
        let guess = Segment { ack: AckFit::Stray, ..Segment::trusted(ACK) };
        assert_eq!(FlowState::SynRecv.tcp(ToServer, guess), Transition::Stays);
    }

    #[test]
    fn what_is_picked_up_in_the_middle_is_established_by_an_answer() {
        assert_eq!(run(&[(ToServer, ACK), (ToClient, ACK)])[1], FlowState::Established);
        assert_eq!(run(&[(ToClient, ACK), (ToServer, FIN_ACK)])[1], FlowState::CloseWait);
        assert_eq!(run(&[(ToClient, SYN_ACK), (ToServer, ACK)])[1], FlowState::Established);
    }

    #[test]
    fn both_may_open_at_once() {
        let packets = [(ToServer, SYN), (ToClient, SYN), (ToServer, SYN_ACK), (ToClient, SYN_ACK)];
        let states = [FlowState::SynSent, FlowState::SynRecv, FlowState::Established, FlowState::Established];
        assert_eq!(run(&packets), states);
    }

    #[test]
    fn a_reset_ends_what_lives() {
        use FlowState::*;
        for state in
            [New, SynSent, SynRecv, MidstreamToServer, MidstreamToClient, Established, CloseWait, FinWait]
        {
            assert_eq!(state.tcp(ToClient, Segment::trusted(RST)), Transition::Moves(Reset), "{state:?}");
        }
        for state in [LastAck, TimeWait, Closed, Reset] {
            assert_eq!(state.tcp(ToClient, Segment::trusted(RST.union(ACK))), Transition::Stays, "{state:?}");
        }
    }

    #[test]
    fn a_syn_after_the_end_is_a_new_connection() {
        use FlowState::*;
        for state in [LastAck, TimeWait, Closed, Reset, MidstreamToServer, MidstreamToClient] {
            for direction in [ToServer, ToClient] {
                assert_eq!(state.tcp(direction, Segment::trusted(SYN)), Transition::Reused, "{state:?}");
            }
        }
        let other = Segment { isn: Isn::Changed, ..Segment::trusted(SYN) };
        assert_eq!(SynSent.tcp(ToServer, other), Transition::Reused);
        assert_eq!(SynRecv.tcp(ToServer, other), Transition::Reused);
    }

    #[test]
    fn live_connections_refuse_syns() {
        use FlowState::*;
        for state in [Established, CloseWait, FinWait] {
            let of = |direction, flags| state.tcp(direction, Segment::trusted(flags));
            assert_eq!(of(ToServer, SYN), Transition::Anomaly(TcpAnomaly::Syn));
            assert_eq!(of(ToClient, SYN), Transition::Anomaly(TcpAnomaly::SynFromResponder));
        }
        let other = Segment { isn: Isn::Changed, ..Segment::trusted(SYN_ACK) };
        assert_eq!(Established.tcp(ToClient, other), Transition::Anomaly(TcpAnomaly::SynAck));
        assert_eq!(Closed.tcp(ToClient, Segment::trusted(SYN_ACK)), Transition::Anomaly(TcpAnomaly::SynAck));
    }

    #[test]
    fn impossible_flags_change_nothing() {
        let impossible = [
            TcpFlags::empty(),
            TcpFlags::FIN,
            TcpFlags::FIN | TcpFlags::PSH | TcpFlags::URG,
            SYN | TcpFlags::FIN,
            SYN_ACK | RST,
            TcpFlags::all(),
        ];
        for flags in impossible {
            let transition = FlowState::Established.tcp(ToServer, Segment::trusted(flags));
            assert_eq!(transition, Transition::Anomaly(TcpAnomaly::Flags), "{flags:?}");
        }
    }

    #[test]
    fn the_initiator_is_told_by_the_first_packet() {
        let tcp = |flags, src_port, dst_port| Packet {
            protocol: IpProtocol::TCP,
            src_port,
            dst_port,
            tcp: crate::packet::TcpHeader { flags, ..Default::default() },
            ..Packet::default()
        };
        let cases = [
            (tcp(SYN, 80, 40_000), Side::Low),
            (tcp(SYN_ACK, 40_000, 80), Side::High),
            (tcp(ACK, 40_000, 80), Side::Low),
            (tcp(ACK, 80, 40_000), Side::High),
            (Packet { protocol: IpProtocol::UDP, ..tcp(ACK, 53, 40_000) }, Side::Low),
        ];
        for (packet, expected) in cases {
            assert_eq!(initiator(&packet, Side::Low), expected, "{packet:?}");
        }
    }
}
