//! Which parts of a datagram fragments were sent for, kept also where they are refused: signatures count each overlap.

/// Parts that are told apart; those beyond are not noted.
const MAX_PARTS: usize = 8;

/// Offsets of a datagram's payload, in bytes: parts from a start up to an end, which do not touch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Claimed {
    parts: [(u16, u16); MAX_PARTS],
    len: u8,
}

impl Claimed {
    /// Whether a part of it was claimed before.
    pub(super) fn overlaps(&self, start: usize, end: usize) -> bool {
        self.parts().iter().any(|&(from, to)| start < usize::from(to) && usize::from(from) < end)
    }

    /// Notes a part, joining those that it touches.
    pub(super) fn add(&mut self, start: usize, end: usize) {
        let (Ok(mut start), Ok(mut end)) = (u16::try_from(start), u16::try_from(end)) else { return };
        let mut kept = Claimed::default();
        for &(from, to) in self.parts() {
            if from <= end && start <= to {
                (start, end) = (start.min(from), end.max(to));
            } else {
                kept.push((from, to));
            }
        }
        kept.push((start, end));
        *self = kept;
    }

    fn parts(&self) -> &[(u16, u16)] {
        self.parts.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn push(&mut self, part: (u16, u16)) {
        if let Some(slot) = self.parts.get_mut(usize::from(self.len)) {
            *slot = part;
            self.len += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join_where_they_touch() {
        let mut claimed = Claimed::default();
        for (start, end) in [(0, 8), (24, 32), (8, 16), (40, 48)] {
            assert!(!claimed.overlaps(start, end));
            claimed.add(start, end);
        }
        assert_eq!(claimed.parts(), [(24, 32), (0, 16), (40, 48)]);
        assert!(claimed.overlaps(15, 17) && claimed.overlaps(0, 100) && !claimed.overlaps(16, 24));
        claimed.add(10, 45);
        assert_eq!(claimed.parts(), [(0, 48)]);
        for start in 0..20 {
            claimed.add(100 + start * 16, 108 + start * 16);
        }
        assert_eq!(claimed.parts().len(), MAX_PARTS);
    }
}
