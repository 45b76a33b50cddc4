//! Where the payloads of fragments wait: a fixed number of blocks, shared by all datagrams.
//!
//! A datagram has up to 32 blocks of 2 KiB, so the place of a byte is found without search. Offsets of fragments are
//! multiples of 8 (RFC 791 §3.2); so one bit for 8 bytes says what is there, exactly.

/// Bytes of a block.
pub(super) const BLOCK_LEN: usize = 2048;
/// Bytes that a bit stands for.
const UNIT: usize = 8;
const WORDS: usize = BLOCK_LEN / UNIT / 64;
/// Blocks that the longest datagram needs.
const MAX_BLOCKS: usize = 65_536 / BLOCK_LEN;
/// No block. Larger than any index, so that looking it up finds nothing.
const NONE: u32 = u32::MAX;

/// The blocks of a datagram, by the offset they start at.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockList([u32; MAX_BLOCKS]);

impl Default for BlockList {
    fn default() -> BlockList {
        BlockList([NONE; MAX_BLOCKS])
    }
}

/// How a fragment relates to what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Bytes that are there already.
    pub present: usize,
    /// Whether one of them is another.
    pub agreement: Agreement,
}

/// Whether overlapping bytes are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Agreement {
    #[default]
    Equal,
    Different,
}

/// All blocks are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// The blocks of a table.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    bytes: Box<[[u8; BLOCK_LEN]]>,
    /// A bit for each unit that is filled.
    filled: Box<[[u64; WORDS]]>,
    /// Indices of free blocks; the first `free_len` count.
    free: Box<[u32]>,
    free_len: usize,
}

impl Blocks {
    pub(super) fn new(memory: usize) -> Blocks {
        let count = (memory / BLOCK_LEN).min(NONE as usize);
        Blocks {
            bytes: vec![[0; BLOCK_LEN]; count].into_boxed_slice(),
            filled: vec![[0; WORDS]; count].into_boxed_slice(),
            free: (0..count as u32).rev().collect(),
            free_len: count,
        }
    }

    /// How many blocks are in use.
    pub(super) fn in_use(&self) -> usize {
        self.free.len() - self.free_len
    }

    /// Compares a fragment with what is there.
    pub(super) fn compare(&self, list: &BlockList, offset: usize, fragment: &[u8]) -> Overlap {
        let mut overlap = Overlap::default();
        for (index, start, piece) in pieces(offset, fragment) {
            let block = list.0.get(index).map_or(NONE, |block| *block) as usize;
            let Some((filled, bytes)) = self.filled.get(block).zip(self.bytes.get(block)) else { continue };
            for (unit, new) in (start / UNIT..).zip(piece.chunks(UNIT)) {
                if !is_set(filled, unit) {
                    continue;
                }
                overlap.present += new.len();
                if bytes.get(unit * UNIT..unit * UNIT + new.len()) != Some(new) {
                    overlap.agreement = Agreement::Different;
                }
            }
        }
        overlap
    }

    /// Keeps a fragment, over what is there. When the blocks run out a part of it may have been kept.
    pub(super) fn keep(&mut self, list: &mut BlockList, offset: usize, fragment: &[u8]) -> Result<(), Full> {
        for (index, start, piece) in pieces(offset, fragment) {
            let block = self.block_of(list, index).ok_or(Full)? as usize;
            let target =
                self.bytes.get_mut(block).and_then(|bytes| bytes.get_mut(start..start + piece.len()));
            target.ok_or(Full)?.copy_from_slice(piece);
            let filled = self.filled.get_mut(block).ok_or(Full)?;
            for unit in start / UNIT..(start + piece.len()).div_ceil(UNIT) {
                if let Some(word) = filled.get_mut(unit / 64) {
                    *word |= 1 << (unit % 64);
                }
            }
        }
        Ok(())
    }

    /// The block of a list, a new one where there is none.
    fn block_of(&mut self, list: &mut BlockList, index: usize) -> Option<u32> {
        let entry = list.0.get_mut(index)?;
        if *entry == NONE {
            self.free_len = self.free_len.checked_sub(1)?;
            *entry = *self.free.get(self.free_len)?;
            *self.filled.get_mut(*entry as usize)? = [0; WORDS];
        }
        Some(*entry)
    }

    /// Copies the start of a datagram, all of which is there.
    pub(super) fn copy_to(&self, list: &BlockList, out: &mut [u8]) {
        for (block, out) in list.0.iter().zip(out.chunks_mut(BLOCK_LEN)) {
            if let Some(bytes) = self.bytes.get(*block as usize).and_then(|bytes| bytes.get(..out.len())) {
                out.copy_from_slice(bytes);
            }
        }
    }

    /// Frees the blocks of a datagram.
    pub(super) fn release(&mut self, list: &mut BlockList) {
        for block in &mut list.0 {
            if *block != NONE
                && let Some(free) = self.free.get_mut(self.free_len)
            {
                *free = std::mem::replace(block, NONE);
                self.free_len += 1;
            }
        }
    }
}

/// Cuts a fragment where blocks meet: index of the block, offset within it, bytes.
fn pieces(mut offset: usize, mut fragment: &[u8]) -> impl Iterator<Item = (usize, usize, &[u8])> {
    std::iter::from_fn(move || {
        let start = offset % BLOCK_LEN;
        let (piece, rest) = fragment.split_at(fragment.len().min(BLOCK_LEN - start));
        let index = offset / BLOCK_LEN;
        (offset, fragment) = (offset + piece.len(), rest);
        (!piece.is_empty()).then_some((index, start, piece))
    })
}

fn is_set(filled: &[u64; WORDS], unit: usize) -> bool {
    filled.get(unit / 64).is_some_and(|word| word >> (unit % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_again_across_blocks() {
        let (mut blocks, mut list) = (Blocks::new(3 * BLOCK_LEN), BlockList::default());
        let bytes: Vec<u8> = (0..5000_u32).map(|i| (i % 251) as u8).collect();
        assert_eq!(blocks.keep(&mut list, 1024, &bytes[1024..]), Ok(()));
        assert_eq!(blocks.compare(&list, 0, &bytes[..2048]).present, 1024);
        assert_eq!(blocks.keep(&mut list, 0, &bytes[..1024]), Ok(()));
        assert_eq!(blocks.compare(&list, 0, &bytes), Overlap { present: 5000, ..Overlap::default() });
        let mut other = bytes.clone();
        other[4999] ^= 1;
        assert_eq!(blocks.compare(&list, 0, &other).agreement, Agreement::Different);
        let mut out = vec![0; 5000];
        blocks.copy_to(&list, &mut out);
        assert_eq!(out, bytes);
        assert_eq!(blocks.keep(&mut list, 6144, &[1]), Err(Full));
        blocks.release(&mut list);
        assert_eq!(blocks.in_use(), 0);
        assert_eq!(blocks.compare(&list, 0, &bytes).present, 0);
    }

    #[test]
    fn a_block_that_is_used_again_is_empty() {
        let (mut blocks, mut list) = (Blocks::new(BLOCK_LEN), BlockList::default());
        assert_eq!(blocks.keep(&mut list, 8, &[7; 16]), Ok(()));
        blocks.release(&mut list);
        assert_eq!(blocks.keep(&mut list, 0, &[7; 8]), Ok(()));
        assert_eq!(blocks.compare(&list, 0, &[7; 24]).present, 8);
    }
}
