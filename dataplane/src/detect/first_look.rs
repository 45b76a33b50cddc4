//! What a signature is looked for by, before anything is confirmed: in which directions, by which literal, or by nothing.

use weir_rules::field::Side;
use weir_rules::signature::{
    Buffer, BufferCondition, FlowDirection, FlowState, PacketCondition, Signature, StreamOption,
};

use super::cue::{Cue, Literal, shape_in};
use super::table::DIRECTIONS;
use crate::flow::Direction;

/// Whether a packet that belongs to no flow, and of which there is no payload, can have all that a signature asks.
pub(super) fn may_stray(signature: &Signature) -> bool {
    let flow = &signature.flow;
    let of_flow = flow.direction.is_some()
        || flow.state == Some(FlowState::Established)
        || flow.stream == Some(StreamOption::Only);
    let headers_only = signature
        .buffers
        .iter()
        .all(|buffer| matches!(buffer.buffer, Buffer::Header(_) | Buffer::Address(_)));
    !of_flow && headers_only && signature.state.is_empty() && signature.app.is_none()
}

/// The directions in which a field of a signature can occur.
pub(super) fn directions(signature: &Signature, side: Side) -> impl Iterator<Item = Direction> {
    let option = signature.flow.direction;
    DIRECTIONS.into_iter().filter(move |direction| {
        let by_side = match side {
            Side::Request => *direction == Direction::ToServer,
            Side::Response => *direction == Direction::ToClient,
            Side::Either => true,
        };
        // The direction of the flow option is that of the packet, which for a transaction may be that of its last part.
        let by_option = match option {
            Some(FlowDirection::ToServer) if side == Side::Either => *direction == Direction::ToServer,
            Some(FlowDirection::ToClient) if side == Side::Either => *direction == Direction::ToClient,
            _ => true,
        };
        by_side && by_option
    })
}

/// What to look for first: a literal, or else the shape that a transform needs.
pub(super) fn first_look(signature: &Signature, suits: impl Fn(Buffer) -> bool) -> Option<(Buffer, Cue)> {
    let literal = literal_in(signature, &suits).map(|(buffer, literal)| (buffer, Cue::Literal(literal)));
    literal.or_else(|| shape_in(signature, suits))
}

/// The literal to look for first, in a buffer that `suits` and that is looked at as it is.
fn literal_in(signature: &Signature, suits: impl Fn(Buffer) -> bool) -> Option<(Buffer, Literal)> {
    let fast = signature.fast_pattern()?;
    let matched = signature.buffers.get(usize::from(fast.buffer))?;
    if !suits(matched.buffer) || !matched.transforms.is_empty() {
        return None;
    }
    let BufferCondition::Content(content) = matched.conditions.get(usize::from(fast.condition))? else {
        return None;
    };
    let part = usize::from(fast.part.start)..usize::from(fast.part.end);
    let bytes = content.bytes.get(part)?;
    Some((matched.buffer, Literal { bytes: bytes.into(), case: content.case }))
}

/// Whether a signature asks for nothing but what all packets of one direction of a flow have in common.
pub(super) fn is_flow_wide(signature: &Signature) -> bool {
    let of_addresses =
        |condition: &PacketCondition| matches!(condition, PacketCondition::AddressReputation { .. });
    !signature.packet.is_empty()
        && signature.packet.iter().all(of_addresses)
        && signature.buffers.is_empty()
        && signature.numbers.is_empty()
        && signature.state.is_empty()
}
