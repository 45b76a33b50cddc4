//! Which bytes of a chunk are filled.
//!
//! Nearly always that is one span, and it is kept as such. A sender may however fill a chunk byte by byte in any order;
//! then a map with a bit for each byte says what is there, so that the order of segments never decides what can be kept.

use super::store::CHUNK_LEN;

/// A part of a chunk, from `start` up to `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
}

/// A bit for each byte of a chunk.
pub(super) type FillMap = [u64; CHUNK_LEN / 64];

/// What is filled: all of `hull`, or where it is `scattered` the parts of it that the chunk's [`FillMap`] tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    hull: Span,
    scattered: bool,
}

impl Filled {
    /// Position behind the last filled byte.
    pub(super) fn end(self) -> u16 {
        self.hull.end
    }

    /// Marks a part as filled.
    pub(super) fn fill(&mut self, map: &mut FillMap, new: Span) {
        let hull = self.hull;
        if hull.start == hull.end {
            self.hull = new;
            return;
        }
        self.hull = Span { start: hull.start.min(new.start), end: hull.end.max(new.end) };
        if self.scattered {
            set(map, new);
            let bits: u32 = map.iter().map(|word| word.count_ones()).sum();
            self.scattered = bits < u32::from(self.hull.end - self.hull.start);
        } else if new.end < hull.start || hull.end < new.start {
            self.scattered = true;
            *map = FillMap::default();
            set(map, hull);
            set(map, new);
        }
    }

    /// The first filled part that reaches beyond `from`, without what lies before `from`.
    pub(super) fn part_from(self, map: &FillMap, from: u16) -> Option<Span> {
        let from = from.max(self.hull.start);
        if from >= self.hull.end {
            return None;
        }
        if !self.scattered {
            return Some(Span { start: from, end: self.hull.end });
        }
        let start = next_bit(map, from, 0)?;
        let end = next_bit(map, start, u64::MAX).unwrap_or(CHUNK_LEN as u16);
        Some(Span { start, end })
    }
}

/// The bits of word number `index` that `span` covers.
fn mask(index: usize, span: Span) -> u64 {
    let at = |position: u16| (usize::from(position)).saturating_sub(index * 64).min(64) as u32;
    let below = |bits: u32| 1_u64.checked_shl(bits).map_or(u64::MAX, |bit| bit - 1);
    below(at(span.end)) & !below(at(span.start))
}

fn set(map: &mut FillMap, span: Span) {
    for (index, word) in map.iter_mut().enumerate() {
        *word |= mask(index, span);
    }
}

/// The first position at or after `from` whose bit is set; with all ones for `flip`, whose bit is not.
fn next_bit(map: &FillMap, from: u16, flip: u64) -> Option<u16> {
    let rest = Span { start: from, end: CHUNK_LEN as u16 };
    map.iter().enumerate().find_map(|(index, word)| {
        let bits = (word ^ flip) & mask(index, rest);
        (bits != 0).then(|| (index * 64) as u16 + bits.trailing_zeros() as u16)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(filled: Filled, map: &FillMap) -> Vec<Span> {
        let mut from = 0;
        std::iter::from_fn(|| {
            let part = filled.part_from(map, from)?;
            from = part.end;
            Some(part)
        })
        .collect()
    }

    #[test]
    fn spans_join_where_they_touch() {
        let (mut filled, mut map) = (Filled::default(), FillMap::default());
        let span = |start, end| Span { start, end };
        assert_eq!(parts(filled, &map), []);
        for (new, want) in [
            (span(10, 20), vec![span(10, 20)]),
            (span(40, 50), vec![span(10, 20), span(40, 50)]),
            (span(0, 5), vec![span(0, 5), span(10, 20), span(40, 50)]),
            (span(20, 30), vec![span(0, 5), span(10, 30), span(40, 50)]),
            (span(1000, 1024), vec![span(0, 5), span(10, 30), span(40, 50), span(1000, 1024)]),
            (span(3, 1001), vec![span(0, 1024)]),
        ] {
            filled.fill(&mut map, new);
            assert_eq!(parts(filled, &map), want);
        }
        assert!(!filled.scattered, "one span needs no map");
    }

    proptest! {
        #[test]
        fn any_order_of_parts_is_what_single_bytes_say(
            spans in prop::collection::vec((0..CHUNK_LEN as u16, 1..200_u16), 0..60),
            from in 0..=CHUNK_LEN as u16,
        ) {
            let (mut filled, mut map) = (Filled::default(), [u64::MAX; CHUNK_LEN / 64]);
            let mut bytes = [false; CHUNK_LEN];
            for (start, len) in spans {
                let span = Span { start, end: (start + len).min(CHUNK_LEN as u16) };
                filled.fill(&mut map, span);
                bytes[usize::from(span.start)..usize::from(span.end)].fill(true);
            }
            let told: Vec<usize> =
                parts(filled, &map).iter().flat_map(|p| usize::from(p.start)..usize::from(p.end)).collect();
            let want: Vec<usize> = (0..CHUNK_LEN).filter(|&at| bytes[at]).collect();
            prop_assert_eq!(&told, &want);
            let first = want.iter().find(|&&at| at >= usize::from(from)).map(|&at| at as u16);
            prop_assert_eq!(filled.part_from(&map, from).map(|part| part.start), first);
        }
    }
}
