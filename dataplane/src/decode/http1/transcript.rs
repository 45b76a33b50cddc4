//! For tests: all that a decoder says, written down such that it does not matter how a value was cut.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::super::{AppEvent, Part, Sink, Stage, Status, TransactionId};
use super::{Http1, Http1Config};
use crate::flow::Direction;

/// Something that was said. A value in chunks is one item, at the place of its first chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::decode) enum Said {
    Field(FieldId, String),
    /// A value in chunks that has no end.
    Open(FieldId, String),
    Number(NumberId, u64),
    Stage(Stage),
    Event(&'static str),
}

/// Takes down what is said, and checks that values begin and end in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::decode) struct Transcript {
    pub said: Vec<(u32, Direction, Said)>,
}

impl Transcript {
    /// What was said of a direction of a transaction, in order.
    pub fn of(&self, transaction: u32, direction: Direction) -> Vec<Said> {
        let of = |(number, way, said): &(u32, Direction, Said)| {
            (*number == transaction && *way == direction).then(|| said.clone())
        };
        self.said.iter().filter_map(of).collect()
    }

    /// The values of a field, in order.
    pub fn values(&self, field: FieldId) -> Vec<&str> {
        self.said
            .iter()
            .filter_map(|(_, _, said)| match said {
                Said::Field(found, value) | Said::Open(found, value) if *found == field => {
                    Some(value.as_str())
                }
                _ => None,
            })
            .collect()
    }

    /// The values of a number, in order.
    pub fn numbers(&self, number: NumberId) -> Vec<u64> {
        let said = self.said.iter();
        said.filter_map(|(_, _, said)| match said {
            Said::Number(found, value) if *found == number => Some(*value),
            _ => None,
        })
        .collect()
    }

    /// The events, in order.
    pub fn events(&self) -> Vec<&'static str> {
        self.said
            .iter()
            .filter_map(|(_, _, said)| if let Said::Event(name) = said { Some(*name) } else { None })
            .collect()
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|&octet| char::from(octet)).collect()
}

impl Sink for Transcript {
    fn field(
        &mut self,
        TransactionId(number): TransactionId,
        direction: Direction,
        field: FieldId,
        part: Part,
        bytes: &[u8],
    ) {
        let open = self.said.iter_mut().rev().find(|(transaction, way, said)| {
            (*transaction, *way) == (number, direction)
                && matches!(said, Said::Open(found, _) if *found == field)
        });
        match (part, open) {
            (Part::Whole, None) => self.said.push((number, direction, Said::Field(field, text(bytes)))),
            (Part::Start, None) => self.said.push((number, direction, Said::Open(field, text(bytes)))),
            (Part::Continue | Part::End, Some((_, _, said))) => {
                let Said::Open(_, value) = said else { unreachable!("found as open") };
                value.push_str(&text(bytes));
                if part == Part::End {
                    *said = Said::Field(field, std::mem::take(value));
                }
            }
            (part, open) => panic!("{part:?} of {} while {open:?} is open", field.name()),
        }
    }

    fn number(
        &mut self,
        TransactionId(id): TransactionId,
        direction: Direction,
        number: NumberId,
        value: u64,
    ) {
        self.said.push((id, direction, Said::Number(number, value)));
    }

    fn stage(&mut self, TransactionId(number): TransactionId, direction: Direction, stage: Stage) {
        let earlier =
            self.said.iter().filter(|(transaction, way, _)| (*transaction, *way) == (number, direction));
        let mut stages = earlier
            .filter_map(|(_, _, said)| if let Said::Stage(stage) = said { Some(*stage) } else { None });
        assert!(stages.next_back() < Some(stage), "{stage:?} of {number} {direction:?} is no progress");
        self.said.push((number, direction, Said::Stage(stage)));
    }

    fn event(
        &mut self,
        TransactionId(number): TransactionId,
        direction: Direction,
        AppEvent(name): AppEvent,
    ) {
        let said = (number, direction, Said::Event(name));
        assert!(!self.said.contains(&said), "{name} is told twice");
        self.said.push(said);
    }
}

/// Bytes of a conversation, in order.
pub(super) type Turns<'a> = &'a [(Direction, &'a [u8])];

/// Decodes a conversation in pieces of up to `size` bytes, and its end.
pub(super) fn decode(config: Http1Config, turns: Turns<'_>, size: usize) -> (Transcript, [Status; 2]) {
    decode_with(&mut Http1::new(config), turns, |_| size)
}

/// Decodes a conversation cut by `cut`, which is given the number of the piece.
pub(super) fn decode_with(
    decoder: &mut Http1,
    turns: Turns<'_>,
    mut cut: impl FnMut(usize) -> usize,
) -> (Transcript, [Status; 2]) {
    let mut transcript = Transcript::default();
    let mut status = [Status::Ongoing; 2];
    let mut number = 0;
    for &(direction, bytes) in turns {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cut(number).clamp(1, rest.len()));
            status[direction.index()] = decoder.push(direction, piece, &mut transcript);
            (rest, number) = (after, number + 1);
        }
    }
    decoder.end(Direction::ToServer, &mut transcript);
    decoder.end(Direction::ToClient, &mut transcript);
    (transcript, status)
}
