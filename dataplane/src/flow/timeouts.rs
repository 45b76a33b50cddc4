//! How long a flow is remembered after its last packet, by transport and phase (Suricata's `flow-timeouts`).

use std::time::Duration;

use super::state::FlowPhase;
use crate::packet::IpProtocol;

/// Whether the table is so full that flows are remembered for less long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pressure {
    /// There is room.
    #[default]
    Normal,
    /// Nearly full.
    Emergency,
}

/// The timeouts for the phases of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseTimeouts {
    /// While nothing proves that both ends want it.
    pub new: Duration,
    /// While both ends take part.
    pub established: Duration,
    /// After its end, so that late packets still find it.
    pub closed: Duration,
}

/// The timeouts for one transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolTimeouts {
    /// With room in the table.
    pub normal: PhaseTimeouts,
    /// With the table nearly full.
    pub emergency: PhaseTimeouts,
}

/// The timeouts for all transports. The defaults are those of Suricata's configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP.
    pub tcp: ProtocolTimeouts,
    /// UDP.
    pub udp: ProtocolTimeouts,
    /// ICMP and ICMPv6.
    pub icmp: ProtocolTimeouts,
    /// Everything else.
    pub other: ProtocolTimeouts,
}

impl PhaseTimeouts {
    /// Timeouts in seconds.
    const fn seconds(new: u64, established: u64, closed: u64) -> PhaseTimeouts {
        PhaseTimeouts {
            new: Duration::from_secs(new),
            established: Duration::from_secs(established),
            closed: Duration::from_secs(closed),
        }
    }

    /// The timeout of a phase.
    pub const fn of(&self, phase: FlowPhase) -> Duration {
        match phase {
            FlowPhase::New => self.new,
            FlowPhase::Established => self.established,
            FlowPhase::Closed => self.closed,
        }
    }
}

impl Timeouts {
    /// How long after its last packet a flow is over.
    pub const fn of(&self, protocol: IpProtocol, phase: FlowPhase, pressure: Pressure) -> Duration {
        let protocol = match protocol {
            IpProtocol::TCP => &self.tcp,
            IpProtocol::UDP => &self.udp,
            IpProtocol::ICMP | IpProtocol::ICMPV6 => &self.icmp,
            _ => &self.other,
        };
        match pressure {
            Pressure::Normal => protocol.normal.of(phase),
            Pressure::Emergency => protocol.emergency.of(phase),
        }
    }
}

impl Timeouts {
    /// The least time after which a flow that is not closed can be over, whatever its transport.
    pub fn shortest(&self) -> Duration {
        let transports = [&self.tcp, &self.udp, &self.icmp, &self.other];
        let phases = transports.into_iter().flat_map(|transport| [transport.normal, transport.emergency]);
        phases.flat_map(|phases| [phases.new, phases.established]).min().unwrap_or_default()
    }
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        let datagrams = ProtocolTimeouts {
            normal: PhaseTimeouts::seconds(30, 300, 0),
            emergency: PhaseTimeouts::seconds(10, 100, 0),
        };
        Timeouts {
            tcp: ProtocolTimeouts {
                normal: PhaseTimeouts::seconds(60, 600, 60),
                emergency: PhaseTimeouts::seconds(5, 100, 10),
            },
            udp: datagrams,
            icmp: datagrams,
            other: datagrams,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_lasts_ends_before_the_shortest() {
        let timeouts = Timeouts::default();
        assert_eq!(timeouts.shortest(), Duration::from_secs(5));
    }

    #[test]
    fn an_emergency_never_prolongs() {
        let timeouts = Timeouts::default();
        for protocol in
            [IpProtocol::TCP, IpProtocol::UDP, IpProtocol::ICMP, IpProtocol::ICMPV6, IpProtocol::ESP]
        {
            for phase in FlowPhase::ALL {
                let [normal, emergency] =
                    [Pressure::Normal, Pressure::Emergency].map(|p| timeouts.of(protocol, phase, p));
                assert!(emergency <= normal, "{protocol:?} {phase:?}");
            }
        }
    }
}
