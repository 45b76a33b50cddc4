//! `l3_proto:ipv6;`: the version of IP.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::PacketCondition;
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "l3_proto", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let version = match value.text.to_ascii_lowercase().as_str() {
        "ipv4" | "ip4" => 4,
        "ipv6" | "ip6" => 6,
        _ => {
            return Err(
                Fault::error(value.span(), "this is not a version of IP").with_help("write ipv4 or ipv6")
            );
        }
    };
    draft.packet.push(PacketCondition::IpVersion(version));
    Ok(())
}
