//! `tcp.flags:S,12;`, `flags:+SA;`: the flags of the TCP header (RFC 9293 §3.1).

use super::flag_test::flag_test;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::PacketCondition;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "tcp.flags", apply: Apply::Value(apply) };
pub(super) const OLD: Keyword = Keyword { name: "flags", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let test = flag_test(unquoted(value)?, bit)?;
    draft.packet.push(PacketCondition::TcpFlags(test));
    Ok(())
}

fn bit(letter: char) -> Option<u8> {
    Some(match letter {
        'F' => 0x01,
        'S' => 0x02,
        'R' => 0x04,
        'P' => 0x08,
        'A' => 0x10,
        'U' => 0x20,
        'E' | '2' => 0x40,
        'C' | '1' => 0x80,
        '0' => 0,
        _ => return None,
    })
}
