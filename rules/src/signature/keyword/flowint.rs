//! `flowint:name,+,1;`, `flowint:name,>,3;`, `flowint:name,isset;`: counters of a flow.

use super::number::number;
use super::{Apply, Keyword};
use crate::signature::draft::Draft;
use crate::signature::fault::Fault;
use crate::signature::packet::Relation;
use crate::signature::state::{CounterOperation, CounterValue, StateCondition};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "flowint", apply: Apply::Value(apply) };

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let wrong = || {
        Fault::error(value.span(), "this is not a flowint").with_help(
            "write `flowint:name,+,1;` with +, -, =, <, <=, ==, !=, >= or >, or `flowint:name,isset;`",
        )
    };
    let parts: Vec<_> = unquoted(value)?.split(',').collect();
    let (name, operation, operand) = match parts[..] {
        [name, operation] => match operation.text {
            "isset" => (name, CounterOperation::IsSet, CounterValue::Number(0)),
            "isnotset" | "notset" => (name, CounterOperation::IsNotSet, CounterValue::Number(0)),
            _ => return Err(wrong()),
        },
        [name, operation, operand] => {
            let operation = match operation.text {
                "+" => CounterOperation::Add,
                "-" => CounterOperation::Subtract,
                "=" => CounterOperation::Set,
                other => CounterOperation::Compare(Relation::named(other).ok_or_else(wrong)?),
            };
            let number_first = operand.text.starts_with(|first: char| first.is_ascii_digit());
            let operand = match number_first {
                true => CounterValue::Number(number(operand, 0..=u32::MAX)?),
                false => CounterValue::Counter(operand.text.into()),
            };
            (name, operation, operand)
        }
        _ => return Err(wrong()),
    };
    draft.state.push(StateCondition::Counter { name: name.text.into(), operation, value: operand });
    Ok(())
}
