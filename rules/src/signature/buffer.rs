//! What a signature asks of one buffer: which bytes, how they are changed first, and what they must hold.

use std::ops::Range;

use super::bytes::{ByteExtract, ByteJump, ByteMath, ByteTest};
use super::condition::{Case, Presence, RegexFlags};
use super::dataset::{DataReputation, Dataset};
use super::flow::FlowDirection;
use super::numeric::NumberTest;
use super::operand::{Base, Operand, Variable};
use super::transform::Transform;
use crate::field::{Count, FieldId};

/// The conditions on one value of a buffer.
#[derive(Clone, Debug, PartialEq)]
pub struct BufferMatch {
    /// The bytes that are looked at.
    pub buffer: Buffer,
    /// The way that is looked at, where the rule says so for this buffer (`file.data: to_client;`).
    pub direction: Option<FlowDirection>,
    /// What is done to them first, in order.
    pub transforms: Box<[Transform]>,
    /// What they must hold: all of it, in order. The place of each may depend on those before it.
    pub conditions: Box<[BufferCondition]>,
}

impl BufferMatch {
    /// Whether there may be several values, each of which is looked at alone.
    pub fn count(&self) -> Count {
        match self.buffer {
            Buffer::Field(field) => field.count(),
            _ => Count::One,
        }
    }
}

/// Which bytes are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Buffer {
    /// The payload: of TCP the reassembled stream or, where the rule asks for packets, that of the packet; of others
    /// that of the packet.
    Payload,
    /// A field that a decoder fills.
    Field(FieldId),
    /// What the last `base64_decode` of the signature gave.
    Base64,
    /// A header of the packet, with its options.
    Header(HeaderBytes),
    /// An address of the packet, 4 or 16 bytes.
    Address(PacketEnd),
    /// A buffer that no decoder fills. Rules about it are left out, so no signature that is loaded has it.
    Undecoded,
}

/// A header of a packet as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaderBytes {
    /// `ether.hdr`
    Ethernet,
    /// `ipv4.hdr`
    Ipv4,
    /// `ipv6.hdr`
    Ipv6,
    /// `tcp.hdr`
    Tcp,
    /// `udp.hdr`
    Udp,
    /// `icmpv4.hdr`
    Icmp4,
    /// `icmpv6.hdr`
    Icmp6,
    /// `igmp.hdr`
    Igmp,
}

/// An end of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PacketEnd {
    /// `ip.src`
    Source,
    /// `ip.dst`
    Destination,
}

impl Buffer {
    /// The buffers that are not fields, by their names in rules.
    pub const NAMED: [(&'static str, Buffer); 12] = [
        ("base64_data", Buffer::Base64),
        ("ether.hdr", Buffer::Header(HeaderBytes::Ethernet)),
        ("icmpv4.hdr", Buffer::Header(HeaderBytes::Icmp4)),
        ("icmpv6.hdr", Buffer::Header(HeaderBytes::Icmp6)),
        ("igmp.hdr", Buffer::Header(HeaderBytes::Igmp)),
        ("ip.dst", Buffer::Address(PacketEnd::Destination)),
        ("ip.src", Buffer::Address(PacketEnd::Source)),
        ("ipv4.hdr", Buffer::Header(HeaderBytes::Ipv4)),
        ("ipv6.hdr", Buffer::Header(HeaderBytes::Ipv6)),
        ("pkt_data", Buffer::Payload),
        ("tcp.hdr", Buffer::Header(HeaderBytes::Tcp)),
        ("udp.hdr", Buffer::Header(HeaderBytes::Udp)),
    ];

    /// The buffer of this name.
    pub fn named(name: &str) -> Option<Buffer> {
        let other = || Buffer::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, buffer)| buffer);
        FieldId::named(name).map(Buffer::Field).or_else(other)
    }

    /// The name in rules.
    pub fn name(self) -> &'static str {
        match self {
            Buffer::Field(field) => field.name(),
            other => {
                Buffer::NAMED.iter().find(|&&(_, known)| known == other).map_or("payload", |&(name, _)| name)
            }
        }
    }
}

/// One condition on a buffer.
#[derive(Clone, Debug, PartialEq)]
pub enum BufferCondition {
    /// `content`
    Content(Content),
    /// `pcre`
    Regex(Box<Regex>),
    /// `byte_test`
    ByteTest(Box<ByteTest>),
    /// `byte_jump`
    ByteJump(Box<ByteJump>),
    /// `byte_extract`
    ByteExtract(Box<ByteExtract>),
    /// `byte_math`
    ByteMath(Box<ByteMath>),
    /// `isdataat`
    DataAt(DataAt),
    /// `bsize`, and `urilen`: how many bytes the buffer has.
    Size(NumberTest),
    /// `base64_decode`
    Base64Decode(Base64Decode),
    /// `absent`
    Absent(Absent),
    /// `entropy`
    Entropy(Entropy),
    /// `dataset`
    Dataset(Box<Dataset>),
    /// `datarep`
    DataReputation(Box<DataReputation>),
}

/// Bytes that must, or must not, be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The bytes; at least one.
    pub bytes: Box<[u8]>,
    /// Whether ASCII letters match in either case.
    pub case: Case,
    /// Whether they must be there.
    pub presence: Presence,
    /// From where `from` counts.
    pub base: Base,
    /// `offset` or `distance`: they start here or later; negative only from [`Base::Previous`].
    pub from: Operand,
    /// `depth` or `within`: they end within this many bytes from `from`.
    pub room: Option<Operand>,
    /// Whether they must end where the buffer ends (`endswith`).
    pub end: End,
    /// The bytes of the source that say so, for diagnostics.
    pub span: Range<u32>,
}

/// Where a content must end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum End {
    /// Anywhere.
    #[default]
    Anywhere,
    /// With the buffer.
    OfBuffer,
}

/// A regular expression that must, or must not, match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regex {
    /// The expression in PCRE's syntax, without delimiters.
    pub expression: Box<str>,
    /// What changes its meaning.
    pub flags: RegexFlags,
    /// Whether it must match.
    pub presence: Presence,
    /// Where its subject starts (`R`: [`Base::Previous`]); `^` is that place.
    pub base: Base,
    /// Whether it must match at the start of its subject (`A`).
    pub start: RegexStart,
    /// Whether `$` is the very end of the buffer only, and not before a last line feed as well (`E`).
    pub dollar: Dollar,
    /// Whether repeats are lazy unless marked by `?` (`G`).
    pub greed: Greed,
    /// What becomes of its groups, in order.
    pub captures: Box<[Capture]>,
    /// The bytes of the source that say so, for diagnostics.
    pub span: Range<u32>,
}

/// Where a regular expression may match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RegexStart {
    /// Anywhere.
    #[default]
    Anywhere,
    /// At the start of its subject only.
    Anchored,
}

/// What `$` stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dollar {
    /// The end, or the last line feed.
    #[default]
    EndOrLineFeed,
    /// The end only.
    EndOnly,
}

/// How repeats choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Greed {
    /// As much as can be.
    #[default]
    Greedy,
    /// As little as can be.
    Lazy,
}

/// Where the text of a group is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// For how long.
    pub scope: CaptureScope,
    /// Under what name.
    pub name: Box<str>,
}

/// For how long a captured text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaptureScope {
    /// `flow:`
    Flow,
    /// `pkt:`
    Packet,
    /// `alert:`
    Alert,
}

/// `isdataat`: there are, or are not, so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataAt {
    /// Bytes there must be behind `base`.
    pub bytes: Operand,
    /// From where they are counted.
    pub base: Base,
    /// Whether there must be.
    pub presence: Presence,
}

/// `base64_decode`: fills [`Buffer::Base64`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base64Decode {
    /// The most bytes that are decoded; all where it is not said.
    pub bytes: Option<Operand>,
    /// Where they start.
    pub offset: Operand,
    /// From where `offset` counts.
    pub base: Base,
}

/// `absent`: the buffer is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// It must not be there.
    Only,
    /// It is not there, or the other conditions hold (`absent: or_else`).
    OrElse,
}

/// `entropy`: Shannon's entropy of a part of the buffer, in bits for each byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entropy {
    /// Bytes that are looked at; all where it is not said.
    pub bytes: Option<Operand>,
    /// Where they start.
    pub offset: Operand,
    /// From where `offset` counts.
    pub base: Base,
    /// It is more than this.
    pub low: Option<EntropyBound>,
    /// It is less than this.
    pub high: Option<EntropyBound>,
    /// Whether it must lie between the two.
    pub presence: Presence,
}

/// An end of the range that an entropy lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntropyBound {
    /// From 0 to 8.
    pub value: f64,
    /// Whether the value itself is within.
    pub edge: Edge,
}

/// Whether the end of a range belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// It does.
    Included,
    /// It does not.
    Excluded,
}

impl BufferCondition {
    /// From where its place is counted; none of one that has no place.
    pub fn base(&self) -> Option<Base> {
        Some(match self {
            BufferCondition::Content(content) => content.base,
            BufferCondition::Regex(regex) => regex.base,
            BufferCondition::ByteTest(test) => test.field.base,
            BufferCondition::ByteJump(jump) => jump.field.base,
            BufferCondition::ByteExtract(extract) => extract.field.base,
            BufferCondition::ByteMath(math) => math.field.base,
            BufferCondition::DataAt(at) => at.base,
            BufferCondition::Base64Decode(decode) => decode.base,
            BufferCondition::Entropy(entropy) => entropy.base,
            BufferCondition::Size(_)
            | BufferCondition::Absent(_)
            | BufferCondition::Dataset(_)
            | BufferCondition::DataReputation(_) => return None,
        })
    }

    /// The variable that it fills.
    pub fn defines(&self) -> Option<Variable> {
        match self {
            BufferCondition::ByteExtract(extract) => Some(extract.into),
            BufferCondition::ByteMath(math) => Some(math.into),
            _ => None,
        }
    }
}
