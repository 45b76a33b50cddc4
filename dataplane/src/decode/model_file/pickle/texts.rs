//! The names that a pickle's stack and memo hold, in one piece of memory that is compacted when it is full.

/// Where a name is in [`Texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub at: u32,
    pub len: u16,
}

/// Names, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    /// Bytes that were to be kept since the last compaction.
    since: usize,
}

/// Whether a name was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    At(Text),
    /// There is no room, but there may be after a compaction.
    Full,
    /// There is no room.
    No,
}

impl Texts {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.since = 0;
    }

    pub fn get(&self, text: Text) -> &[u8] {
        let at = text.at as usize;
        self.bytes.get(at..at + usize::from(text.len)).unwrap_or_default()
    }

    /// Keeps a name.
    pub fn add(&mut self, name: &[u8], max: usize) -> Kept {
        let (Ok(at), Ok(len)) = (u32::try_from(self.bytes.len()), u16::try_from(name.len())) else {
            return Kept::No;
        };
        self.since = self.since.saturating_add(name.len());
        if self.bytes.len() + name.len() <= max {
            self.bytes.extend_from_slice(name);
            return Kept::At(Text { at, len });
        }
        // A compaction costs as much as there is to keep: it is worth it once as much could have been freed.
        if self.since > max / 4 { Kept::Full } else { Kept::No }
    }

    /// Keeps only the names at `live` (sorted, without doubles), and returns where they are now.
    pub fn compact(&mut self, live: &[Text]) -> Vec<Text> {
        let mut end = 0;
        let moved = live.iter().map(|text| {
            let from = text.at as usize;
            let to = end;
            end += usize::from(text.len);
            self.bytes.copy_within(from..from + usize::from(text.len), to);
            Text { at: to as u32, len: text.len }
        });
        let moved = moved.collect();
        self.bytes.truncate(end);
        self.since = 0;
        moved
    }

    /// How much of `max` is in use.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }
}
