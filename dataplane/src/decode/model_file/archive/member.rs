//! The contents of a member of a ZIP archive, stored or deflated.

use super::super::super::content_coding::{Inflate, Outcome};
use super::super::content::Content;
use super::super::report::Report;
use super::super::told::Oddity;

/// How much is inflated before it is handed on.
const BUFFER: usize = 16 << 10;

/// Whether there is more of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// There is.
    No,
    /// It has ended by itself.
    Yes,
    /// It can't be read on: nothing is known of where it ends.
    Broken,
}

/// Whether it is known how long a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Known,
    Unknown,
}

/// The contents of one member after the other.
pub(super) struct Member {
    pub content: Content,
    inflate: Option<Inflate>,
    buffer: Vec<u8>,
    consumed: u64,
    produced: u64,
}

impl Member {
    pub fn new(nesting: u8) -> Member {
        let content = Content::new(nesting);
        Member { content, inflate: None, buffer: Vec::new(), consumed: 0, produced: 0 }
    }

    /// At the start of a member.
    pub fn begin(&mut self) {
        self.content.clear();
        (self.consumed, self.produced) = (0, 0);
    }

    /// At the start of a member that is deflated.
    pub fn begin_deflated(&mut self) {
        self.begin();
        self.buffer.resize(BUFFER, 0);
        self.inflate.get_or_insert_with(Inflate::new).reset();
    }

    pub fn stored(&mut self, bytes: &[u8], report: &mut Report<'_>) {
        if self.content.is_of_interest() && !bytes.is_empty() {
            self.content.push(bytes, report);
        }
    }

    /// Takes bytes of a deflated member; returns how many were of it. Stops where the rest is of no interest, if its size
    /// is known anyway.
    pub fn deflated(&mut self, bytes: &[u8], size: Size, report: &mut Report<'_>) -> (usize, Ended) {
        let Some(inflate) = &mut self.inflate else { return (bytes.len(), Ended::Broken) };
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            // Up to places that do not depend on how the input was cut, so that a bomb is always found at the same.
            let room = BUFFER - (self.produced % BUFFER as u64) as usize;
            let step = inflate.step(rest, self.buffer.get_mut(..room).unwrap_or_default());
            used += step.consumed;
            self.consumed += step.consumed as u64;
            self.produced += step.produced as u64;
            if self.content.is_of_interest() && step.produced > 0 {
                self.content.push(self.buffer.get(..step.produced).unwrap_or_default(), report);
            }
            if size == Size::Known && !self.content.is_of_interest() {
                return (used, Ended::No);
            }
            let stuck = step.consumed == 0 && step.produced == 0 && used < bytes.len();
            let limits = &report.limits.inflate;
            let most = self.consumed.saturating_mul(u64::from(limits.max_ratio)).max(limits.ratio_floor);
            let is_bomb = self.produced.is_multiple_of(BUFFER as u64)
                && (self.produced > most || self.produced > limits.max_output);
            if is_bomb {
                report.trouble(Oddity::DecompressionBomb);
            }
            if is_bomb || stuck || step.outcome == Outcome::Corrupt {
                return (used, Ended::Broken);
            }
            if step.outcome == Outcome::Ended {
                return (used, Ended::Yes);
            }
            if used == bytes.len() && step.produced < room {
                return (used, Ended::No);
            }
        }
    }

    /// The member has ended.
    pub fn finish(&mut self, report: &mut Report<'_>) {
        if self.content.is_of_interest() {
            self.content.finish(report);
        }
    }
}
