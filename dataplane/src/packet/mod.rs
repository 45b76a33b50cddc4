//! From a frame to the innermost packet: parsing without copies, tunnels looked through, fragments put together.

mod parsed;

pub use parsed::{
    Address, FragmentInfo, IpProtocol, IpVersion, Layer, MAX_TUNNEL_DEPTH, Packet, Parsed, TcpFlags, TcpHeader,
    Tenant, TunnelKind,
};
