//! What must wait until it is known what it is: names that come in pieces, and text whose speaker is named behind it.

/// A short value that comes in pieces. What is longer than its limit is cut.
#[derive(Clone, Debug, Default)]
pub struct Gathered(Vec<u8>);

/// Bytes of a name that are kept. Names of models, tools and roles are shorter.
const MAX_NAME: usize = 512;

impl Gathered {
    /// A value that was taken out, and is to stay.
    pub fn of(bytes: Vec<u8>) -> Gathered {
        Gathered(bytes)
    }

    /// Begins a value.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a piece.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = MAX_NAME.saturating_sub(self.0.len());
        self.0.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// What there is.
    pub fn get(&self) -> &[u8] {
        &self.0
    }

    /// Takes the value out, to look at it while others are told; give it back with [`put_back`](Gathered::put_back).
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    /// Gives the memory of a value back.
    pub fn put_back(&mut self, bytes: Vec<u8>) {
        self.0 = bytes;
        self.0.clear();
    }
}

/// Text that waits, in runs of one kind each.
#[derive(Clone, Debug)]
pub struct Held<K> {
    bytes: Vec<u8>,
    runs: Vec<(K, usize)>,
}

/// Bytes of text that wait at most.
const MAX_HELD: usize = 64 << 10;

/// Memory that is kept for the next text.
const KEPT: usize = 4 << 10;

impl<K> Default for Held<K> {
    fn default() -> Held<K> {
        Held { bytes: Vec::new(), runs: Vec::new() }
    }
}

impl<K: Copy + PartialEq> Held<K> {
    /// Forgets all of it.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.runs.clear();
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Lets a piece wait; returns whether there was room.
    #[must_use]
    pub fn add(&mut self, kind: K, bytes: &[u8]) -> bool {
        if self.bytes.len() + bytes.len() > MAX_HELD || self.runs.len() >= MAX_HELD / 64 {
            return false;
        }
        match self.runs.last_mut() {
            Some((last, len)) if *last == kind => *len += bytes.len(),
            _ => self.runs.push((kind, bytes.len())),
        }
        self.bytes.extend_from_slice(bytes);
        true
    }

    /// Hands out what waits, in its order, and forgets it.
    pub fn drain(&mut self, mut tell: impl FnMut(K, &[u8])) {
        let mut rest = self.bytes.as_slice();
        for &(kind, len) in &self.runs {
            let (bytes, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            tell(kind, bytes);
            rest = after;
        }
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_comes_out_in_its_order() {
        let mut held = Held::default();
        assert!(held.add('a', b"one") && held.add('a', b" two") && held.add('b', b"three"));
        let mut told = Vec::new();
        held.drain(|kind, bytes| told.push((kind, String::from_utf8_lossy(bytes).into_owned())));
        assert_eq!(told, [('a', "one two".into()), ('b', "three".into())]);
        assert!(held.is_empty());
        assert!(held.add('c', &[0; MAX_HELD]) && !held.add('c', b"x"));
    }
}
