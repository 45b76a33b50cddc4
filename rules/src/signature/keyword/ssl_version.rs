//! `ssl_version:tls1.0,tls1.1;`, `ssl_version:!sslv3;`: one of several versions of TLS.

use super::{Apply, Keyword};
use crate::number::NumberId;
use crate::ranges::RangeSet;
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::number_names;
use crate::signature::numeric::{NumberCondition, NumberTest, Which};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "ssl_version", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let (mut plain, mut negated) = (Vec::new(), Vec::new());
    for word in unquoted(value)?.split(',') {
        let (list, name) = match word.text.strip_prefix('!') {
            Some(name) => (&mut negated, name),
            None => (&mut plain, word.text),
        };
        let version = number_names::value(NumberId::TlsVersion, name.trim()).ok_or_else(|| {
            Fault::error(word.span(), format!("{name:?} is not a version of TLS"))
                .with_help("versions are sslv2, sslv3, tls1.0, tls1.1, tls1.2 and tls1.3")
        })?;
        list.push((version, version));
    }
    let all = RangeSet::of([(0, NumberId::TlsVersion.max())]);
    let meant = if plain.is_empty() { all } else { RangeSet::of(plain) };
    let test = NumberTest::Within(meant.minus(&RangeSet::of(negated)));
    draft.numbers.push(NumberCondition { number: NumberId::TlsVersion, test, which: Which::Any });
    Ok(())
}
