//! Whom to evict when the table is full.
//!
//! An attacker fills a table with what costs him nothing: packets that nobody answers. So these go first, oldest
//! first, and a flood evicts itself. An established flow is evicted only when it has long been silent, and one that is
//! active never: then the new flow gets no record, and the wire's `on-overload` decides.
//!
//! A table may also be full of honest flows. Then evicting the oldest of few handshakes would let none succeed, so a
//! handshake gets a moment before it yields to flows that are closed or silent, as long as handshakes are few.

use std::time::Duration;

use super::record::FlowRecord;
use super::state::{FlowPhase, FlowState};
use super::table::{FlowId, FlowTable};
use crate::time::Nanos;

/// How long a handshake may take before others are preferred to it: the first retransmission of a SYN comes after a
/// second (RFC 6298 §2).
const HANDSHAKE: Duration = Duration::from_secs(1);
/// One in so many records is kept for handshakes.
const RESERVE: usize = 64;
/// Unanswered flows that are spared for being busy, in one call.
const SPARED: usize = 4;
/// What makes an unanswered flow busy: telemetry, for instance, needs no answer.
const BUSY_PACKETS: u64 = 8;
/// Established flows looked at in one call.
const SAMPLE: usize = 8;
/// How long not to search again when all established flows were found active.
const PAUSE: Duration = Duration::from_secs(1);

/// How the search for silent flows stands.
#[derive(Debug, Default)]
pub(super) struct IdleSearch {
    /// Flows looked at since one was found.
    fruitless: usize,
    /// When to search again.
    resume: Nanos,
}

impl FlowTable {
    /// Names the flow to remove so that another can be added; `None` if all are worth more. Bounded work.
    pub fn victim(&mut self, now: Nanos) -> Option<FlowId> {
        let flooded = self.unanswered() >= self.unanswered_limit();
        let index = if flooded || self.is_oldest_unanswered_due(now) {
            self.oldest_unanswered(now)
        } else {
            self.oldest_closed().or_else(|| self.silent(now)).or_else(|| self.oldest_unanswered(now))
        };
        let id = FlowId(index?);
        let phase = self.get(id)?.phase();
        if let Some(count) = self.counters.evicted.get_mut(phase.index()) {
            *count += 1;
        }
        Some(id)
    }

    /// How many flows nobody has answered.
    pub(super) fn unanswered(&self) -> usize {
        self.level(FlowPhase::New)
    }

    /// How many there may be.
    pub(super) fn unanswered_limit(&self) -> usize {
        let percent = usize::from(self.config.unanswered_percent.clamp(1, 100));
        (self.capacity() * percent / 100).max(1)
    }

    /// Whether the flow that waits longest for an answer had its chance, or too many wait.
    fn is_oldest_unanswered_due(&self, now: Nanos) -> bool {
        let oldest = self.phases.first(FlowPhase::New.index() as u32).map(FlowId);
        oldest.and_then(|id| self.get(id)).is_some_and(|record| {
            now.since(record.first_seen) >= HANDSHAKE || self.unanswered() > self.capacity() / RESERVE
        })
    }

    fn oldest_unanswered(&mut self, now: Nanos) -> Option<u32> {
        let ring = FlowPhase::New.index() as u32;
        for _ in 0..SPARED {
            let first = self.phases.first(ring)?;
            if !self.get(FlowId(first)).is_some_and(|record| is_busy(record, now)) {
                return Some(first);
            }
            self.rotate(FlowPhase::New);
        }
        self.phases.first(ring)
    }

    fn oldest_closed(&self) -> Option<u32> {
        self.phases.first(FlowPhase::Closed.index() as u32)
    }

    /// The most silent of the next few established flows, if it is silent enough.
    fn silent(&mut self, now: Nanos) -> Option<u32> {
        // A pause that began later than now was begun by another clock.
        if self.idle.resume > now && self.idle.resume <= now + PAUSE {
            return None;
        }
        let mut best = None;
        for _ in 0..SAMPLE.min(self.level(FlowPhase::Established)) {
            let index = self.rotate(FlowPhase::Established)?;
            let silence =
                self.get(FlowId(index)).map_or(Duration::ZERO, |record| now.since(record.last_seen));
            if silence >= self.config.evict_idle && best.is_none_or(|(longest, _)| silence > longest) {
                best = Some((silence, index));
            }
        }
        if best.is_some() {
            self.idle = IdleSearch::default();
        } else {
            self.idle.fruitless += SAMPLE;
            if self.idle.fruitless >= self.level(FlowPhase::Established) {
                self.idle = IdleSearch { fruitless: 0, resume: now + PAUSE };
            }
        }
        best.map(|(_, index)| index)
    }
}

/// Whether an unanswered flow is in use all the same. A TCP connection that was opened properly needs an answer.
fn is_busy(record: &FlowRecord, now: Nanos) -> bool {
    let opened = matches!(record.state(), FlowState::SynSent | FlowState::SynRecv);
    let [to_server, to_client] = record.packets;
    !opened && to_server.saturating_add(to_client) >= BUSY_PACKETS && now.since(record.last_seen) < HANDSHAKE
}
