//! Requests that wait for their answers.

use crate::decode::TransactionId;

/// How many requests of a flow are remembered. When more are in flight, the oldest is forgotten, and its answer is a
/// transaction of its own.
const PLACES: usize = 32;

/// Remembers which transaction a message's id belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    places: [Option<(u16, TransactionId)>; PLACES],
    oldest: u8,
    next: TransactionId,
}

impl Pending {
    pub(super) const fn new() -> Pending {
        Pending { places: [None; PLACES], oldest: 0, next: TransactionId(0) }
    }

    /// A new transaction.
    pub(super) fn open(&mut self) -> TransactionId {
        let transaction = self.next;
        self.next = TransactionId(transaction.0.wrapping_add(1));
        transaction
    }

    /// The transaction of a request: always a new one, since a client that uses an id again may ask something else. An
    /// answer belongs to the latest request of its id.
    pub(super) fn request(&mut self, id: u16) -> TransactionId {
        let transaction = self.open();
        if let Some((_, waiting)) = self.places.iter_mut().flatten().find(|(waiting, _)| *waiting == id) {
            *waiting = transaction;
            return transaction;
        }
        if let Some(place) = self.places.get_mut(usize::from(self.oldest)) {
            *place = Some((id, transaction));
        }
        self.oldest = (self.oldest + 1) % PLACES as u8;
        transaction
    }

    /// The transaction that a response answers, which waits no longer; a new one for a response that nobody asked for.
    pub(super) fn response(&mut self, id: u16) -> TransactionId {
        let place = self.places.iter_mut().find(|place| place.is_some_and(|(waiting, _)| waiting == id));
        match place.and_then(Option::take) {
            Some((_, transaction)) => transaction,
            None => self.open(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_find_their_requests_in_any_order() {
        let mut pending = Pending::new();
        assert_eq!((pending.request(7), pending.request(9)), (TransactionId(0), TransactionId(1)));
        assert_eq!(pending.request(7), TransactionId(2));
        assert_eq!((pending.response(9), pending.response(7)), (TransactionId(1), TransactionId(2)));
        assert_eq!(pending.response(7), TransactionId(3));
    }

    #[test]
    fn a_flood_of_requests_forgets_the_oldest() {
        let mut pending = Pending::new();
        for id in 0..=PLACES as u16 {
            pending.request(id);
        }
        assert_eq!(pending.response(1), TransactionId(1));
        assert_eq!(pending.response(0), TransactionId(PLACES as u32 + 1));
    }
}
