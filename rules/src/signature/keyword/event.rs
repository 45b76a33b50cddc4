//! `decode-event:ipv4.pkt_too_small;`, `stream-event:…;`, `app-layer-event:http.…;`: something was wrong.

use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::{Event, EventLayer, PacketCondition};
use crate::signature::protocol::{AppProtocol, Decoded};
use crate::signature::text::{Piece, unquoted};

pub(super) const DECODE: Keyword = Keyword {
    name: "decode-event",
    apply: Apply::Value(|draft, value| apply(draft, value, EventLayer::Decode)),
};
pub(super) const ENGINE: Keyword = Keyword {
    name: "engine-event",
    apply: Apply::Value(|draft, value| apply(draft, value, EventLayer::Decode)),
};
pub(super) const STREAM: Keyword = Keyword {
    name: "stream-event",
    apply: Apply::Value(|draft, value| apply(draft, value, EventLayer::Stream)),
};
pub(super) const APPLICATION: Keyword = Keyword {
    name: "app-layer-event",
    apply: Apply::Value(|draft, value| apply(draft, value, EventLayer::Application)),
};

fn apply(draft: &mut Draft<'_>, value: Piece<'_>, layer: EventLayer) -> Result<(), Fault> {
    let name = unquoted(value)?.text;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)) {
        return Err(Fault::error(value.span(), "this is not the name of an event")
            .with_help("it is a name such as ipv4.pkt_too_small"));
    }
    if layer == EventLayer::Application {
        let family = name.split_once('.').map_or(name, |(family, _)| family);
        match AppProtocol::named(family) {
            Some(app) if app.decoded() == Decoded::No => draft.leave_out(app.name()),
            Some(_) => {}
            // What is about files is about those of any protocol.
            None if family.starts_with("applayer_") || matches!(family, "file" | "model_file") => {}
            None => {
                return Err(Fault::error(
                    value.span(),
                    format!("{family:?} is not a protocol that has events"),
                )
                .with_help("write protocol.event, such as http.request_field_too_long"));
            }
        }
    }
    draft.packet.push(PacketCondition::Event(Event { layer, name: name.into() }));
    Ok(())
}
