//! The way of events from a worker to the writer: a bounded, lock-free ring with one end each.
//!
//! A packet never waits for its event: when the ring is full the event is counted as lost.

use super::{Event, EventKind};
use crate::app::TransactionRecord;

/// The worker's end.
#[derive(Debug)]
pub struct EventProducer {
    ring: rtrb::Producer<Event>,
    returned: rtrb::Consumer<Box<TransactionRecord>>,
    lost: u64,
}

/// The writer's end.
#[derive(Debug)]
pub struct EventConsumer {
    ring: rtrb::Consumer<Event>,
    returned: rtrb::Producer<Box<TransactionRecord>>,
}

/// Records on their way back. A worker has no more of them.
const RETURNED: usize = 512;

/// A ring for `capacity` events.
pub fn ring(capacity: usize) -> (EventProducer, EventConsumer) {
    let (producer, consumer) = rtrb::RingBuffer::new(capacity);
    let (give_back, returned) = rtrb::RingBuffer::new(RETURNED);
    let worker = EventProducer { ring: producer, returned, lost: 0 };
    (worker, EventConsumer { ring: consumer, returned: give_back })
}

impl EventProducer {
    /// Hands an event over, or counts it as lost.
    pub fn push(&mut self, event: Event) {
        let _ = self.push_or_keep(event);
    }

    /// Hands an event over; one that is lost is counted, and its record given back.
    pub fn push_or_keep(&mut self, event: Event) -> Option<Box<TransactionRecord>> {
        let Err(rtrb::PushError::Full(event)) = self.ring.push(event) else { return None };
        self.lost += 1;
        match event.kind {
            EventKind::Transaction(record) => Some(record),
            _ => None,
        }
    }

    /// A record that was written and comes back.
    pub fn returned(&mut self) -> Option<Box<TransactionRecord>> {
        self.returned.pop().ok()
    }

    /// Events lost since the start.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

impl EventConsumer {
    /// The next event, if there is one.
    pub fn pop(&mut self) -> Option<Event> {
        self.ring.pop().ok()
    }

    /// Gives back what an event brought, once it is written.
    pub fn give_back(&mut self, event: Event) {
        if let EventKind::Transaction(record) = event.kind {
            // There is room for all that there are; what is not taken back is only memory.
            let _ = self.returned.push(record);
        }
    }

    /// Whether the worker is gone, so that nothing comes after what is in the ring.
    pub fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{AnomalyKind, Endpoints, EventKind, Generation};
    use crate::time::Nanos;

    #[test]
    fn what_does_not_fit_is_counted() {
        let (mut producer, mut consumer) = ring(2);
        for number in 1..=5 {
            producer.push(Event {
                time: Nanos(number),
                number,
                generation: Generation(1),
                flow_id: 0,
                endpoints: Endpoints::default(),
                identities: None,
                app: None,
                kind: EventKind::Anomaly { kind: AnomalyKind::Decode, detail: None },
            });
        }
        assert_eq!(producer.lost(), 3);
        let numbers: Vec<u64> = std::iter::from_fn(|| consumer.pop()).map(|event| event.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert!(!consumer.is_abandoned());
        drop(producer);
        assert!(consumer.is_abandoned());
    }
}
