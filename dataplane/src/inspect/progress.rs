//! How far a signature has come in one stream: which steps matched, and where the steps that follow may begin.
//!
//! A match of a step opens a [`Window`] for every step anchored to it. Windows of one step that touch are merged, so
//! a thousand matches of a common word cost one entry. Where more are open than fit, those that nothing can meet any
//! more are closed, then the latest two of the step are merged into one that covers both, and where there is none to
//! merge with, the step is open everywhere. That may report too much and never too little. Entries come from a slab
//! of fixed size.

/// Windows that one signature may have open in one stream.
pub const MAX_WINDOWS: usize = 8;

/// No entry.
pub const NONE: u32 = u32::MAX;

/// What a window says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A match of this step may start here.
    Open(u8),
    /// This step, whose anchor may come later, matched from here. Only of patterns of fixed length.
    Seen(u8),
}

impl Tag {
    const fn step(self) -> u8 {
        match self {
            Tag::Open(step) | Tag::Seen(step) => step,
        }
    }
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
    /// A bit for each step that matched where it has to be.
    pub satisfied: u64,
    /// Where the first match ended with which all steps were there that must be.
    pub complete_at: Option<i64>,
    /// A bit for each step that is open everywhere; of one that must not match: whose anchor matched where it can't.
    pub everywhere: u64,
    /// A bit for each step of which not every [`Tag::Seen`] is known any more.
    pub forgotten: u64,
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
    /// Two windows were merged over a hole, or the step is open everywhere.
    Widened,
}

impl Progress {
    const fn new(plan: u32) -> Progress {
        Progress {
            plan,
            next: NONE,
            satisfied: 0,
            complete_at: None,
            everywhere: 0,
            forgotten: 0,
            fired: Fired::No,
            used: 0,
            windows: [CLOSED; MAX_WINDOWS],
        }
    }

    /// The windows that are open.
    pub fn windows(&self) -> &[Window] {
        self.windows.get(..usize::from(self.used)).unwrap_or_default()
    }

    /// Whether another window has no room.
    pub fn is_full(&self) -> bool {
        usize::from(self.used) == MAX_WINDOWS
    }

    /// How a match of `step` that starts no earlier than `leftmost` and ends at `end` lies to the windows of the step.
    /// `length` is `None` where it may start anywhere in between.
    pub fn covers(&self, step: u8, leftmost: i64, end: i64, length: Option<u32>) -> Cover {
        if self.everywhere >> step & 1 == 1 {
            return Cover::Sure;
        }
        let mut cover = Cover::None;
        for w in self.windows().iter().filter(|w| w.tag == Tag::Open(step)) {
            if w.low <= leftmost && leftmost <= w.high {
                return Cover::Sure;
            }
            if length.is_none() && leftmost <= w.high && w.low < end {
                cover = Cover::Possible;
            }
        }
        cover
    }

    /// The first place in `low..=high` at which `step` was seen.
    pub fn seen(&self, step: u8, low: i64, high: i64) -> Option<i64> {
        let seen =
            self.windows().iter().filter(|w| w.tag == Tag::Seen(step) && low <= w.low && w.low <= high);
        seen.map(|w| w.low).min()
    }

    /// Whether a match of the anchor of `step` is left that no match of the step followed.
    pub fn is_unanswered(&self, step: u8) -> bool {
        self.everywhere >> step & 1 == 1 || self.windows().iter().any(|w| w.tag == Tag::Open(step))
    }

    /// Closes the windows of `step` that hold `start`.
    pub fn close(&mut self, step: u8, start: i64) {
        self.retain(|w| w.tag != Tag::Open(step) || start < w.low || w.high < start);
    }

    /// Closes all windows of `step`: what it is asked for is settled.
    pub fn settle(&mut self, step: u8) {
        self.retain(|w| w.tag != Tag::Open(step));
    }

    /// Keeps the windows that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&Window) -> bool) {
        let mut kept = 0;
        for index in 0..usize::from(self.used) {
            let Some(&window) = self.windows.get(index) else { break };
            if keep(&window)
                && let Some(slot) = self.windows.get_mut(kept)
            {
                *slot = window;
                kept += 1;
            }
        }
        self.used = kept as u8;
    }

    /// Opens a window that may be merged with others of its step. When there is no room, `is_over` says which windows
    /// nothing can meet any more.
    pub fn open(&mut self, window: Window, is_over: impl FnMut(&Window) -> bool) -> Fit {
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
        if self.push(window, is_over) {
            return Fit::Exact;
        }
        let used = usize::from(self.used);
        let same = self.windows.iter_mut().take(used).filter(|w| w.tag == window.tag);
        match same.max_by_key(|w| w.high) {
            Some(other) => {
                other.low = other.low.min(window.low);
                other.high = other.high.max(window.high);
            }
            None => self.everywhere |= 1 << window.tag.step(),
        }
        Fit::Widened
    }

    /// Opens a window that stays apart from the others: one match of a step that must not be followed by another, or
    /// a place where a step was seen.
    pub fn open_apart(&mut self, window: Window, is_over: impl FnMut(&Window) -> bool) -> Fit {
        if self.push(window, is_over) {
            return Fit::Exact;
        }
        match window.tag {
            Tag::Open(step) => self.everywhere |= 1 << step,
            Tag::Seen(step) => self.forgotten |= 1 << step,
        }
        Fit::Widened
    }

    fn push(&mut self, window: Window, mut is_over: impl FnMut(&Window) -> bool) -> bool {
        if self.is_full() {
            self.retain(|w| !is_over(w));
        }
        match self.windows.get_mut(usize::from(self.used)) {
            Some(slot) => {
                *slot = window;
                self.used += 1;
                true
            }
            None => false,
        }
    }
}

/// How a match lies to the windows of its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// In none.
    None,
    /// It may start in one, or else before it: only the leftmost start is known.
    Possible,
    /// It starts in one.
    Sure,
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

    fn covers(progress: &Progress, at: i64) -> bool {
        progress.covers(1, at, at + 1, Some(1)) == Cover::Sure
    }

    #[test]
    fn windows_that_touch_are_one() {
        let mut progress = Progress::new(0);
        for at in 0..1000 {
            assert_eq!(progress.open(window(at, at + 5), |_| false), Fit::Exact);
        }
        assert_eq!(progress.windows(), [window(0, 1004)]);
    }

    #[test]
    fn more_windows_than_fit_report_too_much_and_never_too_little() {
        let mut progress = Progress::new(0);
        let mut widened = 0;
        for at in 0..20 {
            widened += usize::from(progress.open(window(at * 10, at * 10), |_| false) == Fit::Widened);
        }
        assert_eq!(widened, 20 - MAX_WINDOWS);
        for at in 0..20 {
            assert!(covers(&progress, at * 10), "{at}");
        }
        assert!(!covers(&progress, 5));
    }

    #[test]
    fn a_step_that_has_no_window_to_merge_with_is_open_everywhere() {
        let mut progress = Progress::new(0);
        for step in 10..18 {
            let window = Window { tag: Tag::Open(step), low: 0, high: 9 };
            assert_eq!(progress.open(window, |_| false), Fit::Exact);
        }
        assert_eq!(progress.open(window(3, 4), |_| false), Fit::Widened);
        assert!(covers(&progress, 100));
        assert_eq!(progress.covers(10, 9, 10, Some(1)), Cover::Sure);
    }

    #[test]
    fn windows_that_are_over_give_way() {
        let mut progress = Progress::new(0);
        for at in 0..100 {
            let is_over = |w: &Window| w.high < at * 10;
            assert_eq!(progress.open_apart(window(at * 10, at * 10 + 5), is_over), Fit::Exact);
        }
        assert!(!covers(&progress, 0));
    }

    #[test]
    fn of_a_regex_only_the_leftmost_start_is_known() {
        let mut progress = Progress::new(0);
        progress.open(window(10, 20), |_| false);
        let cases = [
            (5, 10, Cover::None),
            (5, 11, Cover::Possible),
            (10, 11, Cover::Sure),
            (20, 30, Cover::Sure),
            (21, 30, Cover::None),
        ];
        for (leftmost, end, expected) in cases {
            assert_eq!(progress.covers(1, leftmost, end, None), expected, "{leftmost}..{end}");
        }
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
