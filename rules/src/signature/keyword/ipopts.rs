//! `ipopts:lsrr;`: the IPv4 header has an option (RFC 791 §3.1).

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::{IpOption, PacketCondition};
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "ipopts", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let option = match value.text {
        "any" => IpOption::Any,
        "eol" => IpOption::Type(0),
        "nop" => IpOption::Type(1),
        "rr" => IpOption::Type(7),
        "qs" => IpOption::Type(25),
        "ts" => IpOption::Type(68),
        "sec" => IpOption::Type(130),
        "lsrr" => IpOption::Type(131),
        "esec" => IpOption::Type(133),
        "cipso" => IpOption::Type(134),
        "satid" => IpOption::Type(136),
        "ssrr" => IpOption::Type(137),
        "rtralt" => IpOption::Type(148),
        other => {
            return Err(Fault::error(value.span(), format!("{other:?} is not an option of IPv4")).with_help(
                "options are any, eol, nop, rr, qs, ts, sec, lsrr, esec, cipso, satid, ssrr and rtralt",
            ));
        }
    };
    draft.packet.push(PacketCondition::IpOption(option));
    Ok(())
}
