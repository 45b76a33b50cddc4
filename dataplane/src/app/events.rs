//! The events of one transaction that signatures ask for: each once, so there are as many as names at most.

use crate::decode::AppEvent;
use crate::flow::Direction;

/// Events of a transaction that are kept.
pub const MAX_EVENTS: usize = 64;

/// The events of one transaction.
#[derive(Clone, Debug, Default)]
pub struct TransactionEvents(Vec<(AppEvent, Direction)>);

impl TransactionEvents {
    /// Forgets all, and keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds an event; returns whether there was room.
    pub fn add(&mut self, event: AppEvent, direction: Direction) -> bool {
        if self.0.contains(&(event, direction)) {
            return true;
        }
        let room = self.0.len() < MAX_EVENTS;
        if room {
            self.0.push((event, direction));
        }
        room
    }

    /// Whether an event of this name is seen by who looks at `direction`. What a request did is still known when its
    /// response comes; in DNS, SIP and RDMA each message stands for itself.
    pub fn has(&self, name: &str, direction: Direction) -> bool {
        let alone = ["dns.", "sip.", "rdma."].into_iter().any(|protocol| name.starts_with(protocol));
        self.0.iter().any(|&(event, raised)| {
            event.0 == name && (raised == direction || raised == Direction::ToServer && !alone)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_did_is_known_to_its_response() {
        let mut raised = TransactionEvents::default();
        assert!(raised.add(AppEvent("http.a"), Direction::ToServer));
        assert!(raised.add(AppEvent("http.b"), Direction::ToClient));
        assert!(raised.add(AppEvent("dns.c"), Direction::ToServer));
        let seen = |name| [Direction::ToServer, Direction::ToClient].map(|to| raised.has(name, to));
        assert_eq!(seen("http.a"), [true, true]);
        assert_eq!(seen("http.b"), [false, true]);
        assert_eq!(seen("dns.c"), [true, false]);
        assert_eq!(seen("http.c"), [false, false]);
    }
}
