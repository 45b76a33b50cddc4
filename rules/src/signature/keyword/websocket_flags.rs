//! `websocket.flags:fin,!comp;`: which bits a frame has, or their value as a number (RFC 6455 §5.2).

use super::{Apply, Keyword, numeric};
use crate::number::NumberId;
use crate::signature::condition::Presence;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::numeric::{NumberCondition, NumberTest, Which};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "websocket.flags", apply: Apply::Value(apply) };

/// The bits that have names: the last frame of a message, and a message that is compressed (RFC 7692 §6).
const FLAGS: [(&str, u64); 2] = [("fin", 0x80), ("comp", 0x40)];

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let number = NumberId::WebsocketFlags;
    let text = unquoted(value)?.trimmed();
    if !text.text.trim_start_matches('!').trim_start().starts_with(|first: char| first.is_ascii_alphabetic())
    {
        return numeric::apply(draft, number, value);
    }
    let (mut mask, mut wanted) = (0, 0);
    for word in text.split(',') {
        let word = word.trimmed();
        let name = word.text.strip_prefix('!').unwrap_or(word.text);
        let Some(&(_, bit)) = FLAGS.iter().find(|(known, _)| *known == name.trim()) else {
            return Err(Fault::error(word.span(), format!("{name:?} is not a flag of a frame"))
                .with_help("flags are fin and comp, each may have a ! before it"));
        };
        if mask & bit != 0 {
            return Err(Fault::error(word.span(), format!("{name} is asked for twice")));
        }
        mask |= bit;
        wanted |= if word.text.starts_with('!') { 0 } else { bit };
    }
    let test = NumberTest::Mask { mask, value: wanted, presence: Presence::Required };
    draft.numbers.push(NumberCondition { number, test, which: Which::Any });
    Ok(())
}
