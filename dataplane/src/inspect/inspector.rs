//! What one worker needs to scan: the shared databases, and its own scratch, streams and progress.
//!
//! Everything is allocated when the inspector is made, aside from the data path; scanning allocates nothing. A
//! worker has one inspector for the rule set in force and, for a while after a reload, one for the rule set before.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Instant;

use hyperscan::{Matching, Scratch};
use thiserror::Error;
use weir_rules::field::FieldId;
use weir_rules::signature::RuleIndex;

use super::database::Databases;
use super::matcher::{Hits, Matcher, MatcherCounters, ScanScope};
use super::plan::GroupPlan;
use super::progress;
use super::stream_pool::{StreamHandle, StreamPool};
use super::tap::{ScanPiece, ScanTap};
use crate::database::Database;
use crate::flow::Direction;
use crate::profile::RuleProfile;

/// Sizes of an inspector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectorConfig {
    /// Directions of flows that can be under inspection at once (`inspect.streams`).
    pub streams: usize,
    /// Signatures that can be half matched at once, in all streams together (`inspect.progress`).
    pub progress: usize,
}

/// Why an inspector can't be made.
#[derive(Debug, Error)]
pub enum InspectError {
    /// Hyperscan gave no scratch space.
    #[error("no memory to scan with: {0}; lower `inspect.streams` or load fewer rules")]
    Scratch(hyperscan::Error),
    /// Hyperscan opened fewer streams than asked for.
    #[error("can't open {streams} streams: {error}; lower `inspect.streams`")]
    Streams {
        /// How many were asked for.
        streams: usize,
        /// What Hyperscan said.
        error: hyperscan::Error,
    },
}

/// What an inspector did since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InspectCounters {
    /// Bytes that were scanned.
    pub bytes: u64,
    /// Calls of the scanner.
    pub scans: u64,
    /// Scans that failed; each is a fault of the packet it was for.
    pub failed: u64,
    /// Times that no stream was left.
    pub streams_full: u64,
    /// See [`MatcherCounters`].
    pub matcher: MatcherCounters,
}

impl AddAssign for InspectCounters {
    fn add_assign(&mut self, rhs: InspectCounters) {
        self.bytes += rhs.bytes;
        self.scans += rhs.scans;
        self.failed += rhs.failed;
        self.streams_full += rhs.streams_full;
        self.matcher.matches += rhs.matcher.matches;
        self.matcher.progress_full += rhs.matcher.progress_full;
        self.matcher.widened += rhs.matcher.widened;
    }
}

/// What asking for a stream gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A stream to scan with.
    Stream(StreamHandle),
    /// No signature looks at this direction.
    NotWanted,
    /// All streams are taken.
    Full,
}

/// What became of a piece that was to be scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Scanned {
    /// It was scanned, or no signature looks at it.
    Done,
    /// The handle names no stream of this inspector.
    NoStream,
    /// Hyperscan failed; what the piece holds is not known.
    Failed,
}

/// In place of a signature that a plan does not have.
const NO_RULE: RuleIndex = RuleIndex(u32::MAX);

/// Scans for one worker.
pub struct Inspector {
    databases: Arc<Databases>,
    epoch: u8,
    scratch: Option<Scratch>,
    pools: [Option<StreamPool>; 2],
    matcher: Matcher,
    counters: InspectCounters,
    tap: Option<Box<ScanTap>>,
    profile: Option<Box<RuleProfile>>,
}

impl Inspector {
    /// Allocates all that scanning with `databases` can need. `epoch` tells the streams of successive rule sets apart.
    pub fn new(
        databases: Arc<Databases>,
        epoch: u8,
        config: InspectorConfig,
    ) -> Result<Inspector, InspectError> {
        let mut scratch: Option<Scratch> = None;
        for (_, _, group) in databases.groups() {
            match (&mut scratch, &group.database) {
                (Some(scratch), Database::Streaming(db)) => db.realloc_scratch(scratch).map(|_| ()),
                (Some(scratch), Database::Block(db)) => db.realloc_scratch(scratch).map(|_| ()),
                (none, Database::Streaming(db)) => db.alloc_scratch().map(|made| *none = Some(made)),
                (none, Database::Block(db)) => db.alloc_scratch().map(|made| *none = Some(made)),
            }
            .map_err(InspectError::Scratch)?;
        }
        let streams = config.streams / 2;
        let open =
            |direction| match databases.group(FieldId::TcpStream, direction).map(|group| &group.database) {
                Some(Database::Streaming(db)) => StreamPool::open(db, streams)
                    .map(Some)
                    .map_err(|error| InspectError::Streams { streams, error }),
                _ => Ok(None),
            };
        let pools = [open(Direction::ToServer)?, open(Direction::ToClient)?];
        let matcher = Matcher::new(config.progress);
        Ok(Inspector {
            databases,
            epoch,
            scratch,
            pools,
            matcher,
            counters: InspectCounters::default(),
            tap: None,
            profile: None,
        })
    }

    /// The databases it scans with.
    pub fn databases(&self) -> &Arc<Databases> {
        &self.databases
    }

    /// The epoch that its stream handles carry.
    pub fn epoch(&self) -> u8 {
        self.epoch
    }

    /// Whether any signature looks at `field` in `direction`.
    pub fn wants(&self, field: FieldId, direction: Direction) -> bool {
        self.databases.group(field, direction).is_some()
    }

    /// Streams in use.
    pub fn live_streams(&self) -> usize {
        self.pools.iter().flatten().map(StreamPool::live).sum()
    }

    /// Signatures that are half matched, in all streams together.
    pub fn live_progress(&self) -> usize {
        self.matcher.live_progress()
    }

    /// Counters since it was made.
    pub fn counters(&self) -> InspectCounters {
        InspectCounters { matcher: self.matcher.counters(), ..self.counters }
    }

    /// Starts or ends recording what is scanned.
    pub fn set_tap(&mut self, tap: Option<Box<ScanTap>>) -> Option<Box<ScanTap>> {
        std::mem::replace(&mut self.tap, tap)
    }

    /// Starts or ends to note what signatures cost.
    pub fn set_profile(&mut self, profile: Option<Box<RuleProfile>>) -> Option<Box<RuleProfile>> {
        std::mem::replace(&mut self.profile, profile)
    }

    /// Takes a stream for one direction of the flow `owner`.
    pub fn open(&mut self, direction: Direction, owner: u32) -> Opened {
        let Some(pool) = &mut self.pools[direction.index()] else { return Opened::NotWanted };
        match pool.take(owner) {
            Some(slot) => Opened::Stream(StreamHandle::new(self.epoch, slot)),
            None => {
                self.counters.streams_full += 1;
                Opened::Full
            }
        }
    }

    /// Gives a stream back. Handles of other rule sets and owners are ignored.
    pub fn release(&mut self, handle: StreamHandle, direction: Direction, owner: u32) {
        if handle.epoch() != self.epoch {
            return;
        }
        let (Some(pool), Some(scratch)) = (&mut self.pools[direction.index()], &self.scratch) else { return };
        let Some(slot) = pool.slot(handle.slot(), owner) else { return };
        self.matcher.release(&mut slot.progress);
        pool.give_back(handle.slot(), scratch);
    }

    /// Bytes of the stream were lost: what follows starts at `offset` and continues no match from before.
    pub fn gap(&mut self, handle: StreamHandle, direction: Direction, owner: u32, offset: u64) {
        let (Some(pool), Some(scratch)) = (&mut self.pools[direction.index()], &self.scratch) else { return };
        let Some(slot) = pool.slot(handle.slot(), owner) else { return };
        self.matcher.release(&mut slot.progress);
        slot.reset(scratch, offset);
    }

    /// Scans the next bytes of a stream.
    pub fn scan_stream(
        &mut self,
        handle: StreamHandle,
        direction: Direction,
        owner: u32,
        bytes: &[u8],
        hits: &mut Hits,
    ) -> Scanned {
        let field = FieldId::TcpStream;
        let Some(group) = self.databases.group(field, direction) else { return Scanned::Done };
        let (Some(pool), Some(scratch)) = (&mut self.pools[direction.index()], &self.scratch) else {
            return Scanned::NoStream;
        };
        let Some(slot) = pool.slot(handle.slot(), owner) else { return Scanned::NoStream };
        let Some(stream) = &slot.stream else { return Scanned::NoStream };
        if let Some(tap) = &mut self.tap {
            let (first, slot) = (slot.scanned == 0, handle.slot());
            tap.record(ScanPiece { field, direction, slot, first, start: 0, length: 0 }, bytes);
        }
        let (matcher, epoch) = (&mut self.matcher, self.epoch);
        let mut scope = ScanScope {
            group: &group.plan,
            field,
            direction,
            epoch,
            base: slot.base,
            head: &mut slot.progress,
            hits,
        };
        let before = scope.hits.as_slice().len();
        let scanned = match &mut self.profile {
            None => stream.scan(bytes, scratch, |id: u32, from: u64, to: u64, _: u32| {
                matcher.on_match(&mut scope, id, from, to);
                Matching::Continue
            }),
            Some(profile) => stream.scan(bytes, scratch, |id: u32, from: u64, to: u64, _: u32| {
                timed(profile, &group.plan, id, || matcher.on_match(&mut scope, id, from, to));
                Matching::Continue
            }),
        };
        self.matcher.finish(&mut scope);
        note_hits(&mut self.profile, hits, before);
        slot.scanned += bytes.len() as u64;
        self.counters.bytes += bytes.len() as u64;
        self.counters.scans += 1;
        self.note(scanned)
    }

    /// Scans a chunk that is complete in itself.
    pub fn scan_block(
        &mut self,
        field: FieldId,
        direction: Direction,
        bytes: &[u8],
        hits: &mut Hits,
    ) -> Scanned {
        let Some(group) = self.databases.group(field, direction) else { return Scanned::Done };
        let (Database::Block(database), Some(scratch)) = (&group.database, &self.scratch) else {
            return Scanned::Failed;
        };
        if let Some(tap) = &mut self.tap {
            tap.record(ScanPiece { field, direction, slot: 0, first: true, start: 0, length: 0 }, bytes);
        }
        let mut head = progress::NONE;
        let (matcher, epoch) = (&mut self.matcher, self.epoch);
        let mut scope =
            ScanScope { group: &group.plan, field, direction, epoch, base: 0, head: &mut head, hits };
        let before = scope.hits.as_slice().len();
        let scanned = match &mut self.profile {
            None => database.scan(bytes, scratch, |id: u32, from: u64, to: u64, _: u32| {
                matcher.on_match(&mut scope, id, from, to);
                Matching::Continue
            }),
            Some(profile) => database.scan(bytes, scratch, |id: u32, from: u64, to: u64, _: u32| {
                timed(profile, &group.plan, id, || matcher.on_match(&mut scope, id, from, to));
                Matching::Continue
            }),
        };
        self.matcher.finish(&mut scope);
        note_hits(&mut self.profile, hits, before);
        self.matcher.release(&mut head);
        self.counters.bytes += bytes.len() as u64;
        self.counters.scans += 1;
        self.note(scanned)
    }

    fn note(&mut self, scanned: Result<(), hyperscan::Error>) -> Scanned {
        match scanned {
            Ok(()) => Scanned::Done,
            Err(_) => {
                self.counters.failed += 1;
                Scanned::Failed
            }
        }
    }
}

/// Walks the signatures that wait for a pattern, and notes how long that took.
fn timed(profile: &mut RuleProfile, plan: &GroupPlan, pattern: u32, walk: impl FnOnce()) {
    let began = Instant::now();
    walk();
    let took = began.elapsed();
    let uses = plan.uses.get(pattern as usize).map(Vec::as_slice).unwrap_or_default();
    let rules =
        uses.iter().map(|usage| plan.plans.get(usage.plan as usize).map_or(NO_RULE, |plan| plan.rule));
    profile.walked(rules, took);
}

/// Notes the signatures that were found since there were `before` hits.
fn note_hits(profile: &mut Option<Box<RuleProfile>>, hits: &Hits, before: usize) {
    if let Some(profile) = profile {
        let found = hits.as_slice().get(before..).unwrap_or_default();
        found.iter().for_each(|hit| profile.hit(hit.rule));
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        if let Some(scratch) = &self.scratch {
            for pool in self.pools.iter_mut().flatten() {
                pool.close(scratch);
            }
        }
    }
}
