//! `flowbits:set,name;`, `xbits:isset,name,track ip_src;`, `hostbits:set,name,src;`: named bits that are remembered.

use super::byte_options::named_argument;
use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::rule::ReportAs;
use crate::signature::state::{BitOperation, BitScope, BitsCondition, StateCondition};
use crate::signature::text::{Piece, unquoted};

pub(super) const FLOW: Keyword = Keyword { name: "flowbits", apply: Apply::Value(flowbits) };
pub(super) const EXTERNAL: Keyword = Keyword { name: "xbits", apply: Apply::Value(xbits) };
pub(super) const HOST: Keyword = Keyword { name: "hostbits", apply: Apply::Value(hostbits) };

/// Seconds that `xbits` last where the rule does not say.
const XBITS_EXPIRE: u32 = 30;

/// Seconds that `hostbits` last.
const HOSTBITS_EXPIRE: u32 = 300;

fn flowbits(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unquoted(value)?;
    if text.text == "noalert" {
        draft.report = ReportAs::Nothing;
        return Ok(());
    }
    let parts: Vec<_> = text.split(',').collect();
    let [operation, names] = parts[..] else { return Err(wrong(value, "flowbits:set,name")) };
    add(draft, BitScope::Flow, self::operation(operation)?, names, 0)
}

fn xbits(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unquoted(value)?;
    if text.text == "noalert" {
        draft.report = ReportAs::Nothing;
        return Ok(());
    }
    let help = "xbits:set,name,track ip_src,expire 60";
    let parts: Vec<_> = text.split(',').collect();
    let [operation, names, ref options @ ..] = parts[..] else { return Err(wrong(value, help)) };
    let (mut scope, mut expire) = (None, None);
    for &option in options {
        let (name, argument) = named_argument(option);
        match name {
            "track" if scope.is_none() => scope = Some(track(argument)?),
            "expire" if expire.is_none() => expire = Some(number(argument, 1..=u32::MAX)?),
            _ => return Err(wrong(option, help)),
        }
    }
    let Some(scope) = scope else { return Err(wrong(value, help)) };
    let operation = self::operation(operation)?;
    if scope == BitScope::Transaction && !matches!(operation, BitOperation::Set | BitOperation::IsSet) {
        return Err(Fault::error(value.span(), "a bit of a transaction can only be set and asked for")
            .with_help("write set or isset"));
    }
    add(draft, scope, operation, names, expire.unwrap_or(XBITS_EXPIRE))
}

fn track(text: Piece<'_>) -> Result<BitScope, Fault> {
    Ok(match text.text {
        "ip_src" => BitScope::Source,
        "ip_dst" => BitScope::Destination,
        "ip_pair" => BitScope::Pair,
        "tx" => BitScope::Transaction,
        _ => {
            return Err(Fault::error(text.span(), "this is not where bits are kept")
                .with_help("write track ip_src, track ip_dst, track ip_pair or track tx"));
        }
    })
}

fn hostbits(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let text = unquoted(value)?;
    if text.text == "noalert" {
        draft.report = ReportAs::Nothing;
        return Ok(());
    }
    let parts: Vec<_> = text.split(',').collect();
    let [operation, names, ref scope @ ..] = parts[..] else {
        return Err(wrong(value, "hostbits:set,name,src"));
    };
    let scope = match scope {
        [] => BitScope::Source,
        [scope] if scope.text == "src" => BitScope::Source,
        [scope] if scope.text == "dst" => BitScope::Destination,
        [scope] if scope.text == "both" => BitScope::Pair,
        _ => return Err(wrong(value, "hostbits:set,name,src")),
    };
    add(draft, scope, self::operation(operation)?, names, HOSTBITS_EXPIRE)
}

fn wrong(at: Piece<'_>, form: &str) -> Fault {
    Fault::error(at.span(), "this is not a form of it").with_help(format!("write `{form};`"))
}

fn operation(text: Piece<'_>) -> Result<BitOperation, Fault> {
    Ok(match text.text.to_ascii_lowercase().as_str() {
        "set" => BitOperation::Set,
        "unset" => BitOperation::Unset,
        "isset" => BitOperation::IsSet,
        "isnotset" => BitOperation::IsNotSet,
        "toggle" => BitOperation::Toggle,
        _ => {
            return Err(Fault::error(text.span(), format!("{:?} is not done to bits", text.text))
                .with_help("write set, unset, isset, isnotset or toggle"));
        }
    })
}

fn add(
    draft: &mut Draft<'_>,
    scope: BitScope,
    operation: BitOperation,
    names: Piece<'_>,
    expire: u32,
) -> Result<(), Fault> {
    let list: Box<[Box<str>]> = names.split('|').map(|name| name.text.into()).collect();
    if list.iter().any(|name| name.is_empty() || name.contains(char::is_whitespace)) {
        return Err(Fault::error(names.span(), "a bit has a name without blanks"));
    }
    if list.len() > 1 && !operation.is_condition() {
        return Err(Fault::error(names.span(), "one bit at a time is changed")
            .with_help("`|` goes with isset and isnotset; write a flowbits for each bit"));
    }
    draft.state.push(StateCondition::Bits(BitsCondition { scope, operation, names: list, expire }));
    Ok(())
}
