//! The rule sets a worker works with: the one in force, and for a while the one before.
//!
//! Policy is always that of the rule set in force. Only the streams of flows that were under inspection when it was
//! replaced go on in the old one, until they end or `inspect.drain` is over; a third rule set is never kept.

use std::fmt;
use std::sync::Arc;

use crate::detect::{Detector, Thresholds};
use crate::flow::Direction;
use crate::inspect::{Hits, InspectError, Inspector, InspectorConfig, StreamHandle};
use crate::profile::RuleProfile;
use crate::ruleset::Ruleset;
use crate::time::Nanos;

/// A rule set and one worker's means to scan with it.
pub struct WorkerRules {
    /// The rule set, shared with the other workers.
    pub ruleset: Arc<Ruleset>,
    /// This worker's inspector for it.
    pub inspector: Inspector,
    /// This worker's detection beyond streams.
    pub detector: Detector,
    /// How often signatures matched, where that counts.
    pub(super) thresholds: Thresholds,
    /// Room for the hits of one packet, which the engine takes over.
    pub(super) hits: Hits,
}

impl fmt::Debug for WorkerRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerRules").field("generation", &self.ruleset.generation).finish_non_exhaustive()
    }
}

impl WorkerRules {
    /// Allocates what one worker needs to work with `ruleset`. Done aside from the data path.
    pub fn prepare(ruleset: Arc<Ruleset>, config: InspectorConfig) -> Result<WorkerRules, InspectError> {
        let epoch = ruleset.generation.0 as u8;
        let inspector = Inspector::new(ruleset.databases.clone(), epoch, config)?;
        let detector = Detector::new(ruleset.detect.clone()).map_err(InspectError::Scratch)?;
        let thresholds = Thresholds::default();
        let hits = Hits::for_signatures(ruleset.signatures.signatures.len());
        Ok(WorkerRules { ruleset, inspector, detector, thresholds, hits })
    }

    /// Starts to note what signatures cost, or ends it and tells.
    pub fn set_profile(&mut self, profile: Option<RuleProfile>) -> Option<RuleProfile> {
        let boxed = |profile: &Option<RuleProfile>| profile.clone().map(Box::new);
        let scanned = self.inspector.set_profile(boxed(&profile));
        let confirmed = self.detector.set_profile(boxed(&profile));
        let mut both = *scanned?;
        if let Some(confirmed) = confirmed {
            both.add(&confirmed);
        }
        Some(both)
    }
}

/// The rule set before, while flows still use it.
#[derive(Debug)]
pub(super) struct Draining {
    pub rules: WorkerRules,
    pub until: Nanos,
}

/// Both.
#[derive(Debug)]
pub(super) struct LiveRules {
    pub current: WorkerRules,
    pub draining: Option<Draining>,
}

impl LiveRules {
    /// The rule set that `handle` scans with, where it is still here.
    pub fn of(&mut self, handle: StreamHandle) -> Option<&mut WorkerRules> {
        if handle.epoch() == self.current.inspector.epoch() {
            return Some(&mut self.current);
        }
        self.draining.as_mut().map(|d| &mut d.rules).filter(|r| r.inspector.epoch() == handle.epoch())
    }

    /// The rule set that hits with `epoch` are from, where it is still here.
    pub fn ruleset(&self, epoch: u8) -> Option<&Ruleset> {
        let draining = self.draining.as_ref().map(|draining| &draining.rules);
        let mut both = std::iter::once(&self.current).chain(draining);
        both.find(|rules| rules.inspector.epoch() == epoch).map(|rules| &*rules.ruleset)
    }

    /// Gives the streams of a flow back to whichever rule set they are from.
    pub fn release(&mut self, handles: [StreamHandle; 2], owner: u32) {
        for (direction, handle) in [Direction::ToServer, Direction::ToClient].into_iter().zip(handles) {
            if handle.is_some()
                && let Some(rules) = self.of(handle)
            {
                rules.inspector.release(handle, direction, owner);
            }
        }
    }

    /// Puts `next` in force. What has to be freed is returned, to be freed elsewhere.
    pub fn install(&mut self, next: WorkerRules, until: Nanos) -> Option<WorkerRules> {
        let previous = std::mem::replace(&mut self.current, next);
        let oldest = self.draining.take().map(|draining| draining.rules);
        self.draining = Some(Draining { rules: previous, until });
        oldest
    }

    /// The rule set before, once nothing uses it or its time is over.
    pub fn retire(&mut self, now: Nanos) -> Option<WorkerRules> {
        let done =
            self.draining.as_ref().is_some_and(|d| now >= d.until || d.rules.inspector.live_streams() == 0);
        if done { self.draining.take().map(|draining| draining.rules) } else { None }
    }
}
