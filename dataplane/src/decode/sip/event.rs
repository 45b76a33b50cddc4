//! What may be odd about a message, by the names that Suricata has for it.

use super::super::http::oddity::Place;
use super::super::{AppEvent, Sink};

/// Something that is odd about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SipEvent {
    /// A message that ends before its headers do.
    IncompleteData,
    /// A first line that is none, or headers that are longer than any.
    InvalidData,
}

impl SipEvent {
    /// All that there are.
    pub const ALL: [SipEvent; 2] = [SipEvent::IncompleteData, SipEvent::InvalidData];

    /// What `app-layer-event` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            SipEvent::IncompleteData => "sip.incomplete_data",
            SipEvent::InvalidData => "sip.invalid_data",
        }
    }

    #[cold]
    pub(super) fn tell(self, place: Place, sink: &mut impl Sink) {
        sink.event(place.transaction, place.direction, AppEvent(self.name()));
    }
}
