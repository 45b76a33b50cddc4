//! From a frame to the innermost packet: parsing without copies, tunnels looked through, fragments put together.

pub mod answer;
#[cfg(test)]
mod capture_tests;
pub mod checksum;
#[cfg(test)]
mod checksum_tests;
mod config;
mod cursor;
mod decode_event;
mod error;
mod ethernet;
mod extension;
mod fragment;
mod ipv4;
mod ipv6;
mod mpls;
mod parse;
#[cfg(test)]
mod parse_tests;
mod parsed;
mod plain;
mod port_set;
mod pppoe;
mod seal;
#[cfg(test)]
pub(crate) mod test_frames;
mod transport;
mod tunnel;

pub use answer::{Towards, icmp_unreachable, tcp_reset};
pub use config::ParserConfig;
pub use decode_event::{DecodeEvent, DecodeEvents, decode_events, is_ordinary};
pub use error::ParseError;
pub use ethernet::MAX_VLAN_TAGS;
pub use extension::MAX_EXTENSION_HEADERS;
pub use fragment::{
    Conclusion, FragmentConfig, FragmentCounters, FragmentError, FragmentOutcome, FragmentTable, Realm,
};
pub use mpls::MAX_MPLS_LABELS;
pub use parse::{FrameKind, parse, parse_into};
pub use parsed::{
    Address, FragmentInfo, IpProtocol, IpVersion, Layer, MAX_TUNNEL_DEPTH, Packet, Parsed, TcpFlags,
    TcpHeader, Tenant, TunnelKind,
};
pub use port_set::PortSet;
pub use tunnel::MAX_GTP_EXTENSIONS;
