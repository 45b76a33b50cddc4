//! The flow table of one worker.
//!
//! ```text
//!  hash ─▶ buckets ─▶ records            8 and 192 bytes, found with two cache misses that prefetching hides
//!                       ▲ ▲
//!              wheel ───┘ └─── phases    by deadline, and by phase in order of entry: 8 bytes each
//! ```
//!
//! A burst is looked up in three rounds, so that misses overlap: [`prefetch_bucket`](FlowTable::prefetch_bucket) for
//! all, [`prefetch_record`](FlowTable::prefetch_record) for all, then [`find`](FlowTable::find).
//!
//! The table never ends a flow: [`expired`](FlowTable::expired) and [`victim`](FlowTable::victim) name one, and the
//! caller writes down what there is to tell and calls [`remove`](FlowTable::remove).

use std::time::Duration;

use weir_hw::{HugeSlice, MemoryError};

use super::buckets::Buckets;
use super::hash::{FlowHash, HashSeed};
use super::key::{Direction, FlowKey, Side};
use super::prefetch::prefetch_read;
use super::record::{FlowFlags, FlowRecord};
use super::rings::Rings;
use super::settings::FlowConfig;
use super::state::{FlowPhase, FlowState, Transition};
use super::tcp::Segment;
use super::timeouts::Pressure;
use super::victim::IdleSearch;
use super::wheel::Wheel;
use crate::packet::IpProtocol;
use crate::time::Nanos;

/// The ring of records that hold no flow; the rings before it are those of the phases.
const FREE: u32 = FlowPhase::ALL.len() as u32;

/// The place of a flow in its table, until it is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u32);

impl FlowId {
    /// A place that no table has.
    pub const NOWHERE: FlowId = FlowId(u32::MAX);

    /// The position in the table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Why a flow can't be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the flow table has no room for another flow: evict one, or raise flows.capacity")]
pub struct TableFull;

/// What a table did since it was made. Indexed by [`FlowPhase::index`] where there are three of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowCounters {
    /// Flows added.
    pub inserted: u64,
    /// Flows removed, for whatever reason.
    pub removed: u64,
    /// Flows not added for lack of room; each may have been added after an eviction.
    pub full: u64,
    /// Flows named by [`FlowTable::victim`].
    pub evicted: [u64; 3],
    /// Flows found to be over by time.
    pub timed_out: [u64; 3],
    /// Times that the table was nearly full and emergency timeouts began to hold.
    pub emergencies: u64,
}

/// The flows of one worker.
#[derive(Debug)]
pub struct FlowTable {
    pub(super) config: FlowConfig,
    shortest: Duration,
    seed: HashSeed,
    pub(super) records: HugeSlice<FlowRecord>,
    buckets: Buckets,
    pub(super) wheel: Wheel,
    pub(super) phases: Rings,
    pub(super) levels: [usize; 3],
    pub(super) pressure: Pressure,
    pub(super) idle: IdleSearch,
    pub(super) counters: FlowCounters,
}

impl FlowTable {
    /// An empty table. Takes all the memory it will ever use.
    pub fn new(config: FlowConfig, seed: HashSeed) -> Result<FlowTable, MemoryError> {
        let capacity = config.capacity.clamp(1, FlowConfig::MAX_CAPACITY);
        let members = capacity as u32;
        let mut phases = Rings::new(members, FREE + 1);
        (0..members).for_each(|index| phases.push_back(FREE, index));
        Ok(FlowTable {
            shortest: config.timeouts.shortest(),
            config: FlowConfig { capacity, ..config },
            seed,
            records: FlowRecord::allocate(capacity)?,
            buckets: Buckets::new(members)?,
            wheel: Wheel::new(members, config.granularity),
            phases,
            levels: [0; 3],
            pressure: Pressure::Normal,
            idle: IdleSearch::default(),
            counters: FlowCounters::default(),
        })
    }

    /// A flow that is not closed and was seen less than this ago is not over.
    #[inline]
    pub fn shortest_timeout(&self) -> Duration {
        self.shortest
    }

    /// The hash that this table keeps `key` under.
    pub fn hash(&self, key: &FlowKey) -> FlowHash {
        self.seed.hash(key)
    }

    /// Starts fetching the bucket where the search for `hash` begins.
    pub fn prefetch_bucket(&self, hash: FlowHash) {
        if let Some(bucket) = self.buckets.home(tag(hash)) {
            prefetch_read(bucket);
        }
    }

    /// Starts fetching what a packet of `protocol` needs of the record that `hash` most likely means, and returns which
    /// that is. Waits for the bucket.
    #[inline]
    pub fn prefetch_record(&self, hash: FlowHash, protocol: IpProtocol) -> Option<FlowId> {
        let index = self.buckets.find(tag(hash), |_| true)?;
        let record = self.records.get(index as usize)?;
        prefetch_read(&record.key);
        prefetch_read(&record.last_seen);
        if protocol == IpProtocol::TCP {
            prefetch_read(&record.halves);
        }
        Some(FlowId(index))
    }

    /// The flow with this key, which most likely is `guess`. What was guessed may have been removed since.
    #[inline]
    pub fn find_guessed(&self, key: &FlowKey, hash: FlowHash, guess: FlowId) -> Option<FlowId> {
        match self.get(guess) {
            Some(record) if record.key.is_same(key) => Some(guess),
            _ => self.find(key, hash),
        }
    }

    /// The flow with this key; `hash` is [`FlowTable::hash`] of it.
    #[inline(never)]
    pub fn find(&self, key: &FlowKey, hash: FlowHash) -> Option<FlowId> {
        let is_meant =
            |index: u32| self.records.get(index as usize).is_some_and(|record| record.key.is_same(key));
        self.buckets.find(tag(hash), is_meant).map(FlowId)
    }

    /// Adds a flow, which [`FlowTable::find`] has not found.
    ///
    /// Fails when all records are taken, or when unanswered flows have their share of them;
    /// [`FlowTable::victim`] says which flow to remove to make it succeed.
    pub fn insert(
        &mut self,
        key: &FlowKey,
        hash: FlowHash,
        initiator: Side,
        now: Nanos,
    ) -> Result<FlowId, TableFull> {
        let room = if self.unanswered() < self.unanswered_limit() { self.phases.first(FREE) } else { None };
        let Some(index) = room else {
            self.counters.full += 1;
            return Err(TableFull);
        };
        let Some(record) = self.records.get_mut(index as usize) else { return Err(TableFull) };
        *record = FlowRecord::new(*key, tag(hash), initiator, now);
        self.buckets.insert(tag(hash), index);
        self.enter(index, FlowPhase::New);
        let timeout = self.config.timeouts.of(key.protocol, FlowPhase::New, self.pressure);
        self.wheel.arm(index, now + timeout);
        self.counters.inserted += 1;
        Ok(FlowId(index))
    }

    /// The record of a flow.
    pub fn get(&self, id: FlowId) -> Option<&FlowRecord> {
        self.records.get(id.index()).filter(|record| record.state.is_some())
    }

    /// The record of a flow.
    pub fn get_mut(&mut self, id: FlowId) -> Option<&mut FlowRecord> {
        self.records.get_mut(id.index()).filter(|record| record.state.is_some())
    }

    /// Removes a flow; whoever uses what its record refers to has given that back before.
    pub fn remove(&mut self, id: FlowId) {
        let Some(record) = self.get_mut(id) else { return };
        let (phase, tag) = (record.phase(), record.tag);
        record.state = None;
        self.buckets.remove(tag, id.0);
        self.wheel.disarm(id.0);
        self.phases.unlink(id.0);
        // The record freed last is used next: it is in the cache, and a table with few flows touches little memory.
        self.phases.push_front(FREE, id.0);
        self.change_level(phase, usize::wrapping_sub);
        self.counters.removed += 1;
    }

    /// Follows the state of a flow over a packet seen at `now`. For TCP `segment` counts, for all else the direction.
    ///
    /// On [`Transition::Reused`] and [`Transition::Anomaly`] the record is left as it was.
    pub fn track(&mut self, id: FlowId, direction: Direction, segment: Segment, now: Nanos) -> Transition {
        let Some(record) = self.get_mut(id) else { return Transition::Stays };
        let before = record.state();
        let transition = if record.key.protocol == IpProtocol::TCP {
            before.tcp(direction, segment)
        } else {
            before.datagram(direction)
        };
        if matches!(transition, Transition::Reused | Transition::Anomaly(_)) {
            return transition;
        }
        record.last_seen = now;
        record.note_flags(direction, segment.flags);
        if let Transition::Moves(after) = transition {
            record.state = Some(after);
            if before == FlowState::New && !matches!(after, FlowState::SynSent | FlowState::Replied) {
                record.flags |= FlowFlags::MIDSTREAM;
            }
            self.change_phase(id, before.phase(), after.phase());
        }
        transition
    }

    /// The flows among the `limit` records from `start` on, in order of their ids. The next part begins at
    /// `start + limit`, and the last before [`FlowTable::capacity`].
    pub fn iter_from(&self, start: FlowId, limit: usize) -> impl Iterator<Item = (FlowId, &FlowRecord)> {
        let from = start.index().min(self.records.len());
        let records = self.records.get(from..).unwrap_or_default();
        let numbered = records.iter().zip(start.0..).map(|(record, index)| (FlowId(index), record));
        numbered.take(limit).filter(|(_, record)| record.state.is_some())
    }

    /// Flows in the table.
    pub fn len(&self) -> usize {
        self.levels.iter().sum()
    }

    /// Whether there is no flow.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Flows that there is room for.
    pub fn capacity(&self) -> usize {
        self.records.len()
    }

    /// Memory outside of the allocator's: records and buckets, which lie in pages of their own. In bytes.
    pub fn mapped_bytes(&self) -> usize {
        self.records.bytes() + self.buckets.bytes()
    }

    /// How many flows are in `phase`.
    pub fn level(&self, phase: FlowPhase) -> usize {
        let [new, established, closed] = self.levels;
        match phase {
            FlowPhase::New => new,
            FlowPhase::Established => established,
            FlowPhase::Closed => closed,
        }
    }

    /// Whether emergency timeouts hold.
    pub fn pressure(&self) -> Pressure {
        self.pressure
    }

    /// What was done so far.
    pub fn counters(&self) -> &FlowCounters {
        &self.counters
    }
}

/// What the parts of the table do together.
impl FlowTable {
    /// The flow that is first in its phase, which goes to the end.
    pub(super) fn rotate(&mut self, phase: FlowPhase) -> Option<u32> {
        let ring = phase.index() as u32;
        let index = self.phases.first(ring)?;
        self.phases.unlink(index);
        self.phases.push_back(ring, index);
        Some(index)
    }

    fn change_phase(&mut self, id: FlowId, before: FlowPhase, after: FlowPhase) {
        if before == after {
            return;
        }
        self.change_level(before, usize::wrapping_sub);
        self.enter(id.0, after);
        // The wheel finds a later deadline by itself; an earlier one it has to be told.
        let Some(record) = self.get(id) else { return };
        let timeout = |phase| self.config.timeouts.of(record.key.protocol, phase, self.pressure);
        if timeout(after) < timeout(before) {
            let deadline = self.deadline(record);
            self.wheel.arm(id.0, deadline);
        }
    }

    /// Moves a record to the end of a phase's ring.
    fn enter(&mut self, index: u32, phase: FlowPhase) {
        self.phases.unlink(index);
        self.phases.push_back(phase.index() as u32, index);
        self.change_level(phase, usize::wrapping_add);
    }

    fn change_level(&mut self, phase: FlowPhase, change: fn(usize, usize) -> usize) {
        if let Some(level) = self.levels.get_mut(phase.index()) {
            *level = change(*level, 1);
        }
        self.update_pressure();
    }
}

/// The part of a hash that buckets hold.
const fn tag(hash: FlowHash) -> u32 {
    hash.0 as u32
}
