//! How far a conversation is.
//!
//! TCP has the states that Suricata's EVE names in `tcp.state`, as seen by someone in the middle; everything else is
//! new until an answer is seen. Timeouts, eviction and EVE's `flow.state` know three phases of them.

use super::key::Direction;
use super::tcp::TcpAnomaly;

/// The state of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FlowState {
    /// Any transport: no answer so far. A TCP flow is in it only until its first packet is tracked.
    #[default]
    New,
    /// Any transport but TCP: both ends have sent.
    Replied,
    /// The initiator's SYN was seen.
    SynSent,
    /// The responder's SYN was seen too.
    SynRecv,
    /// Picked up in the middle, and so far only the initiator has sent.
    MidstreamToServer,
    /// Picked up in the middle, and so far only the responder has sent.
    MidstreamToClient,
    /// Data may pass both ways.
    Established,
    /// The initiator has sent its FIN, the responder may go on.
    CloseWait,
    /// The responder has sent its FIN, the initiator may go on.
    FinWait,
    /// Both have sent their FIN, the initiator first.
    LastAck,
    /// Both have sent their FIN, the responder first.
    TimeWait,
    /// Both FINs were seen, and the last is acknowledged.
    Closed,
    /// A RST ended it.
    Reset,
}

/// What a state comes to for timeouts, for eviction and in EVE's `flow.state`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FlowPhase {
    /// Nothing proves yet that both ends want it.
    #[default]
    New,
    /// Both ends take part.
    Established,
    /// It is over.
    Closed,
}

/// What a packet did to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Nothing.
    Stays,
    /// The state is now this one.
    Moves(FlowState),
    /// The packet opens a new conversation between the same ports. The record still describes the one before: end it,
    /// and begin a new flow with this packet.
    Reused,
    /// No conversation in this state can have this packet. The state is what it was.
    Anomaly(TcpAnomaly),
}

impl FlowState {
    /// The phase that it belongs to.
    pub const fn phase(self) -> FlowPhase {
        match self {
            FlowState::New
            | FlowState::SynSent
            | FlowState::SynRecv
            | FlowState::MidstreamToServer
            | FlowState::MidstreamToClient => FlowPhase::New,
            FlowState::Replied | FlowState::Established | FlowState::CloseWait | FlowState::FinWait => {
                FlowPhase::Established
            }
            FlowState::LastAck | FlowState::TimeWait | FlowState::Closed | FlowState::Reset => {
                FlowPhase::Closed
            }
        }
    }

    /// Whether it is a TCP connection picked up in the middle which nobody has answered yet.
    pub const fn is_midstream(self) -> bool {
        matches!(self, FlowState::MidstreamToServer | FlowState::MidstreamToClient)
    }

    /// The name in EVE's `tcp.state`, for TCP.
    pub const fn tcp_name(self) -> &'static str {
        match self {
            FlowState::New | FlowState::Replied => "none",
            FlowState::SynSent => "syn_sent",
            FlowState::SynRecv => "syn_recv",
            FlowState::MidstreamToServer | FlowState::MidstreamToClient | FlowState::Established => {
                "established"
            }
            FlowState::CloseWait => "close_wait",
            FlowState::FinWait => "fin_wait1",
            FlowState::LastAck => "last_ack",
            FlowState::TimeWait => "time_wait",
            FlowState::Closed | FlowState::Reset => "closed",
        }
    }

    /// The state after a packet of a transport without connections: an answer is all that counts.
    pub const fn datagram(self, direction: Direction) -> Transition {
        match (self, direction) {
            (FlowState::New, Direction::ToClient) => Transition::Moves(FlowState::Replied),
            _ => Transition::Stays,
        }
    }
}

impl FlowPhase {
    /// All phases, in the order of their index.
    pub const ALL: [FlowPhase; 3] = [FlowPhase::New, FlowPhase::Established, FlowPhase::Closed];

    /// The position in tables with one entry for each phase.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in EVE's `flow.state`.
    pub const fn name(self) -> &'static str {
        match self {
            FlowPhase::New => "new",
            FlowPhase::Established => "established",
            FlowPhase::Closed => "closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_establishes_datagrams() {
        assert_eq!(FlowState::New.datagram(Direction::ToServer), Transition::Stays);
        assert_eq!(FlowState::New.datagram(Direction::ToClient), Transition::Moves(FlowState::Replied));
        assert_eq!(FlowState::Replied.datagram(Direction::ToServer), Transition::Stays);
        assert_eq!(FlowState::Replied.datagram(Direction::ToClient), Transition::Stays);
        assert_eq!(FlowState::Replied.phase().name(), "established");
    }

    #[test]
    fn phases_index_in_order() {
        for (index, phase) in FlowPhase::ALL.into_iter().enumerate() {
            assert_eq!(phase.index(), index);
        }
    }
}
