//! Where segments wait: a fixed number of chunks, shared by all connections of a worker.
//!
//! Each [`Half`](super::Half) has a list of chunks in the order of the stream. A chunk covers 1 KiB of the stream, at
//! an offset that is a multiple of its size, and knows which parts of it are filled. All memory is taken at the start;
//! when the chunks are used up, keeping bytes fails, and nothing grows. The store does not know what its bytes are for:
//! whether they wait for a gap to be filled or for an acknowledgment is the [`Reassembler`](super::Reassembler)'s
//! affair.
//!
//! ```text
//!  half ─▶ chunk @1024 ───────▶ chunk @2048 ───────▶ chunk @5120
//!          [····########]       [####····##··]       [##··········]
//! ```

use super::filled::{FillMap, Filled, Span};

/// How many bytes of a stream a chunk covers.
pub const CHUNK_LEN: usize = 1024;
/// The largest window; larger settings are taken for this. It bounds how many chunks a list is searched through.
pub const MAX_WINDOW: usize = 16 << 20;

const CHUNK: i64 = CHUNK_LEN as i64;
/// No chunk. Larger than any index, so that looking it up finds nothing.
const NONE: u32 = u32::MAX;

/// How much a worker may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// Memory of one worker, in bytes, for chunks and their headers.
    pub memory: usize,
    /// How far ahead of the next expected byte a segment may lie, and how much is retained behind it, in bytes for
    /// each direction of a connection; at most [`MAX_WINDOW`].
    pub window: usize,
}

impl Default for StoreConfig {
    fn default() -> StoreConfig {
        StoreConfig { memory: 64 << 20, window: 1 << 20 }
    }
}

/// The chunks of one half: the first and the last, one more than the index, so that all zero is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ChunkList {
    first: u32,
    last: u32,
}

impl ChunkList {
    pub(super) const fn is_empty(&self) -> bool {
        self.first == 0
    }

    const fn first(&self) -> u32 {
        self.first.wrapping_sub(1)
    }

    const fn last(&self) -> u32 {
        self.last.wrapping_sub(1)
    }
}

/// What is known about a chunk.
#[derive(Clone, Copy, Debug)]
struct Header {
    /// Stream offset of the chunk's first byte.
    start: i64,
    /// The next chunk of the half, or the next free one.
    next: u32,
    filled: Filled,
}

/// What a chunk takes of the memory.
pub(super) const CHUNK_COST: usize = CHUNK_LEN + size_of::<Header>() + size_of::<FillMap>();

impl Header {
    /// Stream offset behind the last filled byte.
    fn end(&self) -> i64 {
        self.start + i64::from(self.filled.end())
    }
}

/// All chunks of the store are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all chunks of the store are in use")]
pub(super) struct StoreFull;

/// How bytes relate to those that are kept at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// So many of them are kept, and equal.
    Agrees(i64),
    /// The first that differs is at this stream offset.
    Differs(i64),
}

/// A worker's chunks.
#[derive(Debug)]
pub struct ChunkStore {
    headers: Box<[Header]>,
    chunks: Box<[[u8; CHUNK_LEN]]>,
    /// Only touched where a chunk is filled in several places.
    maps: Box<[FillMap]>,
    free: u32,
    in_use: usize,
    window: i64,
}

impl ChunkStore {
    /// Takes all the memory there will be.
    pub fn new(config: StoreConfig) -> ChunkStore {
        let count = (config.memory / CHUNK_COST).min(NONE as usize - 1);
        let header = |index: usize| Header {
            start: 0,
            next: if index + 1 < count { index as u32 + 1 } else { NONE },
            filled: Filled::default(),
        };
        ChunkStore {
            headers: (0..count).map(header).collect(),
            chunks: vec![[0; CHUNK_LEN]; count].into_boxed_slice(),
            maps: vec![FillMap::default(); count].into_boxed_slice(),
            free: if count == 0 { NONE } else { 0 },
            in_use: 0,
            window: config.window.min(MAX_WINDOW) as i64,
        }
    }

    /// How many chunks are in use.
    pub fn in_use(&self) -> usize {
        self.in_use
    }

    /// How many chunks there are.
    pub fn capacity(&self) -> usize {
        self.headers.len()
    }

    pub(super) fn window(&self) -> i64 {
        self.window
    }

    fn header(&self, index: u32) -> Option<&Header> {
        self.headers.get(index as usize)
    }

    fn header_mut(&mut self, index: u32) -> Option<&mut Header> {
        self.headers.get_mut(index as usize)
    }

    /// Stream offset behind the last byte that is kept.
    pub(super) fn end(&self, list: &ChunkList) -> Option<i64> {
        self.header(list.last()).map(Header::end)
    }

    /// The last chunk that starts at or before `offset`, searched from `hint` on where that is not beyond it.
    fn at_or_before(&self, list: &ChunkList, hint: u32, offset: i64) -> Option<u32> {
        let starts_by = |index: u32| self.header(index).is_some_and(|header| header.start <= offset);
        if starts_by(list.last()) {
            return Some(list.last());
        }
        let mut index = [hint, list.first()].into_iter().find(|&index| starts_by(index))?;
        while let Some(header) = self.header(index).filter(|header| starts_by(header.next)) {
            index = header.next;
        }
        Some(index)
    }

    /// The chunk that covers `offset`, a multiple of the chunk length; a new one where there is none.
    fn chunk_at(&mut self, list: &mut ChunkList, hint: u32, offset: i64) -> Result<u32, StoreFull> {
        let before = self.at_or_before(list, hint, offset);
        if let Some(index) = before
            && self.header(index).is_some_and(|header| header.start == offset)
        {
            return Ok(index);
        }
        let new = self.free;
        self.free = self.header(new).ok_or(StoreFull)?.next;
        self.in_use += 1;
        let next = match before.and_then(|index| self.header_mut(index)) {
            Some(previous) => std::mem::replace(&mut previous.next, new),
            None => std::mem::replace(&mut list.first, new + 1).wrapping_sub(1),
        };
        if next == NONE {
            list.last = new + 1;
        }
        if let Some(header) = self.header_mut(new) {
            *header = Header { start: offset, next, filled: Filled::default() };
        }
        Ok(new)
    }

    /// Keeps `bytes` at the stream offset `start`. What is kept there already must agree.
    ///
    /// On an error the bytes before the failing chunk are kept, which is harmless: they are as the sender sent them.
    pub(super) fn keep(&mut self, list: &mut ChunkList, start: i64, bytes: &[u8]) -> Result<(), StoreFull> {
        let (mut offset, mut rest, mut hint) = (start, bytes, NONE);
        while !rest.is_empty() {
            let within = offset.rem_euclid(CHUNK) as usize;
            let (piece, tail) = rest.split_at_checked(CHUNK_LEN - within).unwrap_or((rest, &[]));
            hint = self.chunk_at(list, hint, offset - within as i64)?;
            let span = Span { start: within as u16, end: (within + piece.len()) as u16 };
            let index = hint as usize;
            if let (Some(header), Some(map)) = (self.headers.get_mut(index), self.maps.get_mut(index)) {
                header.filled.fill(map, span);
            }
            let chunk = self.chunks.get_mut(index);
            if let Some(place) = chunk.and_then(|chunk| chunk.get_mut(within..within + piece.len())) {
                place.copy_from_slice(piece);
            }
            offset += piece.len() as i64;
            rest = tail;
        }
        Ok(())
    }

    /// Compares `bytes` with what is kept at the same place.
    pub(super) fn compare(&self, list: &ChunkList, start: i64, bytes: &[u8]) -> Comparison {
        let end = start + bytes.len() as i64;
        let mut covered = 0;
        for (offset, kept) in self.kept_from(list, start) {
            let Some(new) = usize::try_from(offset - start).ok().and_then(|at| bytes.get(at..)) else {
                break;
            };
            if offset >= end {
                break;
            }
            let common = kept.len().min(new.len());
            if kept.get(..common) != new.get(..common) {
                let equal = kept.iter().zip(new).take_while(|(a, b)| a == b).count();
                return Comparison::Differs(offset + equal as i64);
            }
            covered += common as i64;
        }
        Comparison::Agrees(covered)
    }

    /// What is kept from `start` on, piece by piece in the order of the stream, each with its stream offset.
    pub(super) fn kept_from(&self, list: &ChunkList, start: i64) -> impl Iterator<Item = (i64, &[u8])> {
        let mut index = self.at_or_before(list, NONE, start).unwrap_or(list.first());
        let mut from = start;
        std::iter::from_fn(move || {
            loop {
                let (header, chunk) = (self.header(index)?, self.chunks.get(index as usize)?);
                let within = (from - header.start).clamp(0, CHUNK) as u16;
                let Some(part) = header.filled.part_from(self.maps.get(index as usize)?, within) else {
                    index = header.next;
                    continue;
                };
                from = header.start + i64::from(part.end);
                let bytes = chunk.get(usize::from(part.start)..usize::from(part.end))?;
                return Some((header.start + i64::from(part.start), bytes));
            }
        })
    }

    /// Frees the chunks of which nothing is kept at or after `offset`, and says how many.
    pub(super) fn release_below(&mut self, list: &mut ChunkList, offset: i64) -> usize {
        let before = self.in_use;
        while let Some(header) = self.header(list.first()).filter(|header| header.end() <= offset) {
            let (freed, next) = (list.first(), header.next);
            let free = self.free;
            if let Some(header) = self.header_mut(freed) {
                header.next = free;
            }
            self.free = freed;
            self.in_use -= 1;
            list.first = next.wrapping_add(1);
        }
        if list.first == 0 {
            list.last = 0;
        }
        before - self.in_use
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(chunks: usize) -> ChunkStore {
        ChunkStore::new(StoreConfig { memory: chunks * CHUNK_COST, window: 1 << 16 })
    }

    #[test]
    fn kept_bytes_come_back_in_order_and_free_their_chunks() {
        let (mut store, mut list) = (store(4), ChunkList::default());
        assert_eq!(store.capacity(), 4);
        assert_eq!(store.keep(&mut list, 3000, &[3; 10]), Ok(()));
        assert_eq!(store.keep(&mut list, 1000, &[1; 100]), Ok(()));
        let kept: Vec<_> =
            store.kept_from(&list, 1005).map(|(offset, bytes)| (offset, bytes.len())).collect();
        assert_eq!(kept, [(1005, 19), (1024, 76), (3000, 10)]);
        assert_eq!(store.compare(&list, 990, &[1; 30]), Comparison::Agrees(20));
        assert_eq!(store.compare(&list, 3005, &[3, 3, 4]), Comparison::Differs(3007));
        assert_eq!(store.compare(&list, 5000, &[0; 3]), Comparison::Agrees(0));
        assert_eq!(store.in_use(), 3);
        assert_eq!(store.release_below(&mut list, 1050), 1);
        assert_eq!(store.release_below(&mut list, 3010), 2);
        assert!(list.is_empty());
        assert_eq!(store.in_use(), 0);
    }

    #[test]
    fn a_full_store_refuses_and_recovers() {
        let (mut store, mut list) = (store(2), ChunkList::default());
        assert_eq!(store.keep(&mut list, 0, &[7; 4096]), Err(StoreFull));
        assert_eq!(store.in_use(), 2);
        assert_eq!(store.compare(&list, 0, &[7; 4096]), Comparison::Agrees(2048));
        store.release_below(&mut list, i64::MAX);
        assert_eq!(store.keep(&mut list, 4096, &[7; 2048]), Ok(()));
        assert_eq!(ChunkStore::new(StoreConfig { memory: 0, window: 9 }).capacity(), 0);
    }
}
