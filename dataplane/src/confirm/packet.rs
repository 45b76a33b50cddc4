//! Conditions on headers and numbers of a packet, asked of plain facts that the engine fills in.
//!
//! What is not known does not match, whichever way it is asked: `ttl:!5` is not true of a packet without a TTL.

use std::net::IpAddr;

use weir_rules::number::NumberId;
use weir_rules::signature::{
    Checksum, ChecksumLayer, Event, IpOption, NumberCondition, PacketCondition, Presence, ProtocolFound,
    ProtocolSide, Relation, ReputationBound, ReputationEnd, StreamSide, Validity, Which,
};

/// Tells the reputation of an address in a category; none where it has none.
pub type Reputation<'a> = dyn Fn(IpAddr, &str) -> Option<u8> + 'a;

/// What is known of a packet and its flow.
#[derive(Clone, Copy, Default)]
pub struct PacketFacts<'a> {
    /// Source and destination.
    pub addresses: Option<(IpAddr, IpAddr)>,
    /// The options of the IPv4 header; none where it is not IPv4.
    pub ip_options: Option<OptionKinds>,
    /// The flags of the IPv4 header: 4 reserved, 2 don't fragment, 1 more fragments.
    pub fragment_bits: Option<u8>,
    /// The flags of the TCP header, bit 0 being FIN.
    pub tcp_flags: Option<u8>,
    /// Bytes of the TCP streams so far.
    pub stream: Option<StreamBytes>,
    /// The protocols that the flow was found to have.
    pub protocols: Protocols,
    /// Tells what the checksum of a layer is; none where the packet has none.
    pub checksum: Option<&'a dyn Fn(ChecksumLayer) -> Option<Checksum>>,
    /// Whether the server's certificate is in its time.
    pub certificate: Option<Validity>,
    /// What was wrong with the packet.
    pub events: Option<&'a dyn Fn(&Event) -> bool>,
    /// The reputation of an address in a category.
    pub reputation: Option<&'a Reputation<'a>>,
}

/// The kinds of options that a header has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptionKinds([u64; 4]);

impl OptionKinds {
    /// Adds a kind.
    pub fn add(&mut self, kind: u8) {
        if let Some(word) = self.0.get_mut(usize::from(kind / 64)) {
            *word |= 1 << (kind % 64);
        }
    }

    /// Whether there is an option of this kind.
    pub fn has(&self, kind: u8) -> bool {
        self.0.get(usize::from(kind / 64)).is_some_and(|word| word >> (kind % 64) & 1 == 1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
}

/// Bytes of a TCP connection so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamBytes {
    /// From the client.
    pub client: u64,
    /// From the server.
    pub server: u64,
}

/// The protocols that a flow was found to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protocols {
    /// In the direction of the packet.
    pub packet: Option<ProtocolFound>,
    /// In what the client sends.
    pub to_server: Option<ProtocolFound>,
    /// In what the server sends.
    pub to_client: Option<ProtocolFound>,
    /// In the end.
    pub last: Option<ProtocolFound>,
    /// Before it changed.
    pub original: Option<ProtocolFound>,
}

/// Whether the condition holds.
pub fn matches(condition: &PacketCondition, facts: &PacketFacts<'_>) -> bool {
    holds(condition, facts).unwrap_or(false)
}

/// As [`matches`]; none where it is not known.
fn holds(condition: &PacketCondition, facts: &PacketFacts<'_>) -> Option<bool> {
    Some(match condition {
        PacketCondition::IpOption(IpOption::Any) => !facts.ip_options?.is_empty(),
        PacketCondition::IpOption(IpOption::Type(kind)) => facts.ip_options?.has(*kind),
        PacketCondition::FragmentBits(test) => test.matches(facts.fragment_bits?),
        PacketCondition::TcpFlags(test) => test.matches(facts.tcp_flags?),
        PacketCondition::SameAddress => facts.addresses.map(|(source, destination)| source == destination)?,
        PacketCondition::IpVersion(version) => {
            let is_ipv4 = facts.addresses?.0.is_ipv4();
            *version == if is_ipv4 { 4 } else { 6 }
        }
        PacketCondition::Checksum(layer, wanted) => facts.checksum?(*layer)? == *wanted,
        PacketCondition::Event(event) => facts.events?(event),
        PacketCondition::StreamSize { side, relation, bytes } => {
            stream_size(facts.stream?, *side, *relation, *bytes)
        }
        PacketCondition::AppProtocol { protocol, side, presence } => {
            protocol_found(facts.protocols, *side, *protocol)? == (*presence == Presence::Required)
        }
        PacketCondition::AddressReputation { end, category, bound } => {
            let (source, destination) = facts.addresses?;
            let reputation = facts.reputation?;
            let right = |address| match (reputation(address, category), bound) {
                (found, ReputationBound::IsSet) => found.is_some(),
                (found, ReputationBound::IsNotSet) => found.is_none(),
                (found, ReputationBound::Compare(relation, wanted)) => {
                    found.is_some_and(|found| relation.holds(found, *wanted))
                }
            };
            match end {
                ReputationEnd::Any => right(source) || right(destination),
                ReputationEnd::Source => right(source),
                ReputationEnd::Destination => right(destination),
                ReputationEnd::Both => right(source) && right(destination),
            }
        }
        PacketCondition::CertificateValidity(wanted) => facts.certificate? == *wanted,
    })
}

fn stream_size(stream: StreamBytes, side: StreamSide, relation: Relation, bytes: u64) -> bool {
    let client = relation.holds(stream.client, bytes);
    let server = relation.holds(stream.server, bytes);
    match side {
        StreamSide::Client => client,
        StreamSide::Server => server,
        StreamSide::Both => client && server,
        StreamSide::Either => client || server,
    }
}

fn protocol_found(protocols: Protocols, side: ProtocolSide, wanted: ProtocolFound) -> Option<bool> {
    let is = |found: ProtocolFound| match (wanted, found) {
        (ProtocolFound::Known(wanted), ProtocolFound::Known(found)) => wanted.covers(found),
        (wanted, found) => wanted == found,
    };
    match side {
        ProtocolSide::Packet => protocols.packet.map(is),
        ProtocolSide::ToServer => protocols.to_server.map(is),
        ProtocolSide::ToClient => protocols.to_client.map(is),
        ProtocolSide::Final => protocols.last.map(is),
        ProtocolSide::Original => protocols.original.map(is),
        ProtocolSide::Either => match (protocols.to_server.map(is), protocols.to_client.map(is)) {
            (None, None) => None,
            (server, client) => Some(server.unwrap_or(false) || client.unwrap_or(false)),
        },
    }
}

/// Values of the numbers of a packet, a flow or a transaction: for each number none, one or several.
#[derive(Clone, Debug)]
pub struct Numbers {
    values: [[u64; MAX_VALUES]; NumberId::ALL.len()],
    counts: [u8; NumberId::ALL.len()],
}

/// The most values of one number; those behind are not looked at.
pub const MAX_VALUES: usize = 4;

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { values: [[0; MAX_VALUES]; NumberId::ALL.len()], counts: [0; NumberId::ALL.len()] }
    }
}

impl Numbers {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.counts = [0; NumberId::ALL.len()];
    }

    /// Adds a value of a number.
    #[inline]
    pub fn add(&mut self, number: NumberId, value: impl Into<u64>) {
        let (at, value) = (number as usize, value.into());
        let (Some(values), Some(count)) = (self.values.get_mut(at), self.counts.get_mut(at)) else { return };
        if let Some(slot) = values.get_mut(usize::from(*count)) {
            *slot = value;
            *count += 1;
        }
    }

    /// The values of a number, in order.
    #[inline]
    pub fn get(&self, number: NumberId) -> &[u64] {
        let at = number as usize;
        let count = self.counts.get(at).copied().unwrap_or(0);
        self.values.get(at).and_then(|values| values.get(..usize::from(count))).unwrap_or_default()
    }

    /// Whether the condition holds; it does not where the number is not known.
    pub fn matches(&self, condition: &NumberCondition) -> bool {
        matches_number(condition, self.get(condition.number))
    }
}

/// Whether the values of a number are as the condition asks; none are not.
#[inline]
pub fn matches_number(condition: &NumberCondition, values: &[u64]) -> bool {
    let test = |&value: &u64| condition.test.matches(value);
    match condition.which {
        Which::Any => values.iter().any(test),
        Which::All => values.iter().all(test),
        Which::AllOfSome => !values.is_empty() && values.iter().all(test),
        Which::At(position) => {
            let from_end = usize::from(position.unsigned_abs());
            let at = if position < 0 { values.len().checked_sub(from_end) } else { Some(from_end) };
            at.and_then(|at| values.get(at)).is_some_and(test)
        }
    }
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
