//! `http2.settings:SETTINGS_ENABLE_PUSH;`, `http2.settings:SETTINGS_INITIAL_WINDOW_SIZE>65535;`: a setting that is sent,
//! and with what value.

use super::numeric::number_test;
use super::{Apply, Keyword};
use crate::number::NumberId;
use crate::ranges::RangeSet;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::number_names::HTTP2_SETTINGS;
use crate::signature::numeric::{NumberCondition, NumberTest, Which};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "http2.settings", apply: Apply::Value(apply) };

/// Where the identifier of a setting stands above its value.
const ABOVE: u32 = 32;

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let value = unquoted(value)?.trimmed();
    let end = value.text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let (name, _) = value.text.split_at(end.unwrap_or(value.text.len()));
    let known = HTTP2_SETTINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some(&(_, id)) = known else {
        return Err(Fault::error(value.span(), format!("{name:?} is not a setting of HTTP/2"))
            .with_help("write a name such as SETTINGS_MAX_CONCURRENT_STREAMS, and what its value is"));
    };
    let base = id << ABOVE;
    let all = || RangeSet::of([(base, base | u64::from(u32::MAX))]);
    let test = match value.skip(name.len()).trimmed() {
        Piece { text: "", .. } => NumberTest::Within(all()),
        asked => match number_test(asked, u64::from(u32::MAX), |_| None)? {
            NumberTest::Within(values) => NumberTest::Within(RangeSet::of(
                values.ranges().iter().map(|&(first, last)| (base | first, base | last)),
            )),
            // The identifier is a part of what is asked about.
            NumberTest::Mask { mask, value, presence } => {
                NumberTest::Mask { mask: mask | 0xffff << ABOVE, value: value | base, presence }
            }
        },
    };
    draft.numbers.push(NumberCondition { number: NumberId::Http2Settings, test, which: Which::Any });
    Ok(())
}
