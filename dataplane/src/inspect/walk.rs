//! What a match of one pattern does to a signature: the steps it reaches, and the windows that they open.
//!
//! Steps that must match are followed exactly, as long as their windows fit. Of those that must not, each is judged on
//! its own:
//!
//! * An absolute one (`content:!"x"`, perhaps with `offset` and `depth`) must not have matched by the time that the
//!   rest of the signature is complete.
//! * A relative one (`content:!"x"; within:9`) needs one match of its anchor that no such pattern followed by then.
//!   That this is the very match from which the steps behind it were reached is not asked for.
//!
//! "By then" is the end of the packet (more exactly: of what is scanned at once) that completes the rest. Inline
//! nothing else is possible: a stream that is still open may go on with the pattern or not, and the packet has to pass or
//! not now. So where a stream is cut decides about signatures with negated patterns, as in Suricata; they may be found
//! although what comes later would speak against it, but never are they missed. In a field that is complete in itself,
//! such as the payload of a datagram, all of it counts.

use weir_rules::signature::Presence;

use super::plan::{Place, Plan, Step};
use super::progress::{Cover, Fit, Progress, Tag, Window};

/// Whether a match lies where a step wants it, as far as that does not depend on other matches.
pub(super) fn lies(step: &Step, start: u64, end: u64) -> Cover {
    let (from, is_within) = match step.place {
        Place::Absolute { from, to } => (from, end <= to),
        Place::Begins { from, until } => (from, start <= until),
        Place::Anchored { .. } => return Cover::Sure,
    };
    match is_within {
        true if start >= from => Cover::Sure,
        // The scanner tells the leftmost start; another match with the same end may start later.
        true if step.length.is_none() && end > from => Cover::Possible,
        _ => Cover::None,
    }
}

/// Where a match lies; of a pattern without fixed length, the leftmost start that it may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub start: i64,
    pub end: i64,
}

/// The progress of one signature while a match is walked.
pub(super) struct Walk<'w> {
    plan: &'w Plan,
    progress: &'w mut Progress,
    /// No match that is walked later ends before this.
    now: i64,
    /// How much was inexact.
    widened: u64,
}

impl<'w> Walk<'w> {
    /// Over `progress` of `plan`, with a match that ends at `now`.
    pub fn new(plan: &'w Plan, progress: &'w mut Progress, now: i64) -> Walk<'w> {
        Walk { plan, progress, now, widened: 0 }
    }

    /// A pattern matched, so far only known to lie where its own placement wants it. Returns how much of what follows
    /// from that was inexact.
    pub fn matched(mut self, index: u8, step: &Step, span: Span, cover: Cover) -> u64 {
        match (step.place, step.presence) {
            (Place::Anchored { .. }, presence) => {
                if step.lead < 0 {
                    self.remember(index, step, span);
                }
                match presence {
                    Presence::Required => self.anchored(index, step, span),
                    Presence::Absent => self.answered(index, step, span),
                }
            }
            // That it is there is not sure, so it does not count as there.
            (_, Presence::Absent) if cover == Cover::Possible => self.widened += 1,
            (_, Presence::Absent) => self.progress.satisfied |= 1 << index,
            (_, Presence::Required) => {
                self.widened += u64::from(cover == Cover::Possible);
                self.reached(index, step, Some(span.end));
            }
        }
        self.widened
    }

    /// What makes this match count can still come: remember where it was.
    fn remember(&mut self, index: u8, step: &Step, span: Span) {
        match step.length {
            Some(_) => self.open_apart(Window { tag: Tag::Seen(index), low: span.start, high: span.start }),
            // Where it starts is not known well enough.
            None => self.progress.forgotten |= 1 << index,
        }
    }

    /// A step that must follow its anchor matched.
    fn anchored(&mut self, index: u8, step: &Step, span: Span) {
        match self.progress.covers(index, span.start, span.end, step.length) {
            Cover::None => {}
            cover => {
                self.widened += u64::from(cover == Cover::Possible);
                self.reached(index, step, Some(span.end));
            }
        }
    }

    /// A step that must not follow its anchor matched.
    fn answered(&mut self, index: u8, step: &Step, span: Span) {
        let possible = self.progress.covers(index, span.start, span.end, step.length) == Cover::Possible;
        self.widened += u64::from(possible);
        self.progress.close(index, span.start);
    }

    /// A step that must match did, where it has to. `end` is `None` where that is not known any more.
    fn reached(&mut self, index: u8, step: &Step, end: Option<i64>) {
        self.progress.satisfied |= 1 << index;
        if self.progress.satisfied & self.plan.required == self.plan.required {
            self.progress.complete_at.get_or_insert(self.now);
        }
        for &follower in &step.followers {
            match end {
                Some(end) => self.open_follower(follower, end),
                None => self.open_everywhere(follower),
            }
        }
        // The first match leaves the most room for followers that may lie anywhere behind it.
        if step.followers.iter().all(|&follower| is_unbounded(self.plan, follower)) {
            self.progress.settle(index);
        }
    }

    fn open_follower(&mut self, index: u8, anchor_end: i64) {
        let Some(step) = self.plan.steps.get(usize::from(index)) else { return };
        let Place::Anchored { distance, reach, .. } = step.place else { return };
        if self.is_settled(index, step) {
            return;
        }
        let low = anchor_end.saturating_add(distance);
        let length = i64::from(step.length.unwrap_or(0));
        let high = reach.map_or(i64::MAX, |reach| anchor_end.saturating_add(reach).saturating_sub(length));
        let window = Window { tag: Tag::Open(index), low, high };
        let forgotten = step.lead < 0 && self.progress.forgotten >> index & 1 == 1;
        if step.presence == Presence::Absent {
            self.widened += u64::from(forgotten);
            if self.progress.seen(index, low, high).is_none() {
                self.open_apart(window);
            }
            return;
        }
        self.open(window);
        if forgotten {
            self.widened += 1;
            self.reached(index, step, None);
        }
        let mut from = low;
        while let Some(start) = self.progress.seen(index, from, high) {
            self.reached(index, step, Some(start.saturating_add(length)));
            from = start.saturating_add(1);
        }
    }

    fn open_everywhere(&mut self, index: u8) {
        let Some(step) = self.plan.steps.get(usize::from(index)) else { return };
        self.progress.everywhere |= 1 << index;
        self.progress.settle(index);
        let was_seen = self.progress.seen(index, i64::MIN, i64::MAX).is_some()
            || self.progress.forgotten >> index & 1 == 1;
        if step.presence == Presence::Required && was_seen {
            self.reached(index, step, None);
        }
    }

    /// Whether nothing that may still come changes anything for a step.
    fn is_settled(&self, index: u8, step: &Step) -> bool {
        let is_everywhere = self.progress.everywhere >> index & 1 == 1;
        let was_reached = step.presence == Presence::Required && self.progress.satisfied >> index & 1 == 1;
        is_everywhere
            || was_reached && step.followers.iter().all(|&follower| is_unbounded(self.plan, follower))
    }

    fn open(&mut self, window: Window) {
        self.keep_unanswerable();
        let (plan, now) = (self.plan, self.now);
        let fit = self.progress.open(window, |w| is_over(plan, now, w));
        self.widened += u64::from(fit == Fit::Widened);
    }

    fn open_apart(&mut self, window: Window) {
        self.keep_unanswerable();
        let (plan, now) = (self.plan, self.now);
        let fit = self.progress.open_apart(window, |w| is_over(plan, now, w));
        self.widened += u64::from(fit == Fit::Widened);
    }

    /// A match that nothing can follow any more in the way that is forbidden settles its step, and needs no window.
    fn keep_unanswerable(&mut self) {
        if !self.progress.is_full() {
            return;
        }
        let mut settled = 0;
        for window in self.progress.windows() {
            if let Tag::Open(index) = window.tag
                && self.plan.steps.get(usize::from(index)).is_some_and(|s| s.presence == Presence::Absent)
                && is_over(self.plan, self.now, window)
            {
                settled |= 1 << index;
            }
        }
        self.progress.everywhere |= settled;
        self.progress.retain(|w| !matches!(w.tag, Tag::Open(index) if settled >> index & 1 == 1));
    }
}

/// Whether a step may lie anywhere behind its anchor.
fn is_unbounded(plan: &Plan, index: u8) -> bool {
    plan.steps.get(usize::from(index)).is_some_and(|step| {
        step.presence == Presence::Required && matches!(step.place, Place::Anchored { reach: None, .. })
    })
}

/// Whether no match that ends at `now` or later can meet a window.
fn is_over(plan: &Plan, now: i64, window: &Window) -> bool {
    let (Tag::Open(index) | Tag::Seen(index)) = window.tag;
    let Some(Step { length: Some(length), lead, .. }) = plan.steps.get(usize::from(index)) else {
        return false;
    };
    match window.tag {
        Tag::Open(_) => window.high.saturating_add(i64::from(*length)) < now,
        Tag::Seen(_) => window.low < now.saturating_add(*lead),
    }
}

/// Whether every step that must match did, and none that must not.
pub(super) fn is_complete(plan: &Plan, progress: &Progress) -> bool {
    progress.complete_at.is_some()
        && plan.steps.iter().enumerate().filter(|(_, step)| step.presence == Presence::Absent).all(
            |(index, step)| match step.place {
                Place::Absolute { .. } | Place::Begins { .. } => progress.satisfied >> index & 1 == 0,
                Place::Anchored { .. } => progress.is_unanswered(index as u8),
            },
        )
}
