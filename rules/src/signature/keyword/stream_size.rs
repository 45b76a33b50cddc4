//! `stream_size:client,>,1000;`: bytes of a TCP stream so far.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::{PacketCondition, Relation, StreamSide};
use crate::signature::text::Piece;

pub(super) const KEYWORD: Keyword = Keyword { name: "stream_size", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let wrong = || {
        Fault::error(value.span(), "this is not a stream_size")
            .with_help("write `stream_size:client,>,1000;` with server, client, both or either and <, >, =, <=, >= or !=")
    };
    let parts: Vec<_> = value.split(',').collect();
    let [side, relation, bytes] = parts[..] else { return Err(wrong()) };
    let side = match side.text {
        "server" => StreamSide::Server,
        "client" => StreamSide::Client,
        "both" => StreamSide::Both,
        "either" => StreamSide::Either,
        _ => return Err(wrong()),
    };
    let relation = Relation::named(relation.text).ok_or_else(wrong)?;
    let bytes = number(bytes, 0..=u64::from(u32::MAX))?;
    draft.packet.push(PacketCondition::StreamSize { side, relation, bytes });
    Ok(())
}
