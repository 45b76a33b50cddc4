//! What a signature asks of a packet, a flow or a transaction, beside numbers and bytes.

use super::condition::Presence;
use super::protocol::AppProtocol;

/// A condition on headers and on the state of the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PacketCondition {
    /// `ipopts`: the IPv4 header has an option.
    IpOption(IpOption),
    /// `fragbits`: the flags of the IPv4 header: 4 reserved, 2 don't fragment, 1 more fragments.
    FragmentBits(FlagTest),
    /// `tcp.flags`: bits 0 to 7 are FIN, SYN, RST, PSH, ACK, URG, ECE and CWR.
    TcpFlags(FlagTest),
    /// `sameip`: source and destination are one address.
    SameAddress,
    /// `l3_proto`: 4 or 6.
    IpVersion(u8),
    /// `ipv4-csum` and its kin: a checksum is right, or wrong.
    Checksum(ChecksumLayer, Checksum),
    /// `decode-event`, `stream-event`, `app-layer-event`: something was wrong with the packet.
    Event(Event),
    /// `stream_size`: bytes of a TCP stream so far.
    StreamSize {
        /// Whose.
        side: StreamSide,
        /// How they are compared.
        relation: Relation,
        /// To how many.
        bytes: u64,
    },
    /// `app-layer-protocol`
    AppProtocol {
        /// The protocol that was, or was not, found; none where it could not be told (`failed`, `unknown`).
        protocol: ProtocolFound,
        /// In which direction.
        side: ProtocolSide,
        /// Whether it must be.
        presence: Presence,
    },
    /// `iprep`: the reputation of an address.
    AddressReputation {
        /// Of which.
        end: ReputationEnd,
        /// In which category.
        category: Box<str>,
        /// What it must be.
        bound: ReputationBound,
    },
    /// `tls_cert_expired` and `tls_cert_valid`.
    CertificateValidity(Validity),
}

impl PacketCondition {
    /// Whether it is about a transaction of an application protocol, and not about the packet or its flow.
    pub fn is_of_transaction(&self) -> bool {
        match self {
            PacketCondition::CertificateValidity(_) => true,
            PacketCondition::Event(event) => {
                event.layer == EventLayer::Application && !event.is_of_detection()
            }
            _ => false,
        }
    }
}

/// How flags are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagTest {
    /// How.
    pub mode: FlagMode,
    /// The flags.
    pub flags: u8,
    /// Those that do not count.
    pub ignored: u8,
}

/// How flags are compared to those that a rule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlagMode {
    /// Just these are set.
    Exactly,
    /// `+`: these are set, and others may be.
    All,
    /// `*`: one of these is set.
    Any,
    /// `!`: these are not all set; of no flags: some are.
    Not,
}

impl FlagTest {
    /// Whether `flags` are meant.
    #[inline]
    pub const fn matches(self, flags: u8) -> bool {
        let flags = flags & !self.ignored;
        match self.mode {
            FlagMode::Exactly => flags == self.flags,
            FlagMode::All => flags & self.flags == self.flags,
            FlagMode::Any => flags & self.flags != 0,
            FlagMode::Not if self.flags == 0 => flags != 0,
            FlagMode::Not => flags & self.flags != self.flags,
        }
    }
}

/// An option of the IPv4 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpOption {
    /// Any.
    Any,
    /// The one with this type byte (RFC 791 §3.1).
    Type(u8),
}

/// Whose checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumLayer {
    /// The IPv4 header.
    Ipv4,
    /// TCP over IPv4.
    TcpV4,
    /// TCP over IPv6.
    TcpV6,
    /// UDP over IPv4.
    UdpV4,
    /// UDP over IPv6.
    UdpV6,
    /// ICMP.
    IcmpV4,
    /// ICMPv6.
    IcmpV6,
}

/// What a checksum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// Right.
    Valid,
    /// Wrong.
    Invalid,
}

/// Something that is wrong with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who finds it.
    pub layer: EventLayer,
    /// By Suricata's name, without that of the layer: `ipv4.pkt_too_small`, `http.failed_protocol_change`.
    pub name: Box<str>,
}

impl Event {
    /// Whether it is about which protocol a flow has (`applayer_mismatch_protocol_both_directions`), and so not about a
    /// transaction.
    pub fn is_of_detection(&self) -> bool {
        self.name.starts_with("applayer_")
    }
}

/// Who finds that something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventLayer {
    /// The packet parser.
    Decode,
    /// Reassembly.
    Stream,
    /// A decoder of an application protocol.
    Application,
}

/// Whose stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamSide {
    /// The server's.
    Server,
    /// The client's.
    Client,
    /// Both must be right.
    Both,
    /// One must be.
    Either,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    AtLeast,
    /// `>`
    Greater,
}

impl Relation {
    /// The relation that is written so.
    pub fn named(text: &str) -> Option<Relation> {
        Some(match text {
            "<" => Relation::Less,
            "<=" => Relation::AtMost,
            "=" | "==" => Relation::Equal,
            "!" | "!=" => Relation::NotEqual,
            ">=" => Relation::AtLeast,
            ">" => Relation::Greater,
            _ => return None,
        })
    }

    /// Whether it holds between two numbers.
    #[inline]
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Relation::Less => left < right,
            Relation::AtMost => left <= right,
            Relation::Equal => left == right,
            Relation::NotEqual => left != right,
            Relation::AtLeast => left >= right,
            Relation::Greater => left > right,
        }
    }
}

/// What protocol a flow was found to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtocolFound {
    /// This.
    Known(AppProtocol),
    /// None, after looking for one (`failed`).
    Failed,
    /// None yet (`unknown`).
    Unknown,
}

/// In which direction a protocol was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProtocolSide {
    /// In that of the packet.
    #[default]
    Packet,
    /// In what the client sends.
    ToServer,
    /// In what the server sends.
    ToClient,
    /// What the flow has in the end.
    Final,
    /// What the flow had before it changed.
    Original,
    /// In one of both.
    Either,
}

/// What a reputation must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReputationBound {
    /// There is one.
    IsSet,
    /// There is none.
    IsNotSet,
    /// There is one, and it compares so.
    Compare(Relation, u8),
}

/// Whose reputation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReputationEnd {
    /// That of one of both.
    Any,
    /// The source's.
    Source,
    /// The destination's.
    Destination,
    /// Both.
    Both,
}

/// Whether a certificate is in its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validity {
    /// It is.
    Valid,
    /// It has run out.
    Expired,
}
