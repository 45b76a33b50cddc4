//! `flow:established,to_server;`: in which flows, and which way.

use super::{Apply, Keyword};
use crate::names::nearest;
use crate::signature::draft::{Draft, set_once};
use crate::signature::fault::{Complaint, Fault};
use crate::signature::flow::{FlowDirection, FlowOptions, FlowState, FragmentOption, StreamOption};
use crate::signature::text::{Piece, unquoted};

pub(super) const KEYWORD: Keyword = Keyword { name: "flow", apply: Apply::Value(apply) };

const WORDS: [&str; 11] = [
    "established",
    "not_established",
    "stateless",
    "to_server",
    "from_client",
    "to_client",
    "from_server",
    "only_stream",
    "no_stream",
    "only_frag",
    "no_frag",
];

fn apply(draft: &mut Draft<'_>, value: Piece<'_>) -> Result<(), Fault> {
    let mut options = FlowOptions::default();
    for word in unquoted(value)?.split(',') {
        take(&mut options, word.text).map_err(|complaint| complaint.at(word.span()))?;
    }
    set_once(&mut draft.flow, options).map_err(|complaint| complaint.at(value.span()))
}

fn take(options: &mut FlowOptions, word: &str) -> Result<(), Complaint> {
    let slot = &mut options.state;
    match word.to_ascii_lowercase().as_str() {
        "established" => only_one(slot, FlowState::Established),
        "not_established" => only_one(slot, FlowState::NotEstablished),
        "stateless" => only_one(slot, FlowState::Stateless),
        "to_server" | "from_client" => only_one(&mut options.direction, FlowDirection::ToServer),
        "to_client" | "from_server" => only_one(&mut options.direction, FlowDirection::ToClient),
        "only_stream" => only_one(&mut options.stream, StreamOption::Only),
        "no_stream" => only_one(&mut options.stream, StreamOption::Excluded),
        "only_frag" => only_one(&mut options.fragments, FragmentOption::Only),
        "no_frag" => only_one(&mut options.fragments, FragmentOption::Excluded),
        _ => {
            let complaint = Complaint::new(format!("{word:?} is not an option of flow"));
            Err(match nearest(word, WORDS.into_iter()) {
                Some(nearest) => complaint.with_help(format!("do you mean {nearest}?")),
                None => complaint.with_help(format!("options are {}", WORDS.join(", "))),
            })
        }
    }
}

/// The direction that a word stands for.
pub(super) fn direction(word: &str) -> Option<FlowDirection> {
    match word {
        "to_server" | "toserver" | "from_client" => Some(FlowDirection::ToServer),
        "to_client" | "toclient" | "from_server" => Some(FlowDirection::ToClient),
        _ => None,
    }
}

/// Sets an option, or says that it contradicts an earlier one.
fn only_one<T: PartialEq>(slot: &mut Option<T>, value: T) -> Result<(), Complaint> {
    if slot.as_ref().is_some_and(|earlier| *earlier != value) {
        return Err(Complaint::new("this contradicts an option before it").with_help("leave one of them out"));
    }
    *slot = Some(value);
    Ok(())
}
