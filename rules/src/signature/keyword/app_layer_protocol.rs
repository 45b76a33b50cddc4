//! `app-layer-protocol:!http,to_server;`: what protocol the flow was found to have.

use super::content::presence;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::{PacketCondition, ProtocolFound, ProtocolSide};
use crate::signature::protocol::AppProtocol;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "app-layer-protocol", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (presence, text) = presence(unquoted(value)?);
    let mut parts = text.split(',');
    let name = parts.next().unwrap_or(text);
    let protocol = match name.text {
        "failed" => ProtocolFound::Failed,
        "unknown" => ProtocolFound::Unknown,
        other => ProtocolFound::Known(AppProtocol::named(other).ok_or_else(|| {
            Fault::error(name.span(), format!("{other:?} is not an application protocol"))
                .with_help("write one that can stand in a header, or failed or unknown")
        })?),
    };
    let side = match parts.next().map(|part| (part.text, part)) {
        None => ProtocolSide::Packet,
        Some(("to_server" | "toserver", _)) => ProtocolSide::ToServer,
        Some(("to_client" | "toclient", _)) => ProtocolSide::ToClient,
        Some(("final", _)) => ProtocolSide::Final,
        Some(("original", _)) => ProtocolSide::Original,
        Some(("either", _)) => ProtocolSide::Either,
        Some((_, part)) => {
            return Err(Fault::error(part.span(), "this is not a direction")
                .with_help("write to_server, to_client, either, final or original"));
        }
    };
    draft.packet.push(PacketCondition::AppProtocol { protocol, side, presence });
    Ok(())
}
