//! Doubly linked rings over the indexes of records: members come and go in constant time, without allocation.
//!
//! The links lie in an array of their own. Each ring has an anchor in it, behind the links of the members, so that
//! neither an empty ring nor a first or last member is a special case. A member is in at most one ring; one that is in
//! none is linked to itself.

#[derive(Clone, Copy, Debug)]
struct Link {
    prev: u32,
    next: u32,
}

/// A fixed number of rings over a fixed number of members.
#[derive(Debug)]
pub(super) struct Rings {
    links: Box<[Link]>,
    members: u32,
}

impl Rings {
    /// `rings` empty rings for the members below `members`; together they are fewer than 2^32.
    pub fn new(members: u32, rings: u32) -> Rings {
        let links = (0..members.saturating_add(rings)).map(|at| Link { prev: at, next: at }).collect();
        Rings { links, members }
    }

    fn anchor(&self, ring: u32) -> u32 {
        self.members.saturating_add(ring)
    }

    /// Puts `member`, which is in no ring, last in `ring`.
    pub fn push_back(&mut self, ring: u32, member: u32) {
        let anchor = self.anchor(ring);
        let Some(last) = self.links.get(anchor as usize).map(|link| link.prev) else { return };
        let Some(link) = self.links.get_mut(member as usize) else { return };
        *link = Link { prev: last, next: anchor };
        self.set_next(last, member);
        self.set_prev(anchor, member);
    }

    /// Puts `member`, which is in no ring, first in `ring`.
    pub fn push_front(&mut self, ring: u32, member: u32) {
        let anchor = self.anchor(ring);
        let Some(first) = self.links.get(anchor as usize).map(|link| link.next) else { return };
        let Some(link) = self.links.get_mut(member as usize) else { return };
        *link = Link { prev: anchor, next: first };
        self.set_prev(first, member);
        self.set_next(anchor, member);
    }

    /// Takes `member` out of the ring it is in.
    pub fn unlink(&mut self, member: u32) {
        let Some(link) = self.links.get_mut(member as usize) else { return };
        let Link { prev, next } = std::mem::replace(link, Link { prev: member, next: member });
        self.set_next(prev, next);
        self.set_prev(next, prev);
    }

    /// The member that has been in `ring` longest.
    pub fn first(&self, ring: u32) -> Option<u32> {
        self.links.get(self.anchor(ring) as usize).map(|link| link.next).filter(|&next| next < self.members)
    }

    fn set_next(&mut self, at: u32, next: u32) {
        if let Some(link) = self.links.get_mut(at as usize) {
            link.next = next;
        }
    }

    fn set_prev(&mut self, at: u32, prev: u32) {
        if let Some(link) = self.links.get_mut(at as usize) {
            link.prev = prev;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rings_are_queues(steps in prop::collection::vec((0..4_u32, 0..3_u32, 0..16_u32), 0..200)) {
            let mut rings = Rings::new(16, 3);
            let mut model = vec![VecDeque::new(); 3];
            for (step, ring, member) in steps {
                let is_member = model.iter().any(|queue| queue.contains(&member));
                if step == 0 || is_member {
                    rings.unlink(member);
                    model.iter_mut().for_each(|queue| queue.retain(|&other| other != member));
                } else if step == 1 {
                    rings.push_front(ring, member);
                    model[ring as usize].push_front(member);
                } else {
                    rings.push_back(ring, member);
                    model[ring as usize].push_back(member);
                }
                for (ring, queue) in model.iter().enumerate() {
                    prop_assert_eq!(rings.first(ring as u32), queue.front().copied());
                }
            }
        }
    }
}
