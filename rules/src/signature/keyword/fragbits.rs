//! `fragbits:!DM;`: the flags of the IPv4 header (RFC 791 §3.1).

use super::flag_test::flag_test;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::PacketCondition;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "fragbits", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let bit = |letter| match letter {
        'M' => Some(1),
        'D' => Some(2),
        'R' => Some(4),
        _ => None,
    };
    draft.packet.push(PacketCondition::FragmentBits(flag_test(unquoted(value)?, bit)?));
    Ok(())
}
