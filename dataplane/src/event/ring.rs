//! The way of events from a worker to the writer: a bounded, lock-free ring with one end each.
//!
//! A packet never waits for its event: when the ring is full the event is counted as lost.

use super::Event;

/// The worker's end.
#[derive(Debug)]
pub struct EventProducer {
    ring: rtrb::Producer<Event>,
    lost: u64,
}

/// The writer's end.
#[derive(Debug)]
pub struct EventConsumer {
    ring: rtrb::Consumer<Event>,
}

/// A ring for `capacity` events.
pub fn ring(capacity: usize) -> (EventProducer, EventConsumer) {
    let (producer, consumer) = rtrb::RingBuffer::new(capacity);
    (EventProducer { ring: producer, lost: 0 }, EventConsumer { ring: consumer })
}

impl EventProducer {
    /// Hands an event over, or counts it as lost.
    pub fn push(&mut self, event: Event) {
        if self.ring.push(event).is_err() {
            self.lost += 1;
        }
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
