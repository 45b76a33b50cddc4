//! `sameip;`: source and destination are one address.

use super::{Apply, Keyword};
use crate::signature::packet::PacketCondition;

pub(super) const KEYWORD: Keyword = Keyword {
    name: "sameip",
    apply: Apply::Bare(|draft| {
        draft.packet.push(PacketCondition::SameAddress);
        Ok(())
    }),
};
