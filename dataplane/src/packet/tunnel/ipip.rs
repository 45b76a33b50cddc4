//! IP in IP: no header of its own, the protocol number says it all (RFC 2003, RFC 2473, RFC 4213).

use super::{Content, Opened};
use crate::packet::{IpProtocol, TunnelKind, ethernet};

pub(super) const IPV4: IpProtocol = IpProtocol(4);
pub(super) const IPV6: IpProtocol = IpProtocol(41);

pub(super) fn open(protocol: IpProtocol) -> Opened {
    let content = Content::Network(if protocol == IPV4 { ethernet::IPV4 } else { ethernet::IPV6 });
    Opened { tunnel: TunnelKind::IpIp, identifier: None, group_policy: 0, content }
}
