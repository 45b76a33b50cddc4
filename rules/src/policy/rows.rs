//! Rows of bits, one bit for each rule, with a summary in front: a bit for each word that is not zero.
//!
//! Equal rows are kept once. Three rows (sender, receiver, service) that share a bit share a rule; the summaries tell
//! which words are worth looking at (F. Baboescu and G. Varghese, *Scalable packet classification*, SIGCOMM 2001).

use std::collections::HashMap;

use super::decision::PolicyRuleId;

const WORD: usize = u64::BITS as usize;

/// A row, by its position among the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RowId(u32);

/// A row while it is filled.
#[derive(Clone, Debug)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub fn zeroed(rules: usize) -> Bits {
        Bits(vec![0; rules.div_ceil(WORD)])
    }

    pub fn insert(&mut self, rule: usize) {
        if let Some(word) = self.0.get_mut(rule / WORD) {
            *word |= 1 << (rule % WORD);
        }
    }

    pub fn remove(&mut self, rule: usize) {
        if let Some(word) = self.0.get_mut(rule / WORD) {
            *word &= !(1 << (rule % WORD));
        }
    }
}

/// The rows need more memory than they may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Rows while they are collected.
pub(super) struct RowsBuilder {
    rows: Rows,
    known: HashMap<Vec<u64>, RowId>,
    limit: usize,
}

impl RowsBuilder {
    /// For rows of `rules` bits that may have `limit` bytes together.
    pub fn new(rules: usize, limit: usize) -> RowsBuilder {
        let words = rules.div_ceil(WORD);
        let rows = Rows { data: Vec::new(), summary: words.div_ceil(WORD), words };
        RowsBuilder { rows, known: HashMap::new(), limit }
    }

    /// The id of a row, which is added where no equal one is there.
    pub fn intern(&mut self, bits: &Bits) -> Result<RowId, TooLarge> {
        if let Some(&id) = self.known.get(&bits.0) {
            return Ok(id);
        }
        let id = RowId(u32::try_from(self.known.len()).map_err(|_| TooLarge)?);
        if (self.rows.data.len() + self.rows.stride()) * size_of::<u64>() > self.limit {
            return Err(TooLarge);
        }
        let summaries = bits.0.chunks(WORD).map(|words| {
            words.iter().enumerate().fold(0, |summary, (at, &word)| summary | u64::from(word != 0) << at)
        });
        self.rows.data.extend(summaries);
        self.rows.data.extend_from_slice(&bits.0);
        self.known.insert(bits.0.clone(), id);
        Ok(id)
    }

    pub fn finish(self) -> Rows {
        self.rows
    }
}

/// All rows.
#[derive(Debug)]
pub(super) struct Rows {
    /// Summary and bits of one row after the other.
    data: Vec<u64>,
    /// Words of a summary.
    summary: usize,
    /// Words of the bits.
    words: usize,
}

impl Rows {
    fn stride(&self) -> usize {
        self.summary + self.words
    }

    #[inline]
    fn halves(&self, row: RowId) -> (&[u64], &[u64]) {
        let start = row.0 as usize * self.stride();
        let row = self.data.get(start..start + self.stride()).unwrap_or_default();
        row.split_at_checked(self.summary).unwrap_or_default()
    }

    /// The bits of a row.
    pub fn bits(&self, row: RowId) -> &[u64] {
        self.halves(row).1
    }

    /// The first rule whose bit is set in all three rows.
    #[inline]
    pub fn first_common(&self, a: RowId, b: RowId, c: RowId) -> Option<PolicyRuleId> {
        let ((a_summary, a), (b_summary, b), (c_summary, c)) =
            (self.halves(a), self.halves(b), self.halves(c));
        for (chunk, ((&x, &y), &z)) in a_summary.iter().zip(b_summary).zip(c_summary).enumerate() {
            let mut candidates = x & y & z;
            while candidates != 0 {
                let at = chunk * WORD + candidates.trailing_zeros() as usize;
                let common = a.get(at)? & b.get(at)? & c.get(at)?;
                if common != 0 {
                    return Some(PolicyRuleId((at * WORD) as u32 + common.trailing_zeros()));
                }
                candidates &= candidates - 1;
            }
        }
        None
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&*self.data)
    }
}
