//! The keywords: one file for each, and the table of them.
//!
//! What is not in this table is looked for in those of buffers, of modifiers of old rules, of transforms and of numbers,
//! and in the end among the words that are refused or that only Suricata has.

use super::buffer::Buffer;
use super::draft::Draft;
use super::fault::{Complaint, Fault};
use super::names::SURICATA_KEYWORDS;
use super::text::{OptionText, Piece};
use crate::number::NumberId;

pub(super) use byte_options::named_argument;
pub(super) use number::number;
pub(super) use track::Rate;

mod absent;
mod app_layer_protocol;
mod base64_decode;
mod bits;
mod bsize;
mod byte_extract;
mod byte_jump;
mod byte_math;
mod byte_options;
mod byte_test;
mod checksum;
mod classtype;
mod content;
mod datarep;
mod dataset;
mod dataset_source;
mod depth;
mod detection_filter;
mod distance;
mod endswith;
mod entropy;
mod event;
mod fast_pattern;
mod flag_test;
mod flags;
mod flow;
mod flowint;
mod fragbits;
mod from_base64;
mod gid;
mod hints;
mod http2_settings;
mod inflate;
mod ipopts;
mod iprep;
mod isdataat;
mod l3_proto;
mod metadata;
mod moved;
mod msg;
mod noalert;
mod nocase;
mod number;
mod numeric;
mod offset;
mod operand;
mod pcre;
mod pcrexform;
mod prefilter;
mod priority;
mod rawbytes;
mod reference;
mod refused;
mod requires;
mod rev;
mod sameip;
mod score;
mod sid;
mod ssl_state;
mod ssl_version;
mod startswith;
mod sticky;
mod stream_size;
mod subslice;
mod tag;
mod target;
mod threshold;
mod tls_cert;
mod track;
mod transforms;
mod urilen;
mod valued;
mod websocket_flags;
mod within;
mod xor;

pub(super) use hints::KeywordHints;

/// A keyword: its name, and what it does to the rule it is in.
pub(super) struct Keyword {
    name: &'static str,
    apply: Apply,
}

/// What a keyword takes, and how it is taken in. Values come without blanks around them, quotes still on.
enum Apply {
    /// It stands alone.
    Bare(fn(&mut Draft<'_>) -> Result<(), Complaint>),
    /// It has a value.
    Value(fn(&mut Draft<'_>, Piece<'_>) -> Result<(), Fault>),
    /// It may have a value; its name comes first.
    Optional(fn(&mut Draft<'_>, Piece<'_>, Option<Piece<'_>>) -> Result<(), Fault>),
}

/// Every keyword that is not the name of a buffer, a number or a transform, sorted by name.
const KEYWORDS: &[&Keyword] = &[
    &absent::KEYWORD,
    &event::APPLICATION,
    &app_layer_protocol::KEYWORD,
    &base64_decode::KEYWORD,
    &bsize::KEYWORD,
    &byte_extract::KEYWORD,
    &byte_jump::KEYWORD,
    &byte_math::KEYWORD,
    &byte_test::KEYWORD,
    &classtype::KEYWORD,
    &content::KEYWORD,
    &datarep::KEYWORD,
    &dataset::KEYWORD,
    &event::DECODE,
    &depth::KEYWORD,
    &detection_filter::KEYWORD,
    &distance::KEYWORD,
    &endswith::KEYWORD,
    &event::ENGINE,
    &entropy::KEYWORD,
    &fast_pattern::KEYWORD,
    &valued::FILE_EXTENSION,
    &valued::FILE_MAGIC,
    &valued::FILE_NAME,
    &flags::OLD,
    &flow::KEYWORD,
    &bits::FLOW,
    &flowint::KEYWORD,
    &fragbits::KEYWORD,
    &from_base64::KEYWORD,
    &gid::KEYWORD,
    &inflate::GUNZIP,
    &bits::HOST,
    &http2_settings::KEYWORD,
    &checksum::ICMPV4,
    &checksum::ICMPV6,
    &ipopts::KEYWORD,
    &iprep::KEYWORD,
    &checksum::IPV4,
    &isdataat::KEYWORD,
    &l3_proto::KEYWORD,
    &metadata::KEYWORD,
    &msg::KEYWORD,
    &noalert::KEYWORD,
    &nocase::KEYWORD,
    &offset::KEYWORD,
    &pcre::KEYWORD,
    &pcrexform::KEYWORD,
    &prefilter::KEYWORD,
    &priority::KEYWORD,
    &rawbytes::KEYWORD,
    &reference::KEYWORD,
    &requires::KEYWORD,
    &rev::KEYWORD,
    &sameip::KEYWORD,
    &score::KEYWORD,
    &sid::KEYWORD,
    &ssl_state::KEYWORD,
    &ssl_version::KEYWORD,
    &startswith::KEYWORD,
    &event::STREAM,
    &stream_size::KEYWORD,
    &subslice::KEYWORD,
    &tag::KEYWORD,
    &target::KEYWORD,
    &flags::KEYWORD,
    &checksum::TCPV4,
    &checksum::TCPV6,
    &threshold::KEYWORD,
    &valued::TLS_FINGERPRINT,
    &valued::TLS_ISSUER,
    &valued::TLS_SUBJECT,
    &tls_cert::EXPIRED,
    &tls_cert::NOT_AFTER,
    &tls_cert::NOT_BEFORE,
    &tls_cert::VALID,
    &checksum::UDPV4,
    &checksum::UDPV6,
    &valued::URI_CONTENT,
    &urilen::KEYWORD,
    &websocket_flags::KEYWORD,
    &within::KEYWORD,
    &bits::EXTERNAL,
    &xor::KEYWORD,
    &inflate::INFLATE,
];

/// Takes one option into the draft.
pub(super) fn apply(
    draft: &mut Draft<'_>,
    option: OptionText<'_>,
    hints: &mut KeywordHints,
) -> Result<(), Fault> {
    let OptionText { name, value } = option;
    if let Some(keyword) = keyword(name.text) {
        return apply_keyword(draft, keyword, name, value);
    }
    if let Some(buffer) = Buffer::named(name.text) {
        return sticky::apply(draft, buffer, name, value);
    }
    let bare = |apply: &mut dyn FnMut() -> Result<(), Complaint>| match value {
        None => apply().map_err(|complaint| complaint.at(name.span())),
        Some(value) => Err(no_value(name, value)),
    };
    if let Some(field) = moved::field(name.text) {
        return bare(&mut || moved::apply(draft, field));
    }
    if let Some(transform) = transforms::named(name.text) {
        return bare(&mut || draft.add_transform(transform.clone()));
    }
    if let Some(number) = NumberId::named(name.text) {
        return match value.filter(|value| !value.text.is_empty()) {
            Some(value) => numeric::apply(draft, number, value),
            None => Err(missing_value(name)),
        };
    }
    if let Some((reason, help)) = refused::reason(name.text) {
        return Err(
            Fault::error(name.span(), format!("{} is not supported: {reason}", name.text)).with_help(help)
        );
    }
    if SURICATA_KEYWORDS.binary_search(&name.text).is_err() {
        return Err(unknown(name, hints));
    }
    // A buffer, as far as the rest of the rule goes: what follows is about it and not about the payload.
    draft.leave_out(name.text);
    if value.is_none() || name.text == "frame" {
        draft.select(Buffer::Undecoded, None, name.span());
    }
    Ok(())
}

/// Whether an option of this name has an effect.
fn is_known(name: &str) -> bool {
    keyword(name).is_some()
        || Buffer::named(name).is_some()
        || NumberId::named(name).is_some()
        || moved::field(name).is_some()
        || transforms::named(name).is_some()
}

fn keyword(name: &str) -> Option<&'static Keyword> {
    let at = KEYWORDS.binary_search_by(|keyword| keyword.name.cmp(name)).ok()?;
    KEYWORDS.get(at).copied()
}

fn apply_keyword(
    draft: &mut Draft<'_>,
    keyword: &Keyword,
    name: Piece<'_>,
    value: Option<Piece<'_>>,
) -> Result<(), Fault> {
    match (&keyword.apply, value) {
        (Apply::Bare(apply), None) => apply(draft).map_err(|complaint| complaint.at(name.span())),
        (Apply::Bare(_), Some(value)) => Err(no_value(name, value)),
        (Apply::Value(apply), Some(value)) if !value.text.is_empty() => apply(draft, value),
        (Apply::Value(_), _) => Err(missing_value(name)),
        (Apply::Optional(apply), value) => apply(draft, name, value.filter(|value| !value.text.is_empty())),
    }
}

fn no_value(name: Piece<'_>, value: Piece<'_>) -> Fault {
    Fault::error(value.span(), format!("{} takes no value", name.text))
        .with_help(format!("write `{};`", name.text))
}

fn missing_value(name: Piece<'_>) -> Fault {
    Fault::error(name.span(), format!("{} needs a value", name.text))
        .with_help(format!("write `{}:…;`", name.text))
}

fn unknown(name: Piece<'_>, hints: &mut KeywordHints) -> Fault {
    let shown: String = name.text.chars().take(64).collect();
    let fault = Fault::error(name.span(), format!("{shown:?} is not a keyword"));
    match hints.of(name.text) {
        Some(hint) => fault.with_help(format!("do you mean {hint}?")),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that rules have here and not in Suricata.
    const OWN: [&str; 6] = ["llm.normalize", "score", "domain", "tld", "card_numbers", "ibans"];

    #[test]
    fn the_table_is_sorted_and_known_to_suricata() {
        assert!(KEYWORDS.is_sorted_by_key(|keyword| keyword.name));
        let tables = KEYWORDS.iter().map(|keyword| keyword.name);
        let tables = tables.chain(transforms::TRANSFORMS.iter().map(|(name, _)| *name));
        let tables = tables.chain(moved::MODIFIERS.iter().map(|(name, _)| *name));
        for name in tables.chain(refused::REFUSED.iter().map(|(name, ..)| *name)) {
            assert!(SURICATA_KEYWORDS.binary_search(&name).is_ok() || OWN.contains(&name), "{name}");
        }
    }

    #[test]
    fn no_word_is_in_two_tables() {
        for keyword in KEYWORDS {
            let name = keyword.name;
            assert!(Buffer::named(name).is_none() && NumberId::named(name).is_none(), "{name}");
            assert!(moved::field(name).is_none() && transforms::named(name).is_none(), "{name}");
            assert!(refused::reason(name).is_none(), "{name}");
        }
    }
}
