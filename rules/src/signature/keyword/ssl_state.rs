//! `ssl_state:client_hello,server_hello;`: how far a TLS handshake is.

use super::content::presence;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::PacketCondition;
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "ssl_state", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (presence, text) = presence(unquoted(value)?);
    let mut states = 0;
    for word in text.text.split([',', '|']) {
        states |= match word.trim() {
            "client_hello" => 1,
            "server_hello" => 2,
            "client_keyx" => 4,
            "server_keyx" => 8,
            "unknown" => 16,
            other => {
                return Err(Fault::error(text.span(), format!("{other:?} is not a state of a handshake"))
                    .with_help(
                        "states are client_hello, server_hello, client_keyx, server_keyx and unknown",
                    ));
            }
        };
    }
    draft.packet.push(PacketCondition::TlsState { states, presence });
    Ok(())
}
