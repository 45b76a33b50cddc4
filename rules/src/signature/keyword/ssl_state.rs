//! `ssl_state:client_hello,server_hello;`: how far a TLS handshake is, told by its messages.

use super::content::presence;
use super::{Apply, Keyword};
use crate::number::NumberId;
use crate::ranges::RangeSet;
use crate::signature::condition::Presence;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::numeric::{NumberCondition, NumberTest, Which};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "ssl_state", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (presence, text) = presence(unquoted(value)?);
    let mut messages = Vec::new();
    for word in text.text.split([',', '|']) {
        let message = match word.trim() {
            "client_hello" => 1,
            "server_hello" => 2,
            "server_keyx" => 12,
            "client_keyx" => 16,
            // No message leads to it.
            "unknown" => continue,
            other => {
                return Err(Fault::error(text.span(), format!("{other:?} is not a state of a handshake"))
                    .with_help(
                        "states are client_hello, server_hello, client_keyx, server_keyx and unknown",
                    ));
            }
        };
        messages.push((message, message));
    }
    let number = NumberId::TlsHandshakeType;
    let named = RangeSet::of(messages);
    let (meant, which) = match presence {
        Presence::Required => (named, Which::Any),
        Presence::Absent => (RangeSet::of([(0, number.max())]).minus(&named), Which::AllOfSome),
    };
    draft.numbers.push(NumberCondition { number, test: NumberTest::Within(meant), which });
    Ok(())
}
