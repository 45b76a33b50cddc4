//! How far a signature has come in one stream: which steps matched, and where the steps that follow may begin.
//!
//! A match of a step opens a [`Window`] for every step anchored to it. Windows of one step that touch are merged, so
//! a thousand matches of a common word cost one entry; where more are open than fit, the closest two are merged into
//! one that covers both, which may report too much and never too little. Entries come from a slab of fixed size.

/// Windows that one signature may have open in one stream.
pub const MAX_WINDOWS: usize = 8;

/// No entry.
pub const NONE: u32 = u32::MAX;

/// What a window says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A match of this step may start here.
    Open(u8),
    /// This step, whose anchor may come later, matched from here.
    Seen(u8),
}

/// Offsets in a field, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Whose it is.
    pub tag: Tag,
    /// First offset at which a match may start.
    pub low: i64,
    /// Last offset at which a match may start.
    pub high: i64,
}

const CLOSED: Window = Window { tag: Tag::Open(u8::MAX), low: 0, high: 0 };

/// The state of one signature in one stream.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Which plan of the group.
    pub plan: u32,
    /// Next entry of the same stream, or of the free list.
    pub next: u32,
    /// A bit for each step that matched.
    pub satisfied: u64,
    /// Whether the signature was reported, which it is once in a stream.
    pub fired: Fired,
    used: u8,
    windows: [Window; MAX_WINDOWS],
}

/// Whether a signature was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fired {
    /// Not yet.
    No,
    /// It was.
    Yes,
}

/// Whether an insertion had to be inexact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// There was room.
    Exact,
    /// Two windows were merged over a hole, or the oldest gave way.
    Widened,
}

impl Progress {
    const fn new(plan: u32) -> Progress {
        Progress { plan, next: NONE, satisfied: 0, fired: Fired::No, used: 0, windows: [CLOSED; MAX_WINDOWS] }
    }

    /// The windows that are open.
    pub fn windows(&self) -> &[Window] {
        self.windows.get(..usize::from(self.used)).unwrap_or_default()
    }

    /// Whether a match that starts at `start` lies in a window of `tag`.
    pub fn covers(&self, tag: Tag, start: i64) -> bool {
        self.windows().iter().any(|w| w.tag == tag && w.low <= start && start <= w.high)
    }

    /// Whether any window of `tag` meets `low..=high`.
    pub fn meets(&self, tag: Tag, low: i64, high: i64) -> Option<Window> {
        self.windows().iter().find(|w| w.tag == tag && w.low <= high && low <= w.high).copied()
    }

    /// Whether a window of `tag` is open.
    pub fn has(&self, tag: Tag) -> bool {
        self.windows().iter().any(|w| w.tag == tag)
    }

    /// Closes the windows of `tag` that hold `start`.
    pub fn close(&mut self, tag: Tag, start: i64) {
        let mut kept = 0;
        for index in 0..usize::from(self.used) {
            let Some(&window) = self.windows.get(index) else { break };
            if window.tag == tag && window.low <= start && start <= window.high {
                continue;
            }
            if let Some(slot) = self.windows.get_mut(kept) {
                *slot = window;
            }
            kept += 1;
        }
        self.used = kept as u8;
    }

    /// Opens a window that may be merged with others of its tag.
    pub fn open(&mut self, window: Window) -> Fit {
        let used = usize::from(self.used);
        let touching = self.windows.iter_mut().take(used).find(|w| {
            w.tag == window.tag
                && w.low <= window.high.saturating_add(1)
                && window.low <= w.high.saturating_add(1)
        });
        if let Some(other) = touching {
            other.low = other.low.min(window.low);
            other.high = other.high.max(window.high);
            return Fit::Exact;
        }
        if self.push(window) {
            return Fit::Exact;
        }
        let nearest = self.windows.iter_mut().filter(|w| w.tag == window.tag).max_by_key(|w| w.high);
        if let Some(other) = nearest {
            other.low = other.low.min(window.low);
            other.high = other.high.max(window.high);
        } else {
            self.replace_oldest(window);
        }
        Fit::Widened
    }

    /// Opens a window that stays apart from the others: one match of a step that must not be followed by another.
    pub fn open_apart(&mut self, window: Window) -> Fit {
        if self.push(window) {
            return Fit::Exact;
        }
        self.replace_oldest(window);
        Fit::Widened
    }

    fn push(&mut self, window: Window) -> bool {
        match self.windows.get_mut(usize::from(self.used)) {
            Some(slot) => {
                *slot = window;
                self.used += 1;
                true
            }
            None => false,
        }
    }

    fn replace_oldest(&mut self, window: Window) {
        if let Some(oldest) = self.windows.iter_mut().min_by_key(|w| w.high) {
            *oldest = window;
        }
    }
}

/// All progress of a worker: a slab whose entries form a list for each stream.
#[derive(Debug)]
pub struct ProgressSlab {
    entries: Vec<Progress>,
    free: u32,
    live: usize,
}

impl ProgressSlab {
    /// Room for `capacity` entries, allocated now.
    pub fn new(capacity: usize) -> ProgressSlab {
        let mut entries = vec![Progress::new(0); capacity];
        for (index, entry) in entries.iter_mut().enumerate() {
            entry.next = index as u32 + 1;
        }
        if let Some(last) = entries.last_mut() {
            last.next = NONE;
        }
        ProgressSlab { free: if capacity == 0 { NONE } else { 0 }, entries, live: 0 }
    }

    /// The entry of `plan` in the list at `head`, made where there is none; `None` when the slab is full.
    pub fn entry(&mut self, head: &mut u32, plan: u32) -> Option<&mut Progress> {
        let mut at = *head;
        while let Some(entry) = self.entries.get(at as usize) {
            if entry.plan == plan {
                return self.entries.get_mut(at as usize);
            }
            at = entry.next;
        }
        let index = self.free;
        let entry = self.entries.get_mut(index as usize)?;
        self.free = entry.next;
        self.live += 1;
        *entry = Progress { next: *head, ..Progress::new(plan) };
        *head = index;
        Some(entry)
    }

    /// Every entry of the list at `head`.
    pub fn for_each(&mut self, head: u32, mut visit: impl FnMut(&mut Progress)) {
        let mut at = head;
        while let Some(entry) = self.entries.get_mut(at as usize) {
            visit(entry);
            at = entry.next;
        }
    }

    /// Gives the list at `head` back.
    pub fn release(&mut self, head: &mut u32) {
        let mut at = *head;
        while let Some(entry) = self.entries.get_mut(at as usize) {
            let next = entry.next;
            entry.next = self.free;
            self.free = at;
            self.live -= 1;
            at = next;
        }
        *head = NONE;
    }

    /// Entries in use.
    pub fn live(&self) -> usize {
        self.live
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(low: i64, high: i64) -> Window {
        Window { tag: Tag::Open(1), low, high }
    }

    #[test]
    fn windows_that_touch_are_one() {
        let mut progress = Progress::new(0);
        for at in 0..1000 {
            assert_eq!(progress.open(window(at, at + 5)), Fit::Exact);
        }
        assert_eq!(progress.windows(), [window(0, 1004)]);
    }

    #[test]
    fn more_windows_than_fit_report_too_much_and_never_too_little() {
        let mut progress = Progress::new(0);
        let mut widened = 0;
        for at in 0..20 {
            widened += usize::from(progress.open(window(at * 10, at * 10)) == Fit::Widened);
        }
        assert_eq!(widened, 20 - MAX_WINDOWS);
        for at in 0..20 {
            assert!(progress.covers(Tag::Open(1), at * 10), "{at}");
        }
        assert!(!progress.covers(Tag::Open(1), 5));
    }

    #[test]
    fn the_slab_is_bounded_and_takes_back_what_it_gave() {
        let mut slab = ProgressSlab::new(3);
        let (mut one, mut two) = (NONE, NONE);
        assert!(slab.entry(&mut one, 7).is_some());
        assert!(slab.entry(&mut one, 8).is_some());
        assert!(slab.entry(&mut one, 7).is_some());
        assert!(slab.entry(&mut two, 7).is_some());
        assert_eq!(slab.live(), 3);
        assert!(slab.entry(&mut two, 9).is_none());
        slab.release(&mut one);
        assert_eq!((slab.live(), one), (1, NONE));
        assert!(slab.entry(&mut two, 9).is_some());
    }
}
