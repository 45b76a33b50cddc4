//! Alerts (RFC 8446 §6) and heartbeats (RFC 6520): the first bytes of a record are all that is looked at.

use super::anomaly::Anomaly;
use crate::flow::Direction;

/// The start of a record's fragment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content {
    head: [u8; 3],
    have: u8,
    length: u16,
}

impl Content {
    pub(super) fn begin(&mut self, length: u16) {
        *self = Content { length, ..Content::default() };
    }

    /// Takes bytes of the fragment; true where the first `wanted` of them are there now and were not before.
    fn gather(&mut self, wanted: u8, fragment: &[u8]) -> bool {
        let had = self.have;
        for (place, &byte) in
            self.head.iter_mut().take(usize::from(wanted)).skip(usize::from(had)).zip(fragment)
        {
            *place = byte;
            self.have += 1;
        }
        had < wanted && self.have == wanted
    }

    /// Takes bytes of an alert.
    pub(super) fn alert(&mut self, fragment: &[u8]) -> Option<Anomaly> {
        const WARNING: u8 = 1;
        const FATAL: u8 = 2;
        if !self.gather(2, fragment) {
            return None;
        }
        match self.head {
            [FATAL, ..] => Some(Anomaly::ErrorMessageEncountered),
            [WARNING, ..] => None,
            _ => Some(Anomaly::InvalidAlertMessage),
        }
    }

    /// Takes bytes of a heartbeat that is not encrypted.
    pub(super) fn heartbeat(&mut self, fragment: &[u8]) -> Option<Anomaly> {
        const HEADER: u16 = 3;
        const MIN_PADDING: u16 = 16;
        if !self.gather(3, fragment) {
            return None;
        }
        let [kind, high, low] = self.head;
        let payload = u16::from_be_bytes([high, low]);
        match self.length.saturating_sub(HEADER).checked_sub(payload) {
            None => Some(Anomaly::OverflowHeartbeatMessage),
            Some(padding) if padding < MIN_PADDING || !matches!(kind, 1 | 2) => {
                Some(Anomaly::InvalidHeartbeatMessage)
            }
            Some(_) => None,
        }
    }
}

/// A heartbeat that waits for its answer; encrypted, so that its length is all that is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeartbeatInFlight(Option<(Direction, u16)>);

impl HeartbeatInFlight {
    /// Takes the length of an encrypted heartbeat record.
    pub(super) fn see(&mut self, direction: Direction, length: u16) -> Option<Anomaly> {
        match self.0 {
            Some((asked, request)) if asked != direction => {
                self.0 = None;
                (length > request).then_some(Anomaly::DataleakHeartbeatMismatch)
            }
            _ => {
                self.0 = Some((direction, length));
                None
            }
        }
    }
}
