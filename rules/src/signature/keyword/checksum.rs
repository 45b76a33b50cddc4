//! `ipv4-csum:invalid;` and its kin: a checksum is right, or wrong.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::{Checksum, ChecksumLayer, PacketCondition};
use crate::signature::text::Piece;

macro_rules! keyword {
    ($constant:ident, $name:literal, $layer:ident) => {
        pub(super) const $constant: Keyword = Keyword {
            name: $name,
            apply: Apply::Value(|draft, value| apply(draft, value, ChecksumLayer::$layer)),
        };
    };
}
keyword!(IPV4, "ipv4-csum", Ipv4);
keyword!(TCPV4, "tcpv4-csum", TcpV4);
keyword!(TCPV6, "tcpv6-csum", TcpV6);
keyword!(UDPV4, "udpv4-csum", UdpV4);
keyword!(UDPV6, "udpv6-csum", UdpV6);
keyword!(ICMPV4, "icmpv4-csum", IcmpV4);
keyword!(ICMPV6, "icmpv6-csum", IcmpV6);

fn apply(draft: &mut Draft<'_>, value: Piece<'_>, layer: ChecksumLayer) -> Result<(), Fault> {
    let checksum = match value.text.trim_matches('"') {
        "valid" => Checksum::Valid,
        "invalid" => Checksum::Invalid,
        _ => {
            return Err(
                Fault::error(value.span(), "a checksum is not that").with_help("write valid or invalid")
            );
        }
    };
    draft.packet.push(PacketCondition::Checksum(layer, checksum));
    Ok(())
}
