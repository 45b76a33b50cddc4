//! The requests that wait for their response, in order (RFC 9112 §9.3.2).

use super::super::TransactionId;

/// What a response has to know of its request's method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    #[default]
    Plain,
    /// The response has no body.
    Head,
    /// A response of success turns the connection into a tunnel.
    Connect,
}

/// Whether a request asked for another protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Upgrade {
    #[default]
    NotAsked,
    Asked,
}

/// What a request that asks for another protocol says of itself, for that protocol to go on from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Its method.
    pub method: Vec<u8>,
    /// Its target.
    pub target: Vec<u8>,
    /// Its host.
    pub host: Vec<u8>,
    /// The value of `HTTP2-Settings`.
    pub settings: Vec<u8>,
}

impl Offer {
    /// Forgets all, but not the memory.
    pub(super) fn clear(&mut self) {
        for text in [&mut self.method, &mut self.target, &mut self.host, &mut self.settings] {
            text.clear();
        }
    }
}

/// A request that waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    pub transaction: TransactionId,
    pub method: Method,
    pub upgrade: Upgrade,
    /// `100 Continue` came.
    pub continued: bool,
    /// It is of HTTP/0.9, whose responses have no head.
    pub headless: bool,
    /// The path of its target: the name of the file that the response is.
    pub path: Vec<u8>,
    pub offer: Offer,
}

/// A ring of waiting requests that grows to its limit and keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Pending {
    slots: Vec<Waiting>,
    first: usize,
    len: usize,
}

impl Pending {
    /// The request that the next response is for.
    pub fn front(&mut self) -> Option<&mut Waiting> {
        if self.len == 0 { None } else { self.slots.get_mut(self.first) }
    }

    /// The last request that came.
    pub fn back(&self) -> Option<&Waiting> {
        let last = self.len.checked_sub(1)?;
        self.slots.get((self.first + last) % self.slots.len().max(1))
    }

    /// A place for one more, unless there are `max`. What is in it is of an earlier request.
    pub fn push(&mut self, max: usize) -> Option<&mut Waiting> {
        if self.len >= max {
            return None;
        }
        if self.len == self.slots.len() {
            self.slots.rotate_left(self.first);
            self.first = 0;
            self.slots.push(Waiting::default());
        }
        let at = (self.first + self.len) % self.slots.len();
        self.len += 1;
        self.slots.get_mut(at)
    }

    /// The first has got its response.
    pub fn pop(&mut self) {
        if self.len > 0 {
            self.len -= 1;
            self.first = (self.first + 1) % self.slots.len().max(1);
        }
    }

    /// Forgets all, but not their memory.
    pub fn clear(&mut self) {
        (self.first, self.len) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out_at_any_fill() {
        let mut pending = Pending::default();
        let (mut pushed, mut popped) = (0, 0);
        for (push, pop) in [(1, 1), (3, 2), (4, 5), (2, 0), (2, 4)] {
            for _ in 0..push {
                pending.push(5).expect("room").transaction = TransactionId(pushed);
                pushed += 1;
                assert_eq!(pending.back().map(|last| last.transaction), Some(TransactionId(pushed - 1)));
            }
            for _ in 0..pop {
                assert_eq!(pending.front().map(|first| first.transaction), Some(TransactionId(popped)));
                pending.pop();
                popped += 1;
            }
        }
        assert!(pending.front().is_none() && pending.back().is_none());
        (0..5).for_each(|_| assert!(pending.push(5).is_some()));
        assert!(pending.push(5).is_none());
    }
}
