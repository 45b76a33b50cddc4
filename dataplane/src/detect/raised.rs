//! What was raised about a packet: events of the parser and of TCP, in the words of signatures.

use weir_rules::signature::{Event, EventLayer, PacketCondition, Signature};

use crate::flow::{StreamEvent, StreamEvents};
use crate::packet::{DecodeEvent, DecodeEvents};

/// The events of one packet, or those that a signature asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Raised {
    /// Of its headers, and of the datagram that it is a fragment of.
    pub decode: DecodeEvents,
    /// Of the segment that it is, and of the stream that this belongs to.
    pub stream: StreamEvents,
}

impl Raised {
    /// The event that a rule names; none where it is never raised.
    pub fn named(event: &Event) -> Option<Raised> {
        let mut raised = Raised::default();
        match event.layer {
            EventLayer::Decode => raised.decode.raise(DecodeEvent::named(&event.name)?),
            EventLayer::Stream => raised.stream.raise(StreamEvent::named(&event.name)?),
            EventLayer::Application => return None,
        }
        Some(raised)
    }

    /// All that a signature asks for; empty where it asks for none.
    pub fn asked_by(signature: &Signature) -> Raised {
        signature
            .packet
            .iter()
            .filter_map(|condition| match condition {
                PacketCondition::Event(event) => Raised::named(event),
                _ => None,
            })
            .fold(Raised::default(), Raised::union)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.decode.is_empty() && self.stream.is_empty()
    }

    /// Whether all of `others` were raised.
    pub const fn has_all(self, others: Raised) -> bool {
        self.decode.has_all(others.decode) && self.stream.has_all(others.stream)
    }

    /// Those of both.
    #[must_use]
    pub const fn union(self, others: Raised) -> Raised {
        Raised { decode: self.decode.union(others.decode), stream: self.stream.union(others.stream) }
    }

    /// Whether the event that a rule names was raised.
    pub fn has(self, event: &Event) -> bool {
        Raised::named(event).is_some_and(|named| self.has_all(named))
    }
}
